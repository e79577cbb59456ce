"""Trade news for Slack. Start reading at `bot.pipeline`: feed -> entry -> story -> delivery."""

__version__ = "0.1.0"

PAGE = "https://github.com/tariffwire/tariffwire"
"""The project's page. It is the default contact in the User-Agent, for publishers of feeds."""

COMMAND = "/tariff"
"""The bot's slash command. The app's manifest declares it."""
