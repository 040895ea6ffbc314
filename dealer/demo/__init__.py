"""The demo: a fictional shop, scene by scene."""
