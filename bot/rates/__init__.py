"""What is in force, since when, on what basis? Pure: a ledger and a question in, an answer out."""
