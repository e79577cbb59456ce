"""Renders the content of each message as blocks."""
