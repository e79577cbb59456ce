"""Answers queries from the ledger."""
