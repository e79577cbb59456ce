"""A workspace that refuses all messages, and when to check it again.

    accepting --refused--> refusing --check passed--> trying --sent--> accepting
                            |   ^                        |
           check failed --> +---+ <-------- refused -----+

While it is trying, one message at a time is sent: a check cannot find every reason for a refusal,
such as a scope that is missing for posts only.
"""

from datetime import datetime, timedelta

from pydantic import AwareDatetime

from bot.values import Frozen

FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=5)
_MOST_DOUBLINGS = 9


class WorkspaceRefusal(Frozen):
    """Why a workspace refuses messages, since when, and when it is checked next."""

    since: AwareDatetime
    cause: str
    """Slack's code."""
    cure: str
    check_at: AwareDatetime
    failures: int = 0
    """Checks and messages that were refused since the first."""
    trying: bool = False
    by_check: bool = False
    """A check was refused too, so a check that passes shows that the refusal is over."""

    def is_check_due(self, now: datetime) -> bool:
        """Whether to check now. A moment further ahead than any wait is from a clock set back."""
        return not self.trying and not now < self.check_at <= now + LONGEST_WAIT


def first_refusal(cause: str, cure: str, now: datetime) -> WorkspaceRefusal:
    """The state after the first message was refused."""
    return WorkspaceRefusal(since=now, cause=cause, cure=cure, check_at=now + FIRST_WAIT)


def refused_again(
    before: WorkspaceRefusal, cause: str, cure: str, now: datetime
) -> WorkspaceRefusal:
    """The state after another check or message was refused; the wait doubles."""
    failures = before.failures + 1
    wait = min(FIRST_WAIT * 2 ** min(failures, _MOST_DOUBLINGS), LONGEST_WAIT)
    changes = {"cause": cause, "cure": cure, "failures": failures, "check_at": now + wait}
    return before.model_copy(update={**changes, "trying": False})


def check_passed(before: WorkspaceRefusal) -> WorkspaceRefusal:
    """The state after a check that found nothing wrong."""
    return before.model_copy(update={"trying": True})
