"""Contracts, amendments and clauses on screen."""
