"""Live sources beside the ledger: official schedules, statistics and journals, each optional."""
