"""Operators' decisions on proposals, and the ledger that follows."""
