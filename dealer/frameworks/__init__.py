"""Framework agreements, and the orders under them."""
