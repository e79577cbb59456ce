"""What the watches report, as values. A `WatchNotice` is the `content` of a notice as JSON."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from bot.lines.effects import LineEffect
from bot.lines.reports import FollowingChange
from bot.values import Frozen


class FailingFeed(Frozen):
    """A feed that cannot be read. `bot.alerts.notices` reports its beginning."""

    kind: Literal["failing feed"] = "failing feed"
    feed_id: str
    since: AwareDatetime


class SilentFeed(Frozen):
    """A feed that publishes nothing for much longer than ever before."""

    kind: Literal["silent feed"] = "silent feed"
    feed_id: str
    since: AwareDatetime
    usual_s: float
    """Its longest silence before, in seconds."""


class OldRates(Frozen):
    """Rates that were not checked for a while. `bot.alerts.notices` reports their beginning."""

    kind: Literal["old rates"] = "old rates"
    imposer: str
    checked: date


class PassedDate(Frozen):
    """A day on which something became due, with the name of the measure."""

    on: date
    measure: str


class PassedDates(Frozen):
    """Known dates of an economy that have passed since its rates were last checked."""

    kind: Literal["passed dates"] = "passed dates"
    imposer: str
    newest: tuple[PassedDate, ...]
    """The newest of them, oldest first."""
    earlier: int = 0
    """The number of those that are left out."""


class LateQueue(Frozen):
    """Messages that should have been sent long ago."""

    kind: Literal["late messages"] = "late messages"
    since: AwareDatetime
    """When the first of them should have been sent."""
    conversations: int
    error: str = ""
    """Why an attempt to send one of them failed; empty if none failed."""
    team: str = ""
    """Their workspace; empty if it is that of the operators."""


class QuietWeek(Frozen):
    """A week in which nothing matched the subscriptions of a conversation."""

    kind: Literal["quiet week"] = "quiet week"
    stories: int
    """The number of stories that were read."""
    feeds: int
    next_on: date | None = None
    """The day of the next known change that concerns the conversation; None if there is none."""
    next_measure: str = ""


class ChangedDuties(Frozen):
    """The lines of a conversation's list whose duties changed."""

    kind: Literal["changed duties"] = "changed duties"
    first: tuple[LineEffect, ...]
    more: int = 0
    """The number of lines that are left out."""
    of: int
    """The number of lines in the list."""
    next: FollowingChange | None = None
    """The next known change that is not among these; None if there is none."""


Condition = FailingFeed | SilentFeed | OldRates | PassedDates | LateQueue
"""Something that begins and ends."""


class WatchNotice(Frozen):
    """One report of a watch."""

    about: Annotated[Condition | QuietWeek | ChangedDuties, Field(discriminator="kind")]
    has_ended: bool = False
    """Whether it is the end of a condition that is reported."""
