"""What `bench.commands` is made of: the questions, the load, and a program for each server."""
