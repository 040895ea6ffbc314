"""Cars of the house lent to colleagues, and what happened to them on the road."""
