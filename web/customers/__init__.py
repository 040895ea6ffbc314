"""Fleet customers on screen."""
