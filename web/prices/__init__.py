"""Prices on screen."""
