"""Benchmarks of the bot and comparable programs; `bench/README.md` has the results."""
