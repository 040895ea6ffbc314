"""Sheets that people fill in, read cell by cell."""
