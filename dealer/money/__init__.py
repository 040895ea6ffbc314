"""Money under contracts: plans, payments, invoices, deposits, credit, and files for other programs."""
