"""Contracts and their amendments: drafts, clauses, review, number, signatures, the text in force."""
