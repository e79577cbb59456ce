"""Handles what Slack sends: commands, mentions, clicks, forms and the Home tab."""
