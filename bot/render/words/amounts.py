"""Rates, spans of rates, dollars and economies in words."""

from collections.abc import Sequence
from decimal import Decimal

from bot.parties import WORLD, Parties
from bot.rates.model.measure import DutyRate, PartnerRate
from bot.text.percent import format_percent

_SHORT_NAMES = {"European Union": "EU", "United Kingdom": "UK"}


def describe_party(code: str, parties: Parties) -> str:
    """The name of an economy, or `all countries` for `WORLD`. Unknown codes are not changed."""
    if code == WORLD:
        return "all countries"
    return parties.get(code).name if code in parties else code


def describe_rate(duty: DutyRate, unknown: str = "rate not known") -> str:
    """`12.5%`, a specific duty in words, or `may not be imported`; `unknown` if it has no rate."""
    if duty.banned:
        return "may not be imported"
    if duty.percent is None:
        return duty.specific or unknown
    return format_span(duty.percent if duty.low is None else duty.low, duty.percent)


def format_span(low: Decimal, high: Decimal) -> str:
    """`10%`, or `12.5% to 37.5%`."""
    ends = dict.fromkeys((f"{format_percent(low)}%", f"{format_percent(high)}%"))
    return " to ".join(ends)


def describe_partner_rates(rates: Sequence[PartnerRate], *, brief: bool = False) -> str:
    """`European Union, Japan 15% (normal duty included); United Kingdom 10%`.

    With `brief`, the notes in parentheses are left out and some names are shorter.
    """
    texts = []
    for one in rates:
        names = (_SHORT_NAMES.get(name, name) if brief else name for name in one.partners)
        note = " (normal duty included)" if one.includes_base and not brief else ""
        texts.append(f"{', '.join(names)} {format_percent(one.percent)}%{note}")
    return "; ".join(texts)


def format_dollars(amount: Decimal | None) -> str:
    return f"${amount:,.2f}"
