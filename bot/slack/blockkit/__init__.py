"""Slack's blocks and markup, within Slack's limits."""
