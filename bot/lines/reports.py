"""Reports each change of a duty on a listed line once.

A line is saved with its **known totals**: that of a day, and those of later days that the ledger
knew then. When the ledger or the schedule changes, the known totals are compared with those of the
new ledger. A later total that was already known is no change when its day comes.

The database saves the reported totals in the transaction that queues the message, so that a change
is neither reported twice nor lost after a crash.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from bot.lines.duties import BanExtent, DutyTotal, LineDuties
from bot.lines.effects import LineEffect
from bot.lines.model import LineKey, LineList


class KnownTotal(NamedTuple):
    """The total of a line from a day until the next one."""

    on: date
    total: DutyTotal


KnownTotals = tuple[KnownTotal, ...]
"""The totals of a line in order of time, each different from the one before; never empty."""


class KnownList(NamedTuple):
    """A list with what its owner knows about the duties on its lines."""

    list: LineList
    totals: Mapping[LineKey, KnownTotals]
    reports: int = 0
    """The number of reports that were saved, so that none is saved twice."""


class FollowingChange(NamedTuple):
    """The first later day on which totals change that the report does not name."""

    on: date
    lines: int
    """The number of lines whose total changes on the day."""


class ListReport(NamedTuple):
    """What changed for a list since the last report to its owner."""

    known: KnownList
    """What the owner knew before the report."""
    changes: tuple[LineEffect, ...]
    """What the owner knows for the first day that differs, and the total by the present ledger."""
    totals: Mapping[LineKey, KnownTotals]
    """The known totals of these lines after the report."""
    next: FollowingChange | None = None
    """None if no further change is known."""


def find_known_totals(duties: LineDuties, key: LineKey, day: date) -> KnownTotals:
    """The total of a line on the day, and each later one that the ledger knows."""
    return tuple(KnownTotal(on, total) for on, total in duties.list_totals(key, day))


def build_report(known: KnownList, duties: LineDuties, day: date) -> ListReport:
    """The lines of the list whose totals from `day` on differ from the known ones.

    A line without known totals has nothing to compare with. It gets its totals and no change.
    """
    changes: list[LineEffect] = []
    totals: dict[LineKey, KnownTotals] = {}
    for line in known.list.lines:
        now = find_known_totals(duties, line.key, day)
        before = known.totals.get(line.key)
        if before is None:
            totals[line.key] = now
            continue
        on = _find_difference(before, now, day)
        if on is not None:
            old, new = _find_total(before, on), duties.find_total(line.key, on)
            changes.append(LineEffect(line, on, old, new))
            totals[line.key] = now
    following = _find_next({**known.totals, **totals}, changes, day)
    return ListReport(known, tuple(changes), totals, following)


def _find_next(
    totals: Mapping[LineKey, KnownTotals], changes: Sequence[LineEffect], day: date
) -> FollowingChange | None:
    """The first day after `day` on which known totals change, without the reported changes."""
    reported = {(one.line.key, one.on) for one in changes}
    days = Counter(
        one.on
        for key, known in totals.items()
        for one in known[1:]
        if one.on > day and (key, one.on) not in reported
    )
    on = min(days, default=None)
    return FollowingChange(on, days[on]) if on is not None else None


def _find_difference(before: KnownTotals, now: KnownTotals, day: date) -> date | None:
    """The first day from `day` on which the totals differ."""
    if before == now:
        return None
    days = {one.on for one in (*before, *now) if one.on > day}
    differing = (
        on for on in (day, *sorted(days)) if _find_total(before, on) != _find_total(now, on)
    )
    return next(differing, None)


def _find_total(totals: KnownTotals, day: date) -> DutyTotal:
    past = [one.total for one in totals if one.on <= day]
    return past[-1] if past else totals[0].total


def format_totals(totals: KnownTotals) -> str:
    """The totals as JSON, for the database."""
    return json.dumps([_list_fields(one) for one in totals], separators=(",", ":"))


def _list_fields(known: KnownTotal) -> Sequence[object]:
    total = known.total
    ends = [None if one is None else str(one.normalize()) for one in (total.low, total.high)]
    return [known.on.isoformat(), *ends, list(total.words), total.ban.value, total.is_line]


def parse_totals(text: str) -> KnownTotals:
    """The totals that `format_totals` wrote."""
    return tuple(_parse(json.loads(text)))


def _parse(rows: list[list[object]]) -> Iterator[KnownTotal]:
    for on, low, high, words, ban, is_line in rows:
        total = DutyTotal(
            None if low is None else Decimal(str(low)),
            None if high is None else Decimal(str(high)),
            tuple(map(str, words)) if isinstance(words, list) else (),
            BanExtent(str(ban)),
            bool(is_line),
        )
        yield KnownTotal(date.fromisoformat(str(on)), total)
