"""What the department sets itself: targets, budget, and what came of them."""
