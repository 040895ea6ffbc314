"""The market on screen."""
