"""The risk desk and emergencies, on screen."""
