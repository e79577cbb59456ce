"""The ledger of duties, questions about it and their answers."""
