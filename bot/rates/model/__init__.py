"""The values of the ledger and of its answers."""
