"""Alerts: the list behind the bell, and what reaches whom where."""
