"""Test drives on screen."""
