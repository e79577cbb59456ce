"""Compares two states of a tariff schedule's lines and headings."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bot.rates.schedule.model import AdditionalHeading, TariffLine

_DUTIES = ("general", "column2", "special")


class LineChange(NamedTuple):
    """A line that was added, ended or changed."""

    code: str
    before: TariffLine | None
    """None for a new line."""
    after: TariffLine | None
    """None for a line that ended."""

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that changed; empty for a new line or one that ended."""
        if self.before is None or self.after is None:
            return ()
        pairs = zip(self.before._fields, self.before, self.after, strict=True)
        return tuple(name for name, old, new in pairs if old != new)

    @property
    def changes_duty(self) -> bool:
        """Whether the line is new or ended, or one of its duties changed."""
        fields = self.fields
        return not fields or any(name in _DUTIES for name in fields)


class HeadingChange(NamedTuple):
    """A heading of chapter 99 whose rate or description changed."""

    before: AdditionalHeading
    after: AdditionalHeading


class ScheduleDifference(NamedTuple):
    """What differs between two states of a schedule."""

    lines: tuple[LineChange, ...]
    headings: tuple[HeadingChange, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.lines or self.headings)


def compare_lines(
    before: Iterable[TariffLine], after: Iterable[TariffLine]
) -> Iterator[LineChange]:
    """The lines that differ, in the order of their codes."""
    old, new = {one.code: one for one in before}, {one.code: one for one in after}
    for code in sorted(old.keys() | new.keys()):
        if old.get(code) != new.get(code):
            yield LineChange(code, old.get(code), new.get(code))


def compare_headings(
    before: Iterable[AdditionalHeading], after: Iterable[AdditionalHeading]
) -> Iterator[HeadingChange]:
    """The headings in both states that differ, in the order of `before`."""
    new = {(one.heading, one.from_, one.to): one for one in after}
    for old in before:
        now = new.get((old.heading, old.from_, old.to), old)
        if now != old:
            yield HeadingChange(old, now)
