"""The bot's command in Slack, as messages name it."""

COMMAND = "/tariff"
"""Its name. The app's manifest declares it, and Slack calls the bot by no other."""
