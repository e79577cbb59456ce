"""Short-lived permits: whoever acts gives the bot one, and the bot may open a modal for it."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.local_slack.api.errors import ApiError

# How long a spent trigger_id is told from an unknown one, in seconds.
_MEMORY_S = 600.0


@dataclass(slots=True)
class _Trigger:
    at: float
    spent: bool = False


class Triggers:
    """Hands out trigger_ids, each good once and for `life_s` seconds; `clock` counts seconds."""

    def __init__(self, life_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._life_s, self._clock = life_s, clock
        self._given: dict[str, _Trigger] = {}

    def new(self) -> str:
        """A fresh trigger_id."""
        now = self._clock()
        self._given = {name: t for name, t in self._given.items() if now - t.at < _MEMORY_S}
        numbers = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}"
        trigger_id = f"{numbers}.{secrets.token_hex(16)}"
        self._given[trigger_id] = _Trigger(now)
        return trigger_id

    def take(self, trigger_id: str) -> None:
        """Spends a trigger_id; raises ApiError when it is unknown, spent or too old."""
        trigger = self._given.get(trigger_id)
        if trigger is None:
            raise ApiError("invalid_trigger_id")
        if trigger.spent:
            raise ApiError("exchanged_trigger_id")
        if self._clock() - trigger.at > self._life_s:
            raise ApiError("expired_trigger_id")
        trigger.spent = True
