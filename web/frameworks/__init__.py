"""Framework agreements on screen."""
