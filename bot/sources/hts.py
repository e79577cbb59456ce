"""Looks up duties in the US tariff schedule (HTS) of the US International Trade Commission.

GET {base}search?keyword=8507.60.00 answers with a list of rows with `htsno`, `indent`,
`description`, `superior`, `units`, `general`, `special`, `other`, `footnotes` and more; all values
except lists are text. A row is a heading, a subheading, a line, or a statistical suffix. The duty
is given at one level, mostly at eight digits, and applies to all rows below it. The answer is not
split into pages. A wrong query is answered with 400. The search is documented in the user guide at
hts.usitc.gov. GET {base}currentRelease answers with the revision in force, such as
{"name": "2026HTSRev17"}. These descriptions were compared with public clients in November 2026.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from pydantic import BaseModel, Field, TypeAdapter

from bot.rates.model.goods import format_code
from bot.rates.model.lookup import Finding, Lookup, MissingFigure
from bot.rates.model.measure import Source
from bot.sources.api import ApiModel, ApiUrl, SourceTools, parse_answer
from bot.text.dates import format_day
from bot.text.plain import cut, to_plain_text

NAME = "USITC's tariff schedule"
PAGE = "https://hts.usitc.gov/search?query="

MOST_ROWS = 300
"""Maximum rows read from one answer. No subheading has that many lines."""
_RATED_DIGITS = 8
_RATES_SHOWN = 5
_SHORT = 140
_DIGITS = re.compile(r"\D")
_FOOTNOTE = re.compile(r"\s*(?:\d{1,2}/|<sup>.{0,20}</sup>)\s*$", re.IGNORECASE)
_FREE = re.compile(r"free", re.IGNORECASE)
_REVISION = re.compile(
    r"(?P<year>\d{4})\s?HTS\s?(?:Basic|Rev(?:ision)?\.?\s?(?P<number>\d{1,3}))", re.IGNORECASE
)
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?)\s?%")


class HtsSettings(BaseModel):
    """The settings of this source."""

    usitc_hts_url: ApiUrl = Field(
        "https://hts.usitc.gov/reststop/",
        description="The address of the USITC's API. Change it to use a mirror.",
    )


class _SentRow(ApiModel):
    """A row of the answer."""

    htsno: str | None = None
    description: str | None = None
    general: str | None = None


class _SentRelease(ApiModel):
    """The revision in force."""

    name: str


class _Row(NamedTuple):
    digits: str
    general: str
    what: str


class Hts:
    """Looks up the general (MFN) duty of one line or of a subheading."""

    name = NAME

    lack = MissingFigure.BASE_DUTY
    probe = Lookup(lack=MissingFigure.BASE_DUTY, economy="US", code="85076000")
    """A lookup that the source must be able to answer."""

    def __init__(self, settings: HtsSettings, tools: SourceTools) -> None:
        self._url, self._tools = settings.usitc_hts_url, tools

    async def find(self, lookup: Lookup) -> Finding | None:
        """The duty of the code; None if the schedule has no duty for it. Raises SourceError."""
        code = lookup.code[:_RATED_DIGITS]
        query = [("keyword", format_code(code))]
        answer = await self._tools.api.get(NAME, f"{self._url}search", query)
        given = parse_answer(NAME, answer, _ROWS)
        return _make_finding(lookup, code, _index_rows(code, given), self._tools.clock())

    async def find_revision(self) -> str:
        """The revision of the schedule in force, such as `2026 Rev. 17`. Raises SourceError."""
        answer = await self._tools.api.get(NAME, f"{self._url}currentRelease")
        return format_revision(parse_answer(NAME, answer, _RELEASE).name)


def format_revision(name: str) -> str:
    """The name of a revision as the rates files write it: `2026 Rev. 17` for `2026HTSRev17`.

    Other names are returned on one line and at most 40 characters long.
    """
    found = _REVISION.search(name)
    if found is None:
        return cut(" ".join(name.split()), 40)
    number = found["number"]
    return f"{found['year']} Rev. {int(number)}" if number else f"{found['year']} Basic"


_ROWS = TypeAdapter(list[_SentRow])
_RELEASE = TypeAdapter(_SentRelease)


def _index_rows(code: str, given: Iterable[_SentRow]) -> dict[str, _Row]:
    """The row of the code and the rows above and below it, by their digits.

    Rows without a number are headings between lines; they are left out. If several rows have the
    same number, the one with a duty is kept: a statistical suffix may have the number of its line.
    """
    rows: dict[str, _Row] = {}
    for each in given:
        digits = _DIGITS.sub("", (each.htsno or "")[:20])
        if len(digits) < 4 or not (digits.startswith(code) or code.startswith(digits)):
            continue
        known = rows.get(digits)
        if known is None or (each.general and not known.general):
            rows[digits] = _Row(digits, _clean_line(each.general), _clean_line(each.description))
        if len(rows) >= MOST_ROWS:
            break
    return rows


def _clean_line(markup: str | None) -> str:
    return " ".join(to_plain_text(markup or "", 280).split())


def _make_finding(
    lookup: Lookup, code: str, rows: dict[str, _Row], now: datetime
) -> Finding | None:
    within = [digits for digits in rows if digits.startswith(code)]
    lines = [each for each in within if len(each) == _RATED_DIGITS] or within
    rates = list(dict.fromkeys(_find_rate(line, rows) for line in lines))
    if not rates or "" in rates:
        return None
    percents = {parse_ad_valorem(rate) for rate in rates}
    percent = percents.pop() if len(percents) == 1 else None
    line = lines[0] if len(lines) == 1 else code
    return Finding(
        of=lookup,
        percent=percent,
        words="" if percent is not None else _describe_rates(rates),
        line=format_code(line),
        what=_describe_goods(line, rows),
        year=now.year,
        source=Source(
            text=f"USITC, Harmonized Tariff Schedule, general column, read on {format_day(now)}",
            url=f"{PAGE}{format_code(line)}",
        ),
        fetched_at=now,
    )


def _find_rate(digits: str, rows: dict[str, _Row]) -> str:
    """The duty of the row, or of the nearest row above that has a duty; empty if there is none."""
    return next((row.general for row in _walk_up(digits, rows) if row.general), "")


def _walk_up(digits: str, rows: dict[str, _Row]) -> Iterator[_Row]:
    """Yields the row and then the rows above it, the nearest first."""
    for size in range(len(digits), 3, -2):
        if (row := rows.get(digits[:size])) is not None:
            yield row


def _describe_rates(rates: Sequence[str]) -> str:
    if len(rates) == 1:
        return cut(rates[0], 250)
    shown = "; ".join(cut(rate, 40) for rate in rates[:_RATES_SHOWN])
    more = f"; {len(rates) - _RATES_SHOWN} more" if len(rates) > _RATES_SHOWN else ""
    return f"it depends on the line: {shown}{more}"


def _describe_goods(digits: str, rows: dict[str, _Row]) -> str:
    """The row's goods. The name `Other` says nothing alone, so names above it are put first."""
    named: list[str] = []
    for row in _walk_up(digits, rows):
        if row.what:
            named.insert(0, cut(row.what.rstrip(":"), _SHORT))
            if not row.what.lower().startswith("other"):
                break
    return cut(": ".join(named), 290)


def parse_ad_valorem(words: str) -> Decimal | None:
    """A duty in the schedule's words as percent of the customs value; None if it is not a percent.

    `Free` is 0 and `2.9%` is 2.9. Other wordings give None, such as `4.4¢/kg`, `1.5¢/kg + 2.5%` and
    `See 9903.88.15`. A footnote mark after the duty, as in `2.9% 1/`, is ignored.
    """
    bare = _FOOTNOTE.sub("", words[:300]).strip()
    if _FREE.fullmatch(bare):
        return Decimal(0)
    percent = _PERCENT.fullmatch(bare)
    return Decimal(percent[1]) if percent else None
