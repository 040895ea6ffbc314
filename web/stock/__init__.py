"""Stock and allocation on screen."""
