"""Figures out of what others have entered; nobody types a report."""
