"""Reads the config folder and the files in it."""
