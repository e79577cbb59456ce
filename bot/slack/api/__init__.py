"""Calls of Slack's Web API, and the meaning of its errors."""
