"""Answers about rates as blocks, tables, charts and pictures."""
