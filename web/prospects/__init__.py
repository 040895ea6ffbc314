"""Prospect cards on screen."""
