"""Screens of what the department sets itself: plans, and what came of them."""
