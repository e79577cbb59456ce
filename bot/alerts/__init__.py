"""Decides which conversation gets which message, and when; sends the messages."""
