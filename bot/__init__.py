"""Trade news for Slack. Start reading at `bot.pipeline`: feed -> entry -> story -> delivery."""

__version__ = "0.1.0"
