"""The parts of the simulated day; see `bench.day`."""
