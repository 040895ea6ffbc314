"""Screens of the sub-dealers."""
