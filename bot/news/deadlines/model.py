"""What a deadline is."""

from datetime import date, time
from enum import StrEnum

from bot.values import Frozen


class DeadlineKind(StrEnum):
    """What happens on the day. The values appear in JSON and in stored stories."""

    COMMENTS_CLOSE = "comments_close"
    HEARING = "hearing"
    HEARING_REQUESTS = "hearing_requests"
    """The last day for requests to appear at a hearing."""
    REBUTTAL_COMMENTS = "rebuttal_comments"
    """The last day for answers to other parties' comments."""
    EXCLUSION_REQUESTS_OPEN = "exclusion_requests_open"
    EXCLUSION_REQUESTS_CLOSE = "exclusion_requests_close"
    INCLUSION_WINDOW_OPENS = "inclusion_window_opens"
    INCLUSION_WINDOW_CLOSES = "inclusion_window_closes"
    EFFECTIVE = "effective"
    """The first day on which a measure applies."""


class Deadline(Frozen):
    """A day that an official notice names, and what happens on it."""

    kind: DeadlineKind
    day: date
    """The day at the place of the authority."""
    at: time | None = None
    """The time of day, if the notice states it."""
    zone: str = ""
    """The time zone in the words of the notice: `EST`, `Brussels time`. Empty if it names none."""
    quote: str
    """The words of the notice: a part of its title or text."""
    is_computed: bool = False
    """Whether the notice does not state the day itself, but a number of days after its
    publication."""
