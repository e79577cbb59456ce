"""What operators decide on a proposal, and the ledger that follows."""
