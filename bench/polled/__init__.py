"""The parts of `bench.polling`: generated feeds, their server, and one program per client."""
