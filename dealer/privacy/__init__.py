"""Personal data: who sees them, what people may ask of them, when they go."""
