"""Prices: lists, floors, the one net price of a line, what comes from the manufacturer."""
