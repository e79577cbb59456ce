"""Writes `docs/reference/` and `.env.example` from the code: `make reference`."""
