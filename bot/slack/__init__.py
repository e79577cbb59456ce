"""Slack: sends messages, receives commands and clicks."""
