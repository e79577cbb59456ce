"""The scopes that the app asks for, and why. Manifest, README and `doctor` follow this table."""

from bot.values import Frozen


class OAuthScope(Frozen):
    """One permission of a bot token (reference/scopes on docs.slack.dev)."""

    name: str
    why: str
    needed: bool = True
    """Whether a feature fails without it."""


SCOPES = (
    OAuthScope(name="commands", why="the /tariff command"),
    OAuthScope(name="chat:write", why="posting alerts and answers"),
    OAuthScope(name="chat:write.public", why="posting in public channels without being invited"),
    OAuthScope(name="im:write", why="direct messages to people who subscribe or follow an event"),
    OAuthScope(name="app_mentions:read", why="answering when mentioned, also in threads"),
    OAuthScope(name="channels:read", why="finding the channel that TARIFFWIRE_CHANNEL names"),
    OAuthScope(name="files:write", why="sharing the calendar as a file"),
    OAuthScope(
        name="channels:history",
        why="looking whether an alert arrived before it is posted again, in public channels",
        needed=False,
    ),
    OAuthScope(name="groups:history", why="the same in private channels", needed=False),
    OAuthScope(name="im:history", why="the same in direct messages", needed=False),
    OAuthScope(
        name="channels:join",
        why="joining a public channel that only lets members post",
        needed=False,
    ),
)
