"""Summarizes the base duties of several tariff lines."""

from collections.abc import Collection
from datetime import date

from bot.rates.model.base_duty import BaseRange, BaseRate
from bot.rates.model.goods import format_code
from bot.rates.model.measure import Source
from bot.rates.schedule.asked_line import AskedLine
from bot.rates.schedule.treatment import find_line_duty


def summarize_base(asked: AskedLine, lines: Collection[str], day: date) -> BaseRange | None:
    """The lowest and the highest base duty of the lines on the day; None for fewer than two."""
    found = summarize_any_base(asked, lines, day)
    return None if found is None or found.lines < 2 else found


def summarize_any_base(asked: AskedLine, lines: Collection[str], day: date) -> BaseRange | None:
    """The lowest and the highest base duty of the lines on the day; None for no lines."""
    groups = asked.schedule.group_by_duty(frozenset(lines), day)
    if not groups:
        return None
    duties = [find_line_duty(line, asked.treatment) for line, _ in groups]
    percents = [one.percent for one in duties if one.percent is not None]
    specific = (one.text for one in duties if one.percent is None and one.text)
    columns = {one.column for one in duties}
    header = asked.schedule.header
    return BaseRange(
        low=min(percents, default=None),
        high=max(percents, default=None),
        lines=sum(count for _, count in groups),
        not_percent=sum(
            count for (_, count), one in zip(groups, duties, strict=True) if one.percent is None
        ),
        year=header.in_force.year,
        source=Source(text=f"HTS of the United States {header.revision}"),
        column=columns.pop() if len(columns) == 1 else "",
        words=tuple(dict.fromkeys(specific)),
    )


def build_common_base(asked: AskedLine, found: BaseRange, goods: str) -> BaseRate | None:
    """The base duty that all lines have; None if they differ. `goods` are the goods in words."""
    if found.low is None or found.low != found.high or found.not_percent:
        return None
    return BaseRate(
        line=", ".join(map(format_code, asked.list_codes())),
        what=goods,
        percent=found.low,
        with_duties=None,
        exact=True,
        year=found.year,
        source=found.source,
        column=found.column,
    )
