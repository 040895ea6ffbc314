"""The house on screen: shop, staff, accounts, house rules."""
