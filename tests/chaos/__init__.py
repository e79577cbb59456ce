"""Delivery under faults: a fake Slack that fails on purpose, and a bot process that is killed."""
