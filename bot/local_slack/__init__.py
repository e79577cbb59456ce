"""Slack's API and a page on loopback, for tests and for use without Slack."""
