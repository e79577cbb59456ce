"""A workspace in which the app is installed by OAuth, with the token for it."""

from datetime import datetime

from pydantic import SecretStr

from bot.values import Frozen


class Installation(Frozen):
    """An installation of the app in one workspace."""

    team: str
    """The id of the workspace."""
    name: str = ""
    """The workspace's name when the app was installed."""
    enterprise: str = ""
    """The id of the workspace's organization; empty if it has none."""
    bot_id: str = ""
    bot_user: str = ""
    """The id of the bot as a member of the workspace."""
    token: SecretStr
    """The bot token. It is never shown, also not in the value's text."""
    installed_at: datetime
