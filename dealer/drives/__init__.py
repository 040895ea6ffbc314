"""Test drives and the demo cars: slots, licences, the key, the clock, the agreement."""
