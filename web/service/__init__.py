"""Complaints, enquiries and appointments on screen."""
