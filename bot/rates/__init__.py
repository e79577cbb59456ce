"""The ledger of duties, and answers to questions about it."""
