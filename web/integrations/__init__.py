"""Screens of integrations: programs of others, their tokens, and what they hear."""
