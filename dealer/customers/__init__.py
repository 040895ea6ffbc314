"""Fleet customers, and what they own."""
