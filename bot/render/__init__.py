"""Answers and proposals as text for a terminal and as JSON."""
