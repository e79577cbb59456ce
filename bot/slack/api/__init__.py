"""Calls Slack's Web API and interprets its errors."""
