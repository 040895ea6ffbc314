"""Quotations on screen."""
