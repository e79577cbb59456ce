"""Reads lines from files and pasted text, and writes tables of lines."""
