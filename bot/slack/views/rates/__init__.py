"""Answers about rates as blocks, tables and charts."""
