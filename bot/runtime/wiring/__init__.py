"""Builds the parts of the bot from the settings, and connects them."""
