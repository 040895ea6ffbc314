"""The manufacturer on screen: policies, filings, rebates."""
