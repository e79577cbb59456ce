"""Measurements beside the best peers; `bench/README.md` says what each found."""
