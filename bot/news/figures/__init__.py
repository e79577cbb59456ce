"""Finds the duties that a story states: imposer, partner, goods, percent."""
