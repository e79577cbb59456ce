"""Finds the totals that most tariff lines have."""

from collections.abc import Sequence
from decimal import Decimal

from bot.rates.model.line_totals import LinesTotal

_MOST = Decimal(2) / 3
"""The share of the lines that a typical span has to cover."""


def find_typical_span(
    totals: Sequence[LinesTotal], general: Decimal | None = None
) -> tuple[Decimal, Decimal] | None:
    """The narrowest span of totals that covers at least two thirds of the lines.

    The span includes `general`, the total on goods that no list names, if it is given. A line with
    a range is covered if its whole range is in the span. Lines that may not be imported are left
    out. Of spans with the same width, the one with more lines is returned, then the lower one. None
    if there are no lines, or no span with `general`.
    """
    free = [one for one in totals if not one.banned]
    needed = sum(one.lines for one in free) * _MOST
    found: list[tuple[Decimal, int, Decimal, Decimal]] = []
    for low in {one.low for one in free}:
        for high in {one.high for one in free}:
            covered = sum(one.lines for one in free if low <= one.low and one.high <= high)
            if general is not None and not low <= general <= high:
                continue
            if low <= high and covered >= needed:
                found.append((high - low, -covered, low, high))
    return min(found)[2:] if found else None
