"""Calls after a hand-over, who makes them, and the monthly review."""
