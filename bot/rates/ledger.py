"""The ledger: all measures, indexed for queries by pair, day and goods."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from bot.parties import WORLD, Parties
from bot.rates.change_days import milestone_days, rate_days
from bot.rates.files.compile import measures_of, refer, sources_of, spelled_out
from bot.rates.files.schema import BaseDuty, Coverage, DutyClock, Remark, Sheet
from bot.rates.files.validate import Book
from bot.rates.model.answer import BaseRate, MfnAverage
from bot.rates.model.goods import Fit, Goods
from bot.rates.model.law import LegalEvent, Talk
from bot.rates.model.measure import Measure, falling_on
from bot.rates.question.product import ProductReader, Wanted
from bot.rates.scope_matching import Fitting

_REMEMBERED = 2_000
"""Maximum cached lookups by pair, and by pair and goods; a few KB each."""


class Pair(NamedTuple):
    """The ledger's data on an imposer and a partner, for all days and goods."""

    measures: tuple[Measure, ...]
    """All of them over all time."""
    ids: frozenset[str]
    charged: frozenset[str]
    """Codes of the partner and its blocs."""
    coverage: Coverage | None
    """How far they are followed; None where they are not at all."""
    talks: tuple[Talk, ...]
    """Rounds of talks in which both took part, in order of time."""
    remarks: tuple[Remark, ...]
    """Notes that an answer about it must show, in addition to its rates."""


class Ledger:
    """The book of one set of files, indexed; it never changes."""

    def __init__(self, book: Book, parties: Parties) -> None:
        """`book` must have no flaws (`check.flaws`)."""
        sheets = tuple(book.sheets.values())
        references = refer(sheets)
        names = {party.code: party.name for party in parties}
        self.parties = parties
        self._covering = {party.code: parties.list_codes(party.code) for party in parties}
        self.goods = Goods(book.goods.goods)
        self.measures = tuple(
            measure for sheet in sheets for measure in measures_of(sheet, references, names)
        )
        self.family_names: Mapping[str, str] = {
            schedule.id: schedule.name for sheet in sheets for schedule in sheet.schedules
        }
        self.by_id: Mapping[str, Measure] = {measure.id: measure for measure in self.measures}
        self._by_imposer: dict[str, list[Measure]] = {}
        for measure in self.measures:
            self._by_imposer.setdefault(measure.imposer, []).append(measure)
        self.events = tuple(sorted(book.events.legal, key=lambda event: event.on))
        self.talks = tuple(sorted(book.events.talks, key=lambda talk: talk.on))
        self.events_of: Mapping[str, Sequence[LegalEvent]] = _events_of(self.events, references)
        """By measure id, the legal events that bear on it, in order of time."""
        self.rate_days = {one.id: tuple(rate_days(one)) for one in self.measures}
        """By measure id, the days on which its rates begin and end, in order of time."""
        self.milestone_days = {one.id: tuple(milestone_days(one)) for one in self.measures}
        self._sheets = {sheet.imposer: sheet for sheet in sheets}
        self._averages = {
            one.economy: MfnAverage(one.percent, one.year, sources_of(book.mfn, one.source))
            for one in book.mfn.baselines
        }
        self.fitting = Fitting(self.goods, self.measures)
        sets = (members for sheet in sheets for members in sheet.one_of.values())
        self.one_of: Sequence[Mapping[str, int]] = [
            {one: place for place, one in enumerate(spelled_out(members, references))}
            for members in sets
        ]
        """Sets of measures of which a line pays one at most, each with its place in the set."""
        bases: dict[str, tuple[str, ...]] = {}
        for sheet in sheets:
            for base, words in sheet.bases.items():
                bases[base] = (*bases.get(base, ()), *words)
        self.reader = ProductReader(self.goods, self.measures, bases)
        # Cached: a ledger never changes, and the same pairs and goods are queried repeatedly.
        self.pair: Callable[[str, str], Pair] = lru_cache(_REMEMBERED)(self._find_pair)
        """What the imposer, or its bloc, has on the partner."""
        self.fits: Callable[[str, str, Wanted | None], Mapping[str, Fit]]
        self.fits = lru_cache(_REMEMBERED)(self._find_fits)
        """How surely each measure of the pair, by id, falls on the goods; a general one does."""

    def covering(self, code: str) -> tuple[str, ...]:
        """The code itself and the blocs it belongs to, as `Parties.covering`."""
        return self._covering.get(code) or self.parties.list_codes(code)

    def _find_pair(self, imposer: str, partner: str) -> Pair:
        imposing, charged = frozenset(self.covering(imposer)), frozenset(self.covering(partner))
        imposed = (one for code in self.covering(imposer) for one in self._by_imposer.get(code, ()))
        measures = falling_on(imposed, charged)
        talks = tuple(
            talk
            for talk in self.talks
            if not (imposing.isdisjoint(talk.parties) or charged.isdisjoint(talk.parties))
        )
        sheet = self.sheet_of(imposer)
        remarks = tuple(one for one in sheet.remarks if one.partner in charged) if sheet else ()
        ids = frozenset(measure.id for measure in measures)
        return Pair(measures, ids, charged, _coverage(sheet, charged), talks, remarks)

    def duty_day(self, now: datetime, imposer: str = "US") -> date:
        """The day whose rates the imposer's customs charges at this moment (aware)."""
        sheet = self.sheet_of(imposer)
        return (sheet.clock if sheet else DutyClock()).day(now)

    def sheet_of(self, imposer: str) -> Sheet | None:
        """The file of the imposer or of its bloc."""
        return next((self._sheets[c] for c in self.covering(imposer) if c in self._sheets), None)

    def coverage(self, imposer: str, partner: str) -> Coverage | None:
        """How far the ledger follows this pair; None where it does not at all."""
        return self.pair(imposer, partner).coverage

    def mfn(self, imposer: str) -> MfnAverage | None:
        """The imposer's MFN average (a member's is its bloc's)."""
        codes = reversed(self.covering(imposer))
        return next((self._averages[code] for code in codes if code in self._averages), None)

    def base_duty(self, imposer: str, wanted: Wanted) -> BaseRate | None:
        """The MFN duty of the line or the goods asked for, or of an example of them."""
        sheet = self.sheet_of(imposer)
        if sheet is None:
            return None
        for exact in (True, False):
            for duty in sheet.base_duties:
                if _base_fits(duty, wanted, exact):
                    return BaseRate(
                        line=duty.line,
                        what=duty.what,
                        percent=duty.percent,
                        with_duties=None,
                        exact=exact,
                        year=duty.year,
                        source=sources_of(sheet, duty.source),
                    )
        return None

    def remarks(self, imposer: str, partner: str, day: date) -> Iterator[Remark]:
        """Notes that an answer about this pair on that day must show, in addition to its rates."""
        for one in self.pair(imposer, partner).remarks:
            if one.from_ <= day <= (one.to or day):
                yield one

    def _find_fits(self, imposer: str, partner: str, wanted: Wanted | None) -> Mapping[str, Fit]:
        measures = self.pair(imposer, partner).measures
        if wanted is None:
            return {one.id: Fit.NAMED if one.applies_to_all_goods else Fit.NONE for one in measures}
        return {one.id: self.fitting.fit(one, wanted) for one in measures}


def _events_of(
    events: Iterable[LegalEvent], references: Mapping[str, tuple[str, ...]]
) -> Mapping[str, Sequence[LegalEvent]]:
    found: dict[str, list[LegalEvent]] = {}
    for event in events:
        for one in spelled_out(event.affects, references):
            found.setdefault(one, []).append(event)
    return found


def _coverage(sheet: Sheet | None, charged: frozenset[str]) -> Coverage | None:
    """How far the duties on a partner with these codes are followed."""
    coverage = sheet.coverage if sheet else ()
    named = (one for one in coverage if not charged.isdisjoint(one.partners))
    rest = (one for one in coverage if WORLD in one.partners)
    return next(named, None) or next(rest, None)


def _base_fits(base: BaseDuty, wanted: Wanted, exactly: bool) -> bool:
    line = base.line.replace(".", "")
    # 8507.60 is undivided in a tariff that goes on to 8507.60.00.
    whole = line.removesuffix("00")
    if wanted.codes and any(code.startswith(whole) for code in wanted.codes):
        return exactly
    if set(wanted.goods) & set(base.goods):
        return exactly
    loose = set(wanted.goods) & set(base.example_for)
    return not exactly and bool(loose or any(line.startswith(code) for code in wanted.codes))
