"""Every error the bot raises on purpose.

    TariffwireError
    ├── SettingsError        a variable in the environment or .env is missing or wrong
    ├── ConfigError          a file in config/ is wrong; names file, line and key
    ├── FeedError            one feed could not be read; the other feeds are not affected
    │   ├── AddressRefused   its address, or one it redirects or resolves to, may not be fetched
    │   ├── FetchFailed      an error status, or a response that is too slow or large
    │   │   └── NoAnswer     no response: unknown host, no connection, timeout
    │   └── NotAFeed         the response is not a feed
    ├── SourceError          a live source failed or sent an unexpected response
    ├── QueryError           a question about rates could not be understood
    │   ├── UnknownParty     an economy does not exist; carries similar names
    │   ├── NoEconomyNamed   no economy is named; carries complete questions that name one
    │   └── UnclearQuestion  has several readings; carries a complete question for each
    ├── LinesRefused         a file or text with tariff lines cannot be read or saved
    ├── AmendmentRefused     a rate that an operator approved does not fit the ledger
    ├── CommandError         a slash command could not be carried out
    │   └── TooManySubscriptions a conversation has as many subscriptions as it may have
    ├── StoreError           the database could not be opened, upgraded or backed up
    │   └── StoreUnavailable the database cannot be reached or written at the moment
    ├── SlackError           Slack refused a call or could not be reached
    ├── SendLater            a delivery could not be sent now; it is retried
    ├── SendRefused          a delivery can never be sent; it fails
    ├── ConversationRefused  a conversation accepts no messages now; its deliveries are held
    └── WorkspaceRefused     a workspace accepts no messages now; its deliveries stay queued

Each error names the thing, the cause and the cure. No error message may contain a token, a signed
address or any other secret.
"""

from collections.abc import Sequence


class TariffwireError(Exception):
    """The base class. Its text is one line for a person: `thing: cause. cure`.

    `thing` is what failed, `cause` is why, and `cure` is what to do about it. `cure` may be empty.
    A question as the cause ends with its question mark.
    """

    def __init__(self, thing: str, cause: str, cure: str = "") -> None:
        self.thing, self.cause, self.cure = thing, cause, cure
        end = "" if cause.endswith("?") else "."
        super().__init__(f"{thing}: {cause}" + (f"{end} {cure}" if cure else ""))

    def to_json(self) -> dict[str, str]:
        """The error as a JSON object: `thing`, `cause` and `cure`."""
        return {"thing": self.thing, "cause": self.cause, "cure": self.cure}


class SettingsError(TariffwireError):
    """A setting is missing or wrong; `thing` is the name of its variable."""


class ConfigError(TariffwireError):
    """A file in the config folder is wrong; `thing` is `file:line: key`."""

    def __init__(self, file: str, line: int | None, key: str, cause: str, cure: str = "") -> None:
        self.file, self.line, self.key = file, line, key
        where = f"{file}:{line}" if line is not None else file
        super().__init__(f"{where}: {key}" if key else where, cause, cure)


class FeedError(TariffwireError):
    """One feed could not be read; `thing` is the feed's id, or its address without the query."""


class AddressRefused(FeedError):
    """The feed's address, or an address to which it redirects or resolves, may not be fetched."""


class FetchFailed(FeedError):
    """The request failed: no response, an error status, or a response that is too slow or too
    large."""


class NoAnswer(FetchFailed):
    """No response: the host is unknown, refuses connections, or does not answer in time."""


class NotAFeed(FeedError):
    """The response is not a feed."""


class SourceError(TariffwireError):
    """A live source failed or sent an unexpected response; `thing` is the source's name.

    `cause` completes a sentence that begins with the name: `did not answer in time`.
    """


class QueryError(TariffwireError):
    """A question about rates that could not be understood."""


class UnknownParty(QueryError):
    """The question names an economy that does not exist.

    `suggestions` are similar names, best first; they may be empty. If the unknown word may also
    mean goods, `cause` says so and `suggestions` may include goods.
    """

    def __init__(
        self, word: str, suggestions: Sequence[str] = (), cause: str = "not an economy we know"
    ) -> None:
        self.word, self.suggestions = word, tuple(suggestions)
        cure = f"Did you mean {' or '.join(suggestions)}?" if suggestions else ""
        super().__init__(word, cause, cure)


class NoEconomyNamed(QueryError):
    """A question that names no economy; `questions` are examples of complete questions, which do
    name one."""

    def __init__(self, thing: str, cause: str, questions: Sequence[str]) -> None:
        self.questions = tuple(questions)
        super().__init__(thing, cause, f"Try: {' or: '.join(questions)}")


class UnclearQuestion(QueryError):
    """A question with several readings, so that the person must choose.

    `question` asks which reading is meant. `options` has up to four pairs of a label and a complete
    question.
    """

    def __init__(
        self, thing: str, question: str, options: Sequence[tuple[str, str]], cure: str = ""
    ) -> None:
        self.question, self.options = question, tuple(options)[:4]
        tries = " or: ".join(command for _, command in self.options)
        super().__init__(thing, question, cure or f"Try: {tries}")


class CommandError(TariffwireError):
    """A slash command that could not be carried out."""


class TooManySubscriptions(CommandError):
    """A conversation has reached its limit of subscriptions."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        cure = "Remove one first, or combine some"
        super().__init__("subscribe", f"there are already {limit} subscriptions here", cure)


class StoreError(TariffwireError):
    """The database could not be opened, upgraded or backed up."""


class StoreUnavailable(StoreError):
    """The database cannot be reached or written at the moment. A retry may succeed.

    Callers retry without logging the error, because `bot.store.outage` logs each outage once.
    """


class SlackError(TariffwireError):
    """Slack refused a call or could not be reached; `thing` is the method of the Web API."""


class SendLater(TariffwireError):
    """A message could not be posted now and must be retried.

    `after_s` is the wait in seconds that Slack asked for, or None if Slack named no time. All
    messages of the team wait for this time. If `lookups_only` is set, only searches for earlier
    copies wait. `uncertain`: the message may have been posted in spite of the error. `unanswered`:
    Slack did not respond, so the message itself is not the cause.
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
    """This message can never be posted, so it is not retried.

    `by_slack`: Slack itself rejected this one message, which shows that the workspace accepts
    others. False if the bot gave the message up without such an answer.
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

    `cause` is Slack's code. If a scope is missing, its name follows the code. `uncertain` has the
    same meaning as in ConversationRefused.
    """

    def __init__(self, thing: str, cause: str, cure: str = "", uncertain: bool = False) -> None:
        self.uncertain = uncertain
        super().__init__(thing, cause, cure)


class LinesRefused(TariffwireError):
    """A file or a text with tariff lines that cannot be read or saved; `thing` is the file, the
    cell or the list."""


class AmendmentRefused(TariffwireError):
    """A rate that an operator approved does not fit the ledger. The ledger is unchanged."""
