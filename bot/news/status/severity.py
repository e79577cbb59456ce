"""Rates how much a story matters, by its status and its reach."""

import re
from collections.abc import Collection, Mapping
from enum import StrEnum

from bot.news.state import EventStatus, Severity
from bot.text.folding import fold_case


class Reach(StrEnum):
    """How much trade a measure, a case or talks are about."""

    NARROW = "narrow"
    """Some goods, or a small economy."""
    WIDE = "wide"
    """All countries, all goods of large economies, or a sector that many economies sell."""


_LARGE = frozenset({"US", "CN", "EU", "JP", "DE", "IN", "GB", "FR", "KR", "CA", "MX", "BR"})
"""The economies with the most trade in goods."""
_ALL_COUNTRIES = re.compile(
    r"\b(?:all\s(?:countries|imports|goods|trading\spartners)|every\scountry|global(?:ly)?|worldwide|"
    r"universal|reciprocal|across-the-board|baseline|sweeping|dozens\sof\s(?:countries|nations)|"
    r"liberation\sday|ieepa|emergency\s(?:powers|tariffs))\b"
)
_SECTOR = re.compile(
    r"\b(?:steel|alumini?um|metals|cars|autos?|vehicles|semiconductors?|chips|pharmaceuticals?|"
    r"drugs|copper|crude|oil)\b"
)
_REMEDY = re.compile(r"\b(?:anti-?dumping|countervailing|dumping|anti-?subsidy|safeguards?)\b")

_STEP = {Reach.NARROW: Severity.ROUTINE, Reach.WIDE: Severity.NOTABLE}
_DECISION = {Reach.NARROW: Severity.NOTABLE, Reach.WIDE: Severity.BREAKING}
_TALK = dict.fromkeys(Reach, Severity.ROUTINE)
_TABLE: Mapping[EventStatus, Mapping[Reach, Severity]] = {
    EventStatus.TALKS: _TALK,
    EventStatus.THREATENED: _STEP,
    EventStatus.INVESTIGATED: _STEP,
    EventStatus.PROPOSED: _STEP,
    EventStatus.ANNOUNCED: _DECISION,
    EventStatus.IN_FORCE: _DECISION,
    EventStatus.DELAYED: _DECISION,
    EventStatus.SUSPENDED: _DECISION,
    EventStatus.UNLAWFUL: _DECISION,
    EventStatus.STAYED: _DECISION,
    EventStatus.UPHELD: _DECISION,
    EventStatus.ENDED: _DECISION,
    EventStatus.DEAL: _DECISION,
}


def rate_severity(status: EventStatus | None, reach: Reach) -> Severity:
    """The severity of a status; a story without a status is routine."""
    return Severity.ROUTINE if status is None else _TABLE[status][reach]


def find_reach(title: str, parties: Collection[str], goods: Collection[str]) -> Reach:
    """The reach of what a title is about.

    `parties` are the codes of the economies in the title, `goods` the names of goods in it. Trade
    remedies are narrow, because they are about one product.
    """
    folded = fold_case(title)
    if _REMEDY.search(folded):
        return Reach.NARROW
    if _ALL_COUNTRIES.search(folded):
        return Reach.WIDE
    large = bool(parties) and set(parties) <= _LARGE
    return Reach.WIDE if large and (not goods or _SECTOR.search(folded)) else Reach.NARROW
