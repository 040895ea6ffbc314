"""Deliveries on screen."""
