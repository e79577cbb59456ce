"""Live sources: public APIs for figures that the ledger lacks, and an official journal."""
