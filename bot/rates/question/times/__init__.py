"""Finds the day or the period in a question."""
