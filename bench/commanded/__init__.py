"""The parts of `bench.commands`: questions, a load generator, and a program for each server."""
