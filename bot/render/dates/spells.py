"""Describes when a duty or a total was at a percentage."""

from collections.abc import Sequence
from datetime import timedelta

from bot.parties import Parties
from bot.rates.calendar.spells import Spell
from bot.rates.model.measure import Status
from bot.rates.question.query import RateQuery
from bot.text.dates import format_day
from bot.text.percent import format_percent


def describe_spells(spells: Sequence[Spell], query: RateQuery, parties: Parties) -> list[str]:
    """A sentence for each spell of a question about a percentage; one if there is no spell."""
    if query.percent is None:
        return []
    if not spells:
        percent = f"{format_percent(query.percent)}%"
        if query.product:
            return [
                f"{percent} is no duty or total of these goods in our data. It may be an "
                "antidumping or countervailing duty: these are not in our data, and come on top."
            ]
        return [
            f"No duty on these goods is or was {percent} in our data. It may be an antidumping or "
            "countervailing duty, a quota rate, or a duty with other conditions: we lack those."
        ]
    return [_describe_spell(one, query.partner, parties) for one in spells]


def _describe_spell(spell: Spell, asked: str | None, parties: Parties) -> str:
    """One sentence: `145% total, United States on China: 10 Apr 2025 to 13 May 2025, then 30% from
    14 May 2025.`

    Of several partners it names the one that the question asks about."""
    partner = asked if asked in spell.partners else spell.partners[0]
    percent = format_percent(spell.percent)
    what = f"{percent}% total" if not spell.name else f"{percent}% {spell.name}"
    pair = f"{parties.get(spell.imposer).name} on {parties.get(partner).name}"
    if spell.announced is not None:
        planned = f" for {format_day(spell.first)}" if spell.first != spell.announced else ""
        return (
            f"{what}, {pair}: announced {format_day(spell.announced)}{planned}, never charged "
            f"({spell.outcome})."
        )
    if spell.last is None:
        return f"{what}, {pair}: since {format_day(spell.first)}."
    days = f"{format_day(spell.first)} to {format_day(spell.last)}"
    if spell.then is not None:
        after = spell.last + timedelta(days=1)
        return (
            f"{what}, {pair}: {days}, then {format_percent(spell.then)}% from {format_day(after)}."
        )
    void = " (held unlawful)" if spell.status is Status.STRUCK_DOWN else ""
    return f"{what}, {pair}: {days}{void}."
