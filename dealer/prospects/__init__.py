"""Prospect cards: graded, followed up, handed in, won or lost; visits outside and notes."""
