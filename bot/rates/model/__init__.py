"""The values that make up the ledger and its answers."""
