"""Personal data on screen."""
