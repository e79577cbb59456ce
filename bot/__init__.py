"""Trade news for Slack: feed -> entry -> story -> alert -> delivery. Start reading at `bot.pipeline`."""

__version__ = "0.1.0"
