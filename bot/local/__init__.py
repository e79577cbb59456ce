"""The local workspace: the part of Slack that the bot uses, on loopback, with a page."""
