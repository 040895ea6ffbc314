"""What leaves as a paper: ordered, rendered in the background, sealed, verified by strangers."""
