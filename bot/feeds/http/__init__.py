"""Requests to feed servers, limited in time and size, and to public addresses only."""
