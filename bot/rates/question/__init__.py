"""Parses questions about rates, as people type them, into queries."""
