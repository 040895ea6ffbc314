"""The house itself: the shop, its staff and accounts, its rules with a date, forms that arrive twice or too late."""
