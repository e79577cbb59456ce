"""Fetches, parses and polls feeds."""
