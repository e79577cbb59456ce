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
    known = [
        line for code in sorted(lines) if (line := asked.schedule.find_line(code, day)) is not None
    ]
    if not known:
        return None
    duties = [find_line_duty(line, asked.treatment) for line in known]
    percents = [percent for duty in duties if (percent := duty.percent) is not None]
    columns = {duty.column for duty in duties}
    specific = (duty.text for duty in duties if duty.percent is None and duty.text)
    header = asked.schedule.header
    return BaseRange(
        low=min(percents, default=None),
        high=max(percents, default=None),
        lines=len(known),
        not_percent=len(known) - len(percents),
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
