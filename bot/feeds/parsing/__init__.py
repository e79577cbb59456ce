"""Turns the bytes of a feed into clean entries, in separate processes."""
