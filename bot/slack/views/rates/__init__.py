"""Renders answers about rates as blocks, tables and charts."""
