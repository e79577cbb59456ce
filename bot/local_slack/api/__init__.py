"""Slack's Web API, one module for each group of methods."""
