"""Describes the deadlines of official notices in short words."""

from bot.news.deadlines.events import EventDeadline
from bot.news.deadlines.model import Deadline, DeadlineKind
from bot.text.dates import format_day

_LABELS = {
    DeadlineKind.COMMENTS_CLOSE: "Comments close",
    DeadlineKind.HEARING: "Hearing",
    DeadlineKind.HEARING_REQUESTS: "Requests to appear close",
    DeadlineKind.REBUTTAL_COMMENTS: "Rebuttal comments close",
    DeadlineKind.EXCLUSION_REQUESTS_OPEN: "Exclusion requests open",
    DeadlineKind.EXCLUSION_REQUESTS_CLOSE: "Exclusion requests close",
    DeadlineKind.INCLUSION_WINDOW_OPENS: "Inclusion window opens",
    DeadlineKind.INCLUSION_WINDOW_CLOSES: "Inclusion window closes",
    DeadlineKind.EFFECTIVE: "Takes effect",
}


def label_deadline(deadline: Deadline) -> str:
    """What happens: `Comments close`."""
    return _LABELS[deadline.kind]


def describe_deadline(deadline: Deadline) -> str:
    """What happens, and the time of day: `Comments close, 23:59 EST`."""
    return ", ".join(filter(None, (label_deadline(deadline), describe_time(deadline))))


def list_deadline_lines(one: EventDeadline) -> list[str]:
    """Everything about a deadline: the day, what happens, the notice with its words, the source."""
    what = describe_deadline(one.deadline)
    return [
        f"{format_day(one.on)}: {what}: {one.title or '(without a title)'}",
        f'  In the words of the notice: "{one.deadline.quote}"',
        " ".join(filter(None, (f"  Source: {one.source}", one.link))),
    ]


def describe_time(deadline: Deadline) -> str:
    """The time of day with its zone, or how the day was found; empty if there is nothing to say."""
    if deadline.is_computed:
        return "counted from the publication"
    if deadline.at is None:
        return ""
    return f"{deadline.at:%H:%M} {deadline.zone}".strip()


def describe_when(deadline: Deadline) -> str:
    """The day and the time: `12 Jan 2027, 23:59 EST`."""
    return ", ".join(filter(None, (format_day(deadline.day), describe_time(deadline))))
