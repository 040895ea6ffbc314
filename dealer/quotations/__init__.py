"""Quotations: versions, lines, what comes beside a price, and the paper."""
