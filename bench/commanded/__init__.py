"""The parts of `bench.commands`: questions, a load generator, and one program per server."""
