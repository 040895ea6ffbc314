"""Customer care on screen."""
