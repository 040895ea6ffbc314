"""Fleet deals on screen."""
