"""Merges an official export into the lines and headings of a tariff schedule."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from bot.rates.files.hts_export import HtsExport
from bot.rates.files.tariff_schedule import cut_description
from bot.rates.schedule.difference import ScheduleDifference, compare_headings, compare_lines
from bot.rates.schedule.model import AdditionalHeading, FormerLine, TariffLine
from bot.rates.schedule.schedule import TariffSchedule

_A_DAY = timedelta(days=1)
_MOST_CHAPTERS = 90
"""An export with at least this many chapters counts as whole, so lines that it lacks have ended."""


class MergedSchedule(NamedTuple):
    """The lines and headings after an import, and what the import changes."""

    lines: tuple[TariffLine, ...]
    headings: tuple[AdditionalHeading, ...]
    former: tuple[FormerLine, ...]
    """The lines whose duties this or an earlier import changed, or that it ended, as they were."""
    difference: ScheduleDifference
    is_whole: bool
    """Whether the export had at least `_MOST_CHAPTERS` chapters."""


def merge_export(schedule: TariffSchedule, export: HtsExport, in_force: date) -> MergedSchedule:
    """The schedule with the export's lines, whose duties apply from the day `in_force`.

    A line that the export lacks is removed only if the export has other rows of its heading, or is
    whole. The rates of headings are updated; their measures and days are kept by hand.
    """
    chapters = {code[:2] for code in export.four_digits}
    is_whole = len(chapters) >= _MOST_CHAPTERS
    before = tuple(schedule.lines)
    kept = [one for one in before if not is_whole and one.code[:4] not in export.four_digits]
    lines = tuple(sorted((*kept, *export.lines)))
    headings = tuple(_update_headings(schedule.headings, export))
    changes = tuple(compare_lines(before, lines))
    headings_changed = tuple(compare_headings(schedule.headings, headings))
    ended = (
        FormerLine(in_force - _A_DAY, one.before)
        for one in changes
        if one.before is not None and one.changes_duty
    )
    return MergedSchedule(
        lines,
        headings,
        tuple(sorted({*schedule.former, *ended})),
        ScheduleDifference(changes, headings_changed),
        is_whole,
    )


def _update_headings(
    headings: Iterable[AdditionalHeading], export: HtsExport
) -> Iterable[AdditionalHeading]:
    found = {one.heading: one for one in export.headings}
    for one in headings:
        new = found.get(one.heading)
        if new is None or one.to is not None:
            # The export has only headings in force; the text of an ended one is kept.
            yield one
        else:
            description = cut_description(new.description)
            yield one._replace(general=new.general, description=description)
