"""Delivery: batches, inspection, hand-over, delay, and the plates and papers of a fleet."""
