"""Handles the requests that Slack sends: commands, mentions, clicks, forms and the Home tab."""
