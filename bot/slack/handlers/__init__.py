"""Slack's requests to commands, and the replies to messages."""
