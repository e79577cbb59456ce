"""Rewrites and takes out phrases of a question before its words are read."""
