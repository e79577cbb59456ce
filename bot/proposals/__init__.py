"""Reported rates that the ledger lacks, for operators to decide on."""
