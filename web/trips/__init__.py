"""Cars lent to colleagues, on screen."""
