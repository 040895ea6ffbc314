"""The market around the shop: competitors and what was seen of them."""
