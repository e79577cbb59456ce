"""Trade news for Slack. Start reading at `bot.pipeline`: feed -> entry -> story -> delivery."""

__version__ = "0.1.0"

PAGE = "https://github.com/tariffwire/tariffwire"
"""Where publishers whose feeds are read find out who reads them."""

COMMAND = "/tariff"
"""The bot's slash command. The app's manifest declares it."""
