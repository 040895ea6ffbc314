"""What is owed to and by the manufacturer: policies of a period, filings of deals, rebates for their cars."""
