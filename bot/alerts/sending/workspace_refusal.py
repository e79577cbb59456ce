"""A workspace that refuses all messages, and when to check it again.

    accepting --refused--> refusing --check passed--> trying --sent--> accepting
                            |   ^                        |
           check failed --> +---+ <-------- refused -----+

In the state `trying`, messages are sent one at a time, because a check does not find every reason
for a refusal. For example, it passes if the token lacks only the scope for posts.
"""

from datetime import datetime, timedelta

from pydantic import AwareDatetime

from bot.values import Frozen

FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=5)
_MOST_DOUBLINGS = 9


class WorkspaceRefusal(Frozen):
    """The state of a workspace that refuses messages: reason, start, and time of the next check."""

    since: AwareDatetime
    cause: str
    """Slack's error code."""
    cure: str
    check_at: AwareDatetime
    failures: int = 0
    """The number of failed checks and refused messages after the first refusal."""
    trying: bool = False
    by_check: bool = False
    """A check was refused too, so a check that passes shows that the refusal is over."""

    def is_check_due(self, now: datetime) -> bool:
        """Whether to check now.

        A `check_at` further ahead than `LONGEST_WAIT` was set before the clock was set back, so the
        check is due.
        """
        return not self.trying and not now < self.check_at <= now + LONGEST_WAIT


def first_refusal(cause: str, cure: str, now: datetime) -> WorkspaceRefusal:
    """The state after the first message was refused."""
    return WorkspaceRefusal(since=now, cause=cause, cure=cure, check_at=now + FIRST_WAIT)


def refused_again(
    before: WorkspaceRefusal, cause: str, cure: str, now: datetime
) -> WorkspaceRefusal:
    """The state after another failed check or refused message; doubles the wait up to a limit."""
    failures = before.failures + 1
    wait = min(FIRST_WAIT * 2 ** min(failures, _MOST_DOUBLINGS), LONGEST_WAIT)
    changes = {"cause": cause, "cure": cure, "failures": failures, "check_at": now + wait}
    return before.model_copy(update={**changes, "trying": False})


def check_passed(before: WorkspaceRefusal) -> WorkspaceRefusal:
    """The state after a check that found no reason for a refusal."""
    return before.model_copy(update={"trying": True})
