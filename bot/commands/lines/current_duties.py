"""Keeps the duties on lines by the current ledger, and uses them in a thread."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime
from typing import TypeVar

from bot.errors import LinesRefused
from bot.lines.duties import LineDuties
from bot.lines.validation import IMPOSER
from bot.rates.ledger import Ledger

T = TypeVar("T")


class CurrentDuties:
    """The duties by the current ledger. They are kept until the ledger changes."""

    def __init__(self, ledger: Callable[[], Ledger], clock: Callable[[], datetime]) -> None:
        self._ledger, self._clock = ledger, clock
        self._duties: LineDuties | None = None
        self._lock = asyncio.Lock()

    async def use(self, work: Callable[[LineDuties, date], T]) -> T:
        """What `work` returns for the duties and today's date in the importing country.

        One `work` runs at a time, in a thread, because it may take a second for a long list.
        """
        async with self._lock:
            ledger = self._ledger()
            day = ledger.find_duty_day(self._clock(), IMPOSER)
            if ledger.find_tariff_schedule(IMPOSER) is None:
                raise LinesRefused("The tariff schedule", "is not in the rates files")
            if self._duties is None or self._duties.ledger is not ledger:
                before = self._duties
                self._duties = await asyncio.to_thread(LineDuties, ledger, before)
            return await asyncio.to_thread(work, self._duties, day)
