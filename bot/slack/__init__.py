"""Slack: messages out, commands and clicks in."""
