"""The base duty in an answer: averages, the duty of one line, of several lines, of programs.

Percents are ad valorem: percentages of the customs value.
"""

from decimal import Decimal
from typing import NamedTuple

from bot.rates.model.measure import Source


class MfnAverage(NamedTuple):
    """The simple average of the imposer's applied MFN duties, in percent."""

    percent: Decimal
    year: int
    source: Source


class BaseRate(NamedTuple):
    """The MFN duty of a tariff line."""

    line: str
    what: str
    percent: Decimal | None
    """None if the duty is not a single percentage of the value. Then `words` describes it."""
    with_duties: Decimal | None
    """The sum of the base rate and the counted duties, in percent."""
    exact: bool
    """True for the line or the goods of the question; False for an example of the goods."""
    year: int
    source: Source
    words: str = ""
    """The duty in the words of its source, if it is not a percentage: `4.4¢/kg`."""
    column: str = ""
    """The trade program whose special rate this is, or `column 2`; empty for the MFN rate."""


class BaseRange(NamedTuple):
    """The base duties of several tariff lines."""

    low: Decimal | None
    """The lowest duty that is a percentage of the value; None if no line has one."""
    high: Decimal | None
    lines: int
    not_percent: int
    """How many of the lines have a specific or compound duty."""
    year: int
    source: Source
    column: str = ""
    """The trade program whose special rates these are, or `column 2`; empty for MFN rates."""
    words: tuple[str, ...] = ()
    """The duties that are not a percentage, in the words of the source, each once."""

    @property
    def span(self) -> tuple[Decimal, Decimal] | None:
        """The lowest and the highest duty that is a percentage; None if no line has one."""
        return None if self.low is None or self.high is None else (self.low, self.high)


class ProgramBase(NamedTuple):
    """A trade program that the question does not claim, and that may lower the base duty."""

    program: str
    covered: bool
    """Whether the data has the rates of the program."""
    base: BaseRange | None
    """The base duties of the lines under the program; None if they are not known."""


class ClaimedBase(NamedTuple):
    """The base duty of all lines of the schedule under one claim."""

    lines: int
    free: int
    """How many of them pay no base duty."""
    median: Decimal | None
    """The median percent of the lines with a percentage; the lower one if there are two."""
