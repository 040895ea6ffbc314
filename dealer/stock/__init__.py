"""Models and cars: ordered, on their way, in stock, kept or allocated."""
