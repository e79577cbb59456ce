"""Whether a request was handled before: Slack sends events again, and people click twice."""

from collections import OrderedDict
from datetime import datetime, timedelta

from bot.slack.blockkit.limits import EVENT_RETRIES_S


class Deduplicator:
    """Remembers keys for as long as Slack may send the same event again."""

    def __init__(self, keep_s: float = EVENT_RETRIES_S, most: int = 10_000) -> None:
        self._keep, self._most = timedelta(seconds=keep_s), most
        self._known: OrderedDict[str, datetime] = OrderedDict()

    def before(self, key: str, now: datetime) -> bool:
        """Whether the key was asked for within the time it is kept; it is remembered from now."""
        while self._known and self._too_old(now):
            self._known.popitem(last=False)
        if key in self._known:
            return True
        self._known[key] = now
        return False

    def _too_old(self, now: datetime) -> bool:
        oldest = next(iter(self._known.values()))
        return now - oldest > self._keep or len(self._known) > self._most
