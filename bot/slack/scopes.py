"""The scopes that the app asks for, each with the reason. The manifest, the README and `doctor`
follow this table."""

from bot.values import Frozen


class OAuthScope(Frozen):
    """A permission of the bot token (reference/scopes on docs.slack.dev)."""

    name: str
    why: str
    without: str = ""
    """What happens without the scope; empty if the scope is required."""

    @property
    def needed(self) -> bool:
        """Whether the scope is required. All other scopes are optional in the manifest."""
        return not self.without


_REPEATED = (
    "a message to which Slack did not respond is posted again, marked as a possible repetition"
)


SCOPES = (
    OAuthScope(name="commands", why="the /tariff command"),
    OAuthScope(name="chat:write", why="posting alerts and answers"),
    OAuthScope(name="chat:write.public", why="posting in public channels without being invited"),
    OAuthScope(name="im:write", why="direct messages to people who subscribe or follow an event"),
    OAuthScope(name="app_mentions:read", why="answering when mentioned, also in threads"),
    OAuthScope(
        name="channels:read",
        why="finding the channel that TARIFFWIRE_CHANNEL names, and checking that a person is a "
        "member of a channel before they change its subscriptions in the Home tab",
    ),
    OAuthScope(name="files:write", why="sharing calendars and line lists as files"),
    OAuthScope(
        name="im:history",
        why="answering direct messages, and checking whether one of the bot's messages "
        "arrived before it is posted again",
    ),
    OAuthScope(
        name="channels:history",
        why="checking whether a message arrived in a public channel before it is posted again",
        without=_REPEATED,
    ),
    OAuthScope(
        name="groups:history",
        why="the same in private channels",
        without=_REPEATED,
    ),
    OAuthScope(
        name="files:read",
        why="reading a file with tariff lines that a person sends to the bot",
        without="people paste their lines",
    ),
    OAuthScope(
        name="channels:join",
        why="joining a public channel that only lets members post",
        without="invite the app to such a channel",
    ),
    OAuthScope(
        name="groups:read",
        why="the same check for private channels",
        without="people change the subscriptions of a private channel there",
    ),
    OAuthScope(
        name="users:read",
        why="filling in a person's time zone in the form for subscriptions",
        without="people type their time zone",
    ),
)
