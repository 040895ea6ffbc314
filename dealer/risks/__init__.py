"""What may go wrong with a deal, raised by facts and by people; what did go wrong, and what is done about it."""
