"""Keeps the duties on lines by the current ledger, and uses them in a thread."""

import asyncio
import threading
from collections.abc import Callable
from datetime import date, datetime
from typing import NamedTuple, TypeVar

from bot.errors import LinesRefused
from bot.lines.duties import LineDuties
from bot.lines.model import IMPOSER
from bot.rates.ledger import Ledger

T = TypeVar("T")


class DutyBasis(NamedTuple):
    """The ledger and the day by which duties are computed."""

    ledger: Ledger
    day: date


class CurrentDuties:
    """The duties by the current ledger. They are kept until the ledger changes."""

    def __init__(self, ledger: Callable[[], Ledger], clock: Callable[[], datetime]) -> None:
        self._ledger, self._clock = ledger, clock
        self._duties: LineDuties | None = None
        # Callers wait for the first lock without a thread. A thread goes on when its caller is
        # cancelled, so that threads need the second.
        self._turn, self._in_use = asyncio.Lock(), threading.Lock()

    @property
    def basis(self) -> DutyBasis:
        """The current ledger, and today in the importing country."""
        ledger = self._ledger()
        return DutyBasis(ledger, ledger.find_duty_day(self._clock(), IMPOSER))

    async def use(self, work: Callable[[LineDuties, date], T]) -> T:
        """What `work` returns for the duties and today's date in the importing country.

        One `work` runs at a time, in a thread, because it may take a second for a long list. Raises
        LinesRefused if the ledger has no tariff schedule.
        """
        async with self._turn:
            return await asyncio.to_thread(self._use, work)

    def _use(self, work: Callable[[LineDuties, date], T]) -> T:
        with self._in_use:
            ledger = self._ledger()
            if ledger.find_tariff_schedule(IMPOSER) is None:
                raise LinesRefused("The tariff schedule", "is not in the rates files")
            if self._duties is None or self._duties.ledger is not ledger:
                self._duties = LineDuties(ledger, self._duties)
            return work(self._duties, ledger.find_duty_day(self._clock(), IMPOSER))
