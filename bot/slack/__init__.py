"""The part of the bot that talks to Slack: it sends messages and receives commands and clicks."""
