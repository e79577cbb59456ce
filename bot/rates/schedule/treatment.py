"""Decides which column of the schedule sets the base duty: general, special, or column 2.

1. Goods of economies without normal trade relations pay column 2. So do goods for which the
   question claims column 2.
2. A claim of a trade program gives its special rate, if the partner and the line qualify for it.
3. All other goods pay the general column.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from bot.rates.schedule.model import ScheduleHeader, TariffLine, TradeProgram, parse_percent

COLUMN_2 = "column 2"
"""The claim of column 2, and its name in answers."""
AGREEMENT = "agreement"
"""The claim of the partner's trade agreement, without its name."""
_NOT = "not "
_COLUMN_2_NAMES = ("column 2", "column two", "col 2", "col. 2", "no mfn", "without mfn")
_AGREEMENT_NAMES = (
    *("fta", "free trade agreement", "trade agreement", "under the fta", "under fta"),
    *("under the free trade agreement", "under a free trade agreement"),
)


class LineDuty(NamedTuple):
    """The base duty of a line, in the words of the schedule."""

    text: str
    column: str = ""
    """The name of the program, or `column 2`; empty for the general column."""

    @property
    def percent(self) -> Decimal | None:
        return parse_percent(self.text)


class Treatment(NamedTuple):
    """What a question claims for the goods, as far as the partner and the line qualify."""

    program: TradeProgram | None = None
    column2: bool = False
    denied: TradeProgram | None = None
    """The program that the goods do not qualify for, according to the question."""
    refused: tuple[str, ...] = ()
    """Claimed programs for which goods of the partner, or this line, do not qualify."""
    uncovered: tuple[str, ...] = ()
    """Claimed programs that the data does not have."""

    @property
    def name(self) -> str:
        """The claim in an answer: `under USMCA`; empty if there is none."""
        if self.column2:
            return "at column 2 rates"
        if self.program is not None:
            return f"under {self.program.name}"
        return f"not under {self.denied.name}" if self.denied is not None else ""

    @property
    def claimed_goods(self) -> tuple[str, ...]:
        """The goods whose exemptions from duties the claim gives."""
        return (self.program.goods,) if self.program and self.program.goods else ()


def name_claims(header: ScheduleHeader) -> Mapping[str, tuple[str, ...]]:
    """The words with which people make each claim, by claim."""
    found = {program.id: program.names for program in header.programs}
    found |= {f"{_NOT}{one.id}": one.denials for one in header.programs if one.denials}
    return {**found, COLUMN_2: _COLUMN_2_NAMES, AGREEMENT: _AGREEMENT_NAMES}


def resolve_treatment(
    header: ScheduleHeader,
    claims: Collection[str],
    charged: Collection[str],
    day: date,
    line: TariffLine | None,
) -> Treatment:
    """The treatment of goods of the partner with these codes on the day.

    `line` is None if the question names no single line, or claims nothing. Then no line can refuse
    a program.
    """
    column2 = COLUMN_2 in claims or any(
        since <= day for code, since in header.column2.items() if code in charged
    )
    if not claims:
        return Treatment(column2=column2)
    program, refused = None, []
    for one in _list_claimed(header, claims, charged):
        if not one.covered:
            continue
        if set(one.partners).isdisjoint(charged) or not _has_rate(one, line):
            refused.append(one.name)
        elif program is None:
            program = one
    return Treatment(
        program=None if column2 else program,
        column2=column2,
        denied=next((one for one in header.programs if f"{_NOT}{one.id}" in claims), None),
        refused=tuple(refused),
        uncovered=tuple(
            one.name for one in header.programs if one.id in claims and not one.covered
        ),
    )


def _list_claimed(
    header: ScheduleHeader, claims: Collection[str], charged: Collection[str]
) -> Iterator[TradeProgram]:
    for one in header.programs:
        own = one.covered and not set(one.partners).isdisjoint(charged)
        if one.id in claims or (AGREEMENT in claims and own):
            yield one


def _has_rate(program: TradeProgram, line: TariffLine | None) -> bool:
    if line is None or line.percent == 0:
        return True
    return line.find_special(program.symbols) is not None


def find_line_duty(line: TariffLine, treatment: Treatment) -> LineDuty:
    """The base duty of the line under the treatment."""
    if treatment.column2:
        return LineDuty(line.column2, COLUMN_2)
    if treatment.program is not None:
        special = line.find_special(treatment.program.symbols)
        if special is not None:
            return LineDuty(special, treatment.program.name)
    return LineDuty(line.general)
