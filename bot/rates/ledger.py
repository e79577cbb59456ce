"""The ledger: all measures, indexed for queries by pair, day and goods."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from bot.parties import WORLD, Parties
from bot.rates.cards.documents import find_document_cards
from bot.rates.cards.index import CardIndex
from bot.rates.cards.model import Card
from bot.rates.change_days import list_milestone_days, list_rate_days
from bot.rates.files.compile import build_measures, expand_names, index_references, resolve_sources
from bot.rates.files.schema import BaseDuty, Coverage, DutyClock, ImposerFile, Remark
from bot.rates.files.validate import RatesFiles
from bot.rates.model.base_duty import BaseRate, MfnAverage
from bot.rates.model.goods import Fit, Goods, format_code
from bot.rates.model.law import LegalEvent, Talk
from bot.rates.model.measure import Measure, filter_by_partner
from bot.rates.question.product.parsed import ParsedProduct
from bot.rates.question.product.reader import ProductReader
from bot.rates.schedule.asked_line import AskedLine
from bot.rates.schedule.model import LINE_DIGITS
from bot.rates.schedule.schedule import TariffSchedule
from bot.rates.schedule.treatment import find_line_duty, name_claims
from bot.rates.scope_matching import ScopeMatcher

_CHAPTER_DIGITS = 2
_CACHE_SIZE = 2_000
"""Maximum entries in each of two caches: `get_pair` and `get_fits`. An entry has a few KB."""


class Pair(NamedTuple):
    """All data of the ledger about an imposer and a partner."""

    measures: tuple[Measure, ...]
    """All measures of the imposer on the partner, including past ones."""
    ids: frozenset[str]
    charged: frozenset[str]
    """Codes of the partner and its blocs."""
    coverage: Coverage | None
    """Which duties are tracked, and since when; None if the pair is not tracked."""
    talks: tuple[Talk, ...]
    """Talks in which imposer and partner took part, in order of time."""
    remarks: tuple[Remark, ...]
    """Notes that answers about the pair show. Each has the days on which it is valid."""


class Ledger:
    """All measures of the rates files, indexed. A ledger never changes."""

    def __init__(self, files: RatesFiles, parties: Parties) -> None:
        """`files` must be valid. `find_problems` of `bot.rates.files.validate` checks this."""
        imposer_files = tuple(files.imposer_files.values())
        references = index_references(imposer_files)
        names = {party.code: party.name for party in parties}
        self.parties = parties
        self._codes = {party.code: parties.list_codes(party.code) for party in parties}
        self.goods = Goods(files.goods.goods)
        self.measures = tuple(
            measure
            for imposer_file in imposer_files
            for measure in build_measures(imposer_file, references, names)
        )
        self.family_names: Mapping[str, str] = {
            schedule.id: schedule.name
            for imposer_file in imposer_files
            for schedule in imposer_file.schedules
        }
        self.by_id: Mapping[str, Measure] = {measure.id: measure for measure in self.measures}
        self._by_imposer: dict[str, list[Measure]] = {}
        for measure in self.measures:
            self._by_imposer.setdefault(measure.imposer, []).append(measure)
        self.events = tuple(sorted(files.events.legal, key=lambda event: event.on))
        self.talks = tuple(sorted(files.events.talks, key=lambda talk: talk.on))
        self.events_of: Mapping[str, Sequence[LegalEvent]] = _group_events(self.events, references)
        """Legal events by measure id, in order of time."""
        self.rate_days = {one.id: tuple(list_rate_days(one)) for one in self.measures}
        """The dates on which rates begin and end, by measure id, in order of time."""
        self.milestone_days = {one.id: tuple(list_milestone_days(one)) for one in self.measures}
        self._references = references
        self._imposer_files = {imposer_file.imposer: imposer_file for imposer_file in imposer_files}
        self._averages = {
            one.economy: MfnAverage(one.percent, one.year, resolve_sources(files.mfn, one.source))
            for one in files.mfn.baselines
        }
        self.scope_matcher = ScopeMatcher(self.goods, self.measures)
        self.one_of: Sequence[Mapping[str, int]] = [
            {one: place for place, one in enumerate(expand_names(members, references))}
            for imposer_file in imposer_files
            for members in imposer_file.one_of.values()
        ]
        """Sets of measures that exclude each other: a tariff line pays at most one of a set.

        Each set maps a measure's id to its rank. The lowest rank wins if measures fit equally.
        """
        self._tariff_schedules = files.tariff_schedules
        self._lists_of = {
            imposer: schedule.index_lists(references)
            for imposer, schedule in files.tariff_schedules.items()
        }
        self.reader = _build_reader(files, self.goods, self.measures)
        cards = [card for cards_file in files.cards.values() for card in cards_file.cards]
        narrow = self._list_card_measures(cards)
        self.cards = CardIndex(
            cards,
            parties,
            self.reader.names_goods,
            self._find_heading_cards(narrow),
            find_document_cards(cards, narrow),
        )
        # These two are cached, because many questions have the same pairs and goods.
        self.get_pair: Callable[[str, str], Pair] = lru_cache(_CACHE_SIZE)(self._find_pair)
        """Returns the pair for the codes of an imposer and a partner.

        Its measures include those of the imposer's bloc.
        """
        self.get_fits: Callable[[str, str, ParsedProduct | None], Mapping[str, Fit]]
        self.get_fits = lru_cache(_CACHE_SIZE)(self._find_fits)
        """Returns how surely each measure of a pair applies to the goods, by measure id."""

    def _list_card_measures(self, cards: Sequence[Card]) -> Mapping[str, Sequence[Measure]]:
        """The measures that each card lists, without the cards of deals.

        The card with the fewest measures comes first; laws come last.
        """
        laws = {card.id for card in cards if card.law is None}
        listed = {
            card.id: self.expand(
                [*card.measures, *(name for row in card.rows for name in row.measures)]
            )
            for card in cards
            if not card.economies
        }
        ids = sorted(listed, key=lambda one: (one in laws, len(listed[one])))
        return {one: listed[one] for one in ids}

    def _find_heading_cards(self, narrow: Mapping[str, Sequence[Measure]]) -> Mapping[str, str]:
        """The id of the narrowest card that has a measure of a heading, by heading."""
        ids = {card_id: {one.id for one in measures} for card_id, measures in narrow.items()}
        found: dict[str, str] = {}
        for schedule in self._tariff_schedules.values():
            for heading in schedule.headings:
                about = (one for one in ids if not ids[one].isdisjoint(heading.measures))
                if (card_id := next(about, None)) is not None:
                    found.setdefault(heading.heading, card_id)
        return found

    def list_codes(self, code: str) -> tuple[str, ...]:
        """The code and the codes of its blocs, like `Parties.list_codes`, but cached."""
        return self._codes.get(code) or self.parties.list_codes(code)

    def _find_pair(self, imposer: str, partner: str) -> Pair:
        imposing, charged = frozenset(self.list_codes(imposer)), frozenset(self.list_codes(partner))
        imposed = (
            one for code in self.list_codes(imposer) for one in self._by_imposer.get(code, ())
        )
        measures = filter_by_partner(imposed, charged)
        talks = tuple(
            talk
            for talk in self.talks
            if not (imposing.isdisjoint(talk.parties) or charged.isdisjoint(talk.parties))
        )
        imposer_file = self.find_imposer_file(imposer)
        remarks = (
            tuple(one for one in imposer_file.remarks if one.partner in charged)
            if imposer_file
            else ()
        )
        ids = frozenset(measure.id for measure in measures)
        return Pair(measures, ids, charged, _find_coverage(imposer_file, charged), talks, remarks)

    def find_duty_day(self, now: datetime, imposer: str = "US") -> date:
        """The date whose rates the imposer's customs charges at `now`, an aware time."""
        imposer_file = self.find_imposer_file(imposer)
        return (imposer_file.clock if imposer_file else DutyClock()).find_day(now)

    def expand(self, names: Iterable[str]) -> tuple[Measure, ...]:
        """The measures that these names of measures, schedules and groups stand for."""
        return tuple(self.by_id[one] for one in expand_names(names, self._references))

    def find_imposer_file(self, imposer: str) -> ImposerFile | None:
        """The file of the imposer or of its bloc; None if neither has a file."""
        return next(
            (self._imposer_files[c] for c in self.list_codes(imposer) if c in self._imposer_files),
            None,
        )

    def list_imposers(self) -> tuple[str, ...]:
        """The codes of the economies whose duties the ledger tracks."""
        return tuple(self._imposer_files)

    def find_coverage(self, imposer: str, partner: str) -> Coverage | None:
        """Which duties of the pair the ledger tracks, and since when; None if it tracks none."""
        return self.get_pair(imposer, partner).coverage

    def find_mfn_average(self, imposer: str) -> MfnAverage | None:
        """The MFN average of the imposer or of its bloc; None if unknown."""
        codes = reversed(self.list_codes(imposer))
        return next((self._averages[code] for code in codes if code in self._averages), None)

    def find_tariff_schedule(self, imposer: str) -> TariffSchedule | None:
        """The tariff schedule of the imposer; None if the ledger has none."""
        return self._tariff_schedules.get(imposer)

    def find_base_duty(
        self, imposer: str, wanted: ParsedProduct, day: date, asked: AskedLine | None = None
    ) -> BaseRate | None:
        """The base duty of the question's line or goods on the day, or else of an example line.

        `asked` is the line with what the question claims; by default without a claim. None if the
        ledger has neither.
        """
        imposer_file = self.find_imposer_file(imposer)
        if imposer_file is None:
            return None
        asked = asked or self.find_asked_line(imposer, wanted, day)
        if asked is not None and (line := _find_line_duty(asked, day)) is not None:
            return line
        for exact in (True, False):
            for duty in imposer_file.base_duties:
                if _is_base_of(duty, wanted, exact):
                    return BaseRate(
                        line=duty.line,
                        what=duty.what,
                        percent=duty.percent,
                        with_duties=None,
                        exact=exact,
                        year=duty.year,
                        source=resolve_sources(imposer_file, duty.source),
                    )
        return None

    def find_heading(self, measure: Measure, day: date) -> str:
        """The heading of the tariff schedule that charges the measure; empty if not known."""
        schedule = self._tariff_schedules.get(measure.imposer)
        found = schedule.find_heading(measure.id, day) if schedule else None
        return found.heading if found else ""

    def get_lists(self, imposer: str) -> Mapping[str, frozenset[str]]:
        """The lists of each measure in the imposer's schedule, by measure id."""
        return self._lists_of.get(imposer, {})

    def find_unknown_code(
        self, imposer: str, wanted: ParsedProduct | None, day: date | None = None
    ) -> str:
        """The only code of a question, if the imposer's schedule has neither it nor a parent.

        On a `day`, lines that ended earlier are unknown too.
        """
        schedule = self._tariff_schedules.get(imposer)
        if schedule is None or wanted is None or len(wanted.codes) != 1 or wanted.goods:
            return ""
        (code,) = wanted.codes
        return "" if schedule.find_known_code(code, day) else code

    def find_asked_line(
        self, imposer: str, wanted: ParsedProduct | None, day: date | None = None
    ) -> AskedLine | None:
        """The code of a question about one line, heading or chapter of a known schedule.

        None if the question names several codes or single layers, or goods within a heading.
        """
        schedule = self._tariff_schedules.get(imposer)
        if schedule is None or wanted is None or len(wanted.codes) != 1:
            return None
        (code,) = wanted.codes
        if wanted.layers or wanted.bases or wanted.alone or len(code) < _CHAPTER_DIGITS:
            return None
        if wanted.goods and len(code) < LINE_DIGITS:
            return None
        known = schedule.find_known_code(code, day)
        return AskedLine(schedule, known, self._lists_of[imposer], code) if known else None

    def find_lines_of_goods(self, imposer: str, wanted: ParsedProduct | None) -> AskedLine | None:
        """The lines of one kind of goods in words.

        None if the question has a code, or if a law and not the schedule defines the goods.
        """
        schedule = self._tariff_schedules.get(imposer)
        if schedule is None or wanted is None or wanted.codes:
            return None
        if wanted.layers or wanted.bases or wanted.alone:
            return None
        claimed = {program.goods for program in schedule.header.programs}
        goods = [self.goods.by_id[one] for one in wanted.goods if one not in claimed]
        if len(goods) != 1 or goods[0].id in schedule.header.defined_by_law:
            return None
        found = (schedule.find_known_code(code) for code in goods[0].hs)
        codes = tuple(dict.fromkeys(filter(None, found)))
        if not codes:
            return None
        lists_of, by_line = self._lists_of[imposer], schedule.header.by_line
        naming = (
            one.id
            for one in self._by_imposer.get(imposer, ())
            if goods[0].id in one.scope.goods and one.id not in by_line
        )
        named = frozenset(name for one in naming for name in lists_of.get(one, ()))
        code = codes[0] if len(codes) == 1 else ""
        answers = schedule.header.goods_answers
        return AskedLine(
            schedule,
            code,
            lists_of,
            code,
            codes=codes,
            # A text with unknown words may mean other goods: `wine vinegar`.
            named=frozenset() if wanted.unknown else named,
            goods=goods[0].id,
            yes=frozenset(one.question for one in answers if goods[0].id in one.yes),
            no=frozenset(one.question for one in answers if goods[0].id in one.no),
        )

    def list_remarks(self, imposer: str, partner: str, day: date) -> Iterator[Remark]:
        """The notes that an answer about this pair on this day shows."""
        for one in self.get_pair(imposer, partner).remarks:
            if one.from_ <= day <= (one.to or day):
                yield one

    def _find_fits(
        self, imposer: str, partner: str, wanted: ParsedProduct | None
    ) -> Mapping[str, Fit]:
        measures = self.get_pair(imposer, partner).measures
        if wanted is None:
            return {one.id: Fit.NAMED if one.applies_to_all_goods else Fit.NONE for one in measures}
        asked = None if partner == WORLD else self.find_asked_line(imposer, wanted)
        return self.match(wanted, measures, asked)

    def match(
        self, wanted: ParsedProduct, measures: Sequence[Measure], asked: AskedLine | None
    ) -> Mapping[str, Fit]:
        """How surely each of these measures of a pair applies to the goods, by measure id."""
        listed = asked.match(measures) if asked else {}
        return {
            one.id: listed[one.id] if one.id in listed else self.scope_matcher.match(one, wanted)
            for one in measures
        }


def _group_events(
    events: Iterable[LegalEvent], references: Mapping[str, tuple[str, ...]]
) -> Mapping[str, Sequence[LegalEvent]]:
    found: dict[str, list[LegalEvent]] = {}
    for event in events:
        for one in expand_names(event.affects, references):
            found.setdefault(one, []).append(event)
    return found


def _build_reader(files: RatesFiles, goods: Goods, measures: Sequence[Measure]) -> ProductReader:
    """The parser of product texts, which knows the names of goods, measures, laws and claims."""
    bases: dict[str, tuple[str, ...]] = {}
    for imposer_file in files.imposer_files.values():
        for base, words in imposer_file.bases.items():
            bases[base] = (*bases.get(base, ()), *words)
    claims: dict[str, tuple[str, ...]] = {}
    for schedule in files.tariff_schedules.values():
        claims |= name_claims(schedule.header)
    lines = next((one.lines for one in files.tariff_schedules.values()), None)
    return ProductReader(goods, measures, bases, claims, lines)


def _find_coverage(imposer_file: ImposerFile | None, charged: frozenset[str]) -> Coverage | None:
    """The coverage that names one of these codes, or else the coverage for all countries."""
    coverage = imposer_file.coverage if imposer_file else ()
    named = (one for one in coverage if not charged.isdisjoint(one.partners))
    rest = (one for one in coverage if WORLD in one.partners)
    return next(named, None) or next(rest, None)


def _is_base_of(base: BaseDuty, wanted: ParsedProduct, exactly: bool) -> bool:
    line = base.line.replace(".", "")
    # A line that ends in 00 is all of its subheading: 8507.60.00 is all of 8507.60.
    whole = line.removesuffix("00")
    if wanted.codes and any(code.startswith(whole) for code in wanted.codes):
        return exactly
    if set(wanted.goods) & set(base.goods):
        return exactly
    loose = set(wanted.goods) & set(base.example_for)
    return not exactly and bool(loose or any(line.startswith(code) for code in wanted.codes))


def _find_line_duty(asked: AskedLine, day: date) -> BaseRate | None:
    """The base duty of the question's line in the tariff schedule."""
    if (line := asked.find_only_line(day)) is None:
        return None
    duty = find_line_duty(line, asked.treatment)
    return BaseRate(
        line=format_code(line.code),
        what=line.description,
        percent=duty.percent,
        with_duties=None,
        exact=True,
        year=asked.schedule.header.in_force.year,
        source=asked.schedule.find_line_source(line, duty.column),
        words=duty.text if duty.percent is None else "",
        column=duty.column,
    )
