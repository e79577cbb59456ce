"""Finds the state that a story reports: its status, its first day, collection and severity."""
