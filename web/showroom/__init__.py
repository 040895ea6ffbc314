"""The showroom on screen."""
