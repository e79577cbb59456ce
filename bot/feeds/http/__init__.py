"""Sends requests to feed servers: only to public or allowed addresses, limited in time and size."""
