"""A subscription: what one conversation wants and when, and what remains after an unsubscribe."""

from collections.abc import Collection, Iterable
from datetime import datetime

from pydantic import AwareDatetime, model_validator

from bot.alerts.subscriptions.criteria import Blocs, Criteria, EconomyFilter, MatchReason, match
from bot.alerts.subscriptions.timing import Frequency, Timing
from bot.news.story import Story
from bot.values import Frozen, Topic, digest

DEFAULT_LIMIT = 25
"""Maximum subscriptions of a conversation, unless a setting says otherwise."""
_OLDER_FIELDS = frozenset({"topics", "parties", "words", "pace", "muted_until"})


class Subscription(Frozen):
    """Which stories one conversation (a channel or a person) gets, and when."""

    id: str
    """Stays the same when the subscription is edited; empty until it is saved."""
    team: str
    """The id of the Slack team (workspace), or of the local workspace."""
    conversation: str
    """The id of the Slack channel or user to which messages are posted."""
    criteria: Criteria = Criteria()
    timing: Timing = Timing()
    paused_until: AwareDatetime | None = None
    """Until when people paused it; None if they did not."""
    paused_at: AwareDatetime | None = None
    """When Slack first refused a message to the conversation; None if it accepts messages."""
    paused_reason: str = ""
    created_by: str = ""
    created_at: AwareDatetime

    @model_validator(mode="before")
    @classmethod
    def _read_older_row(cls, values: object) -> object:
        """Reads a row that release 0.1 saved: any of its parties, any of its words, and a pace.

        Its mute is left out: the migration made it a mute of the conversation.
        """
        if not isinstance(values, dict) or _OLDER_FIELDS.isdisjoint(values):
            return values
        kept = {name: value for name, value in values.items() if name not in _OLDER_FIELDS}
        criteria = {
            "topics": values.get("topics", ()),
            "economies": [{"first": code} for code in sorted(values.get("parties", ()))],
            "words": values.get("words", ()),
        }
        timing = {"frequency": values["pace"]} if "pace" in values else {}
        return {"criteria": criteria, "timing": timing, **kept}

    def is_paused(self, now: datetime) -> bool:
        """Whether it is paused, by people or because Slack refuses its messages."""
        by_people = self.paused_until is not None and now < self.paused_until
        return by_people or self.paused_at is not None

    def match(
        self, story: Story, now: datetime, blocs: Blocs, touching: Collection[str] = ()
    ) -> MatchReason | None:
        """The filters that the story passes; None if it does not match or this is paused."""
        return None if self.is_paused(now) else match(self.criteria, story, blocs, touching)


def timing_of(subscriptions: Iterable[Subscription]) -> Timing:
    """When a conversation with these subscriptions gets messages that belong to none of them:
    developments of followed events, reminders and notices.

    Of the subscriptions, the oldest with a quiet time decides, else the oldest with a time zone or
    an hour. Without one, it is at once, at the server's hour and in its zone. `next_send` with this
    timing returns the end of the quiet time, or None for at once; `hour` and `zone` are for a
    message that is sent once a day.
    """
    oldest = sorted(subscriptions, key=lambda each: (each.created_at, each.id))
    timings = [each.timing for each in oldest]
    quiet = (each for each in timings if each.weekdays_only or each.has_quiet_hours)
    stated = (each for each in timings if each.zone or each.hour is not None)
    chosen = next(quiet, None) or next(stated, None) or Timing()
    return chosen.model_copy(update={"frequency": Frequency.INSTANT})


def make_id(subscription: Subscription) -> str:
    """An id for a new subscription. It is short, because people type it to change one."""
    data = subscription.criteria.model_dump_json()
    made_at = subscription.created_at.isoformat()
    return digest(subscription.team, subscription.conversation, made_at, data, size=5)


def without(
    criteria: Criteria, topics: Collection[Topic], economies: Collection[EconomyFilter]
) -> tuple[Criteria, ...]:
    """What remains after an unsubscribe from `topics` (empty: all) on `economies` (empty: all).

    An economy filter is removed if all its economies are among those of one of `economies`: with
    `us china`, the pair and both single economies are.

    Returns nothing if nothing remains, the same criteria if nothing is removed, and two if the
    remaining topics differ by economy. Criteria for all economies are not changed if `economies` is
    given, because criteria cannot express 'all but China'.
    """
    had = criteria.topics or frozenset(Topic)
    cut = had.intersection(topics or Topic)
    removed = [
        each
        for each in criteria.economies
        if any(each.codes <= one.codes and _has_direction(one, each) for one in economies)
    ]
    if not cut or (economies and not removed):
        return (criteria,)
    kept = tuple(each for each in criteria.economies if each not in removed)
    rest = [criteria.model_copy(update={"topics": had - cut})] if had - cut else []
    if economies and kept:
        on = criteria.topics if cut == had else frozenset(cut)
        rest.append(criteria.model_copy(update={"topics": on, "economies": kept}))
    return tuple(rest)


def _has_direction(named: EconomyFilter, had: EconomyFilter) -> bool:
    """Whether the direction of a pair, if it has one, is the one that is named."""
    return not (named.directed and had.directed) or named == had
