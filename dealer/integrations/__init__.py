"""Integrations: which programs of others act in the shop, what each may do, and how they hear of what happens."""
