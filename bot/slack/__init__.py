"""Slack: what it shows, what it hears, what is sent to it."""
