"""The parts of `bench.polling`: generated feeds, their server, and a program for each client."""
