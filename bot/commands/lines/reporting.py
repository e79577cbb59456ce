"""Sends each owner of a line list one message about the lines whose duties changed.

    start, new ledger, new day in the importing country | reports of all lists | one message each

A change is reported once: the message is queued in the transaction that saves what the owner knows.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from bot.alerts.delivery import Delivery, DeliveryKind, make_delivery
from bot.alerts.watch.facts import ChangedDuties, WatchNotice
from bot.commands.lines.current_duties import DutyBasis
from bot.commands.lines.service import LineListService
from bot.errors import LinesRefused
from bot.lines.reports import ListReport

MOST_REPORTED = 100
"""Maximum lines in a message. It says how many more there are."""


class ReportQueue(Protocol):
    """The line lists and the outbox."""

    async def queue_report(self, report: ListReport, message: Delivery) -> bool:
        """Saves what the report tells the owner, and queues its message, in one transaction.

        False, and changes nothing, if it was saved before or the list changed since.
        """


class LineReports:
    """Queues the reports; call `look` regularly."""

    def __init__(
        self,
        lines: LineListService,
        queue: ReportQueue,
        team: str,
        clock: Callable[[], datetime],
        on_deliveries: Callable[[], None],
    ) -> None:
        self._lines, self._queue, self._team = lines, queue, team
        self._clock, self._on_deliveries = clock, on_deliveries
        self._reported: DutyBasis | None = None
        """The ledger and the day whose changes are all reported; None after the start."""

    async def look(self) -> None:
        """Queues what changed, if the ledger or the day is new. Raises StoreError."""
        basis = self._lines.duties.basis
        if basis == self._reported:
            return
        try:
            reports = await self._lines.find_reports(self._team)
        except LinesRefused:
            # There is no tariff schedule, so there are no duties on lines.
            reports = ()
        queued = [await self._queue.queue_report(one, self._make(one)) for one in reports]
        if any(queued):
            self._on_deliveries()
        # A list that someone changed meanwhile is compared again.
        self._reported = basis if all(queued) else None

    def _make(self, report: ListReport) -> Delivery:
        lines, now = report.known.list, self._clock()
        first = report.changes[:MOST_REPORTED]
        more = len(report.changes) - len(first)
        about = ChangedDuties(first=first, more=more, of=len(lines.lines), next=report.next)
        return make_delivery(
            DeliveryKind.NOTICE,
            lines.owner,
            f"duties of list {lines.revision} report {report.known.reports} {now.isoformat()}",
            "",
            now,
            content=WatchNotice(about=about).model_dump_json(),
        )
