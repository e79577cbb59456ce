"""Every error the bot raises on purpose.

    TariffwireError
    ├── SettingsError        a variable in the environment or .env
    ├── ConfigError          a file in config/: names file, line and key
    ├── FeedError            one feed could not be read; never stops another
    │   ├── AddressRefused   its address, or one it redirects to, may not be fetched
    │   ├── FetchFailed      an error status, too slow or too large
    │   │   └── NoAnswer     no response: unknown host, no connection, timeout
    │   └── NotAFeed         the response is not a feed
    ├── SourceError          a live source gave no answer that can be used
    ├── QueryError           a question about rates that could not be understood
    │   ├── UnknownParty     no such economy; carries the nearest names
    │   └── NoEconomyNamed           no economy is named; carries whole questions that name one
    ├── AmendmentRefused     a rate, approved by an operator, that does not fit the ledger
    ├── CommandError         a slash command that could not be carried out
    ├── StoreError           the database could not be opened, upgraded or backed up
    │   └── StoreUnavailable        it cannot be reached or written for now
    ├── SlackError           Slack refused a call or could not be reached
    ├── SendLater            a delivery could not be sent now; it is retried
    ├── SendRefused          a delivery can never be sent; it fails
    ├── ConversationRefused  a conversation accepts no messages now; its deliveries are held
    └── WorkspaceRefused     a workspace accepts no messages now; its deliveries stay queued

Each names the thing, the cause and the cure. No message may hold a token, a signed address or any
other secret.
"""

from collections.abc import Sequence


class TariffwireError(Exception):
    """One line for a person: `thing: cause. cure`.

    `thing` is what failed, `cause` why, `cure` what to do about it (may be empty).
    """

    def __init__(self, thing: str, cause: str, cure: str = "") -> None:
        self.thing, self.cause, self.cure = thing, cause, cure
        super().__init__(f"{thing}: {cause}" + (f". {cure}" if cure else ""))


class SettingsError(TariffwireError):
    """A setting is missing or wrong; `thing` is the variable's name."""


class ConfigError(TariffwireError):
    """A file in the config folder is wrong; `thing` reads `file:line: key`."""

    def __init__(self, file: str, line: int | None, key: str, cause: str, cure: str = "") -> None:
        self.file, self.line, self.key = file, line, key
        where = f"{file}:{line}" if line is not None else file
        super().__init__(f"{where}: {key}" if key else where, cause, cure)


class FeedError(TariffwireError):
    """One feed could not be read; `thing` is the feed's id or address without its query."""


class AddressRefused(FeedError):
    """The address, or one it redirects to or resolves to, may not be fetched."""


class FetchFailed(FeedError):
    """No response, an error status, or a response that is too slow or too large."""


class NoAnswer(FetchFailed):
    """No response: the host is unknown, refuses connections, or did not answer in time."""


class NotAFeed(FeedError):
    """The response is not a feed."""


class SourceError(TariffwireError):
    """A live source failed or sent an unexpected response; `thing` is its name.

    `cause` continues a sentence that begins with the name: `did not answer in time`.
    """


class QueryError(TariffwireError):
    """A question about rates that could not be understood."""


class UnknownParty(QueryError):
    """No such economy; `suggestions` are similar names, best first (may be empty).

    If the word may also name goods, `cause` says so and `suggestions` may include goods.
    """

    def __init__(
        self, word: str, suggestions: Sequence[str] = (), cause: str = "not an economy I know"
    ) -> None:
        self.word, self.suggestions = word, tuple(suggestions)
        cure = f"Did you mean {' or '.join(suggestions)}?" if suggestions else ""
        super().__init__(word, cause, cure)


class NoEconomyNamed(QueryError):
    """A question that names no economy; `questions` are complete questions that do."""

    def __init__(self, thing: str, cause: str, questions: Sequence[str]) -> None:
        self.questions = tuple(questions)
        super().__init__(thing, cause, f"Try: {' or: '.join(questions)}")


class CommandError(TariffwireError):
    """A slash command that could not be carried out."""


class StoreError(TariffwireError):
    """The database could not be opened, upgraded or backed up."""


class StoreUnavailable(StoreError):
    """The database cannot be reached or written at the moment. A retry may succeed.

    Callers retry and log nothing: `bot.store.outage` logs each outage once.
    """


class SlackError(TariffwireError):
    """Slack refused a call or could not be reached; `thing` is the Web API method."""


class SendLater(TariffwireError):
    """A message could not be posted now and must be retried.

    `after_s` is the wait in seconds that Slack asked for, None where it asked for none. It holds
    for all messages of the team, unless it is for `lookups_only`, the search for earlier copies.
    `uncertain`: the message may have been posted anyway. `unanswered`: Slack did not respond, so
    the message itself is not at fault.
    """

    def __init__(
        self,
        after_s: float | None,
        reason: str,
        uncertain: bool = False,
        unanswered: bool = False,
        lookups_only: bool = False,
    ) -> None:
        self.after_s, self.uncertain, self.unanswered = after_s, uncertain, unanswered
        self.lookups_only = lookups_only
        super().__init__("delivery", reason)


class SendRefused(TariffwireError):
    """This message can never be posted; a retry does not help.

    `by_slack`: Slack refused it, so the workspace accepts posts.
    """

    def __init__(self, reason: str, by_slack: bool = False) -> None:
        self.by_slack = by_slack
        super().__init__("delivery", reason)


class ConversationRefused(TariffwireError):
    """The conversation accepts no messages until a person changes something, such as a setting.

    `thing` is the conversation, `cause` Slack's code. `uncertain`: the message, or a part of it,
    may have been posted in an earlier attempt. `by_look_up`: nothing was posted now.
    """

    def __init__(
        self,
        thing: str,
        cause: str,
        cure: str = "",
        uncertain: bool = False,
        by_look_up: bool = False,
    ) -> None:
        self.uncertain, self.by_look_up = uncertain, by_look_up
        super().__init__(thing, cause, cure)


class WorkspaceRefused(TariffwireError):
    """Slack accepts no messages for the whole workspace until an operator changes something.

    `cause` is Slack's code, with the scope that is missing if one is. `uncertain` as above.
    """

    def __init__(self, thing: str, cause: str, cure: str = "", uncertain: bool = False) -> None:
        self.uncertain = uncertain
        super().__init__(thing, cause, cure)


class AmendmentRefused(TariffwireError):
    """An approved rate does not fit the ledger; nothing was changed."""
