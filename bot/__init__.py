"""Trade news for Slack. Start reading at `bot.pipeline`: feed -> entry -> story -> delivery."""

__version__ = "0.1.0"

PAGE = "https://github.com/tariffwire/tariffwire"
"""The project's page. By default, the User-Agent contains it, so that publishers of feeds can find
out about the bot."""

COMMAND = "/tariff"
"""The bot's slash command. The app's manifest declares it."""
