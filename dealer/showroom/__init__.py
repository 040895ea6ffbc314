"""The showroom: parties at the door, the board, the day that is closed and signed."""
