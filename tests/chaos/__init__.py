"""Delivery under faults: a Slack that fails on purpose, and a bot process that is killed."""
