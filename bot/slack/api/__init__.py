"""Calls of Slack's Web API, and what its errors mean."""
