"""Answers a query from the ledger: total, components, duties not counted, upcoming changes.

If the query has no date, the answer is for today in the importing country. Changes that were
scheduled between the last check of the sources and today are included, but are not verified.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from bot.errors import QueryError
from bot.parties import WORLD
from bot.rates.answer.components import build_base_component, list_counted
from bot.rates.answer.days.history import (
    build_history,
    build_range_history,
    find_last_change,
    find_last_step,
    list_later_steps,
)
from bot.rates.answer.days.next_changes import list_next
from bot.rates.answer.days.period import (
    compute_period,
    cut_history,
    cut_window,
    find_day,
)
from bot.rates.answer.days.timeline import Timeline
from bot.rates.answer.entry import build_entry
from bot.rates.answer.law_rows import count_listed_lines
from bot.rates.answer.lines.narrower_goods import list_contexts
from bot.rates.answer.lines.typical_span import find_typical_span
from bot.rates.answer.not_counted import list_not_counted
from bot.rates.answer.select import (
    MAX_PRODUCT,
    RateContext,
    Selection,
    build_context,
    check_pair,
)
from bot.rates.answer.standing import (
    Standing,
    compute_standing,
    find_checked_day,
    summarize_goods_duties,
)
from bot.rates.answer.warnings import list_warnings
from bot.rates.ledger import Ledger
from bot.rates.model.answer import Answer, TotalBasis
from bot.rates.model.component import Component
from bot.rates.model.goods import format_code
from bot.rates.model.history import Step
from bot.rates.model.law import Talk
from bot.rates.model.warnings import BasisChanged, ReadAsOrigin, Reason
from bot.rates.question.product.parsed import ParsedProduct
from bot.rates.question.query import QueryKind, RateQuery
from bot.rates.schedule.codes import extract_codes
from bot.rates.schedule.lines import HEADING_DIGITS

_TALKS_SHOWN = 3
_A_DAY = timedelta(days=1)
_PARTS = 6
"""Maximum kinds of goods, or codes, of one question that are answered separately."""
_CHAPTER_DIGITS, _SUBHEADING_DIGITS = 2, 6
_METALS = frozenset(map(str, range(72, 84)))
"""The chapters of metals and goods made of them."""
_AND = re.compile(r"[,;&+/]|\b(?:and|or|plus|vs|versus)\b", re.IGNORECASE)
"""What stands between several kinds of goods."""


def answer_query(
    query: RateQuery, ledger: Ledger, today: date, now: datetime | None = None
) -> tuple[Answer, ...]:
    """One answer for each direction, partner and kind of goods, in the order of the query.

    If `now` is given, today is the date of each answer's importing country at this time. Otherwise
    it is `today` for all answers.

    Raises QueryError if the two economies are in one customs territory, or if the query names no
    economy. The result is empty for `upcoming` and `changes` queries, because
    `bot.rates.calendar.upcoming` answers them.
    """
    answers = tuple(
        _answer_pair(
            query,
            imposer,
            partner,
            ledger,
            ledger.find_duty_day(now, imposer) if now else today,
            part,
        )
        for imposer, partner in _list_pairs(query, ledger)
        for part in _split_product(query, imposer, partner, ledger)
    )
    silent = not any(one.has_content or one.not_counted for one in answers)
    if query.partner_implied and silent and _names_goods(query, ledger):
        return _answer_as_origin(query, ledger, today, now)
    if query.kind is QueryKind.PARTY and query.product:
        # If the query names goods and one economy, show only pairs with a duty on the goods.
        return tuple(one for one in answers if one.has_content) or answers[:1]
    return answers


def _split_product(
    query: RateQuery, imposer: str, partner: str, ledger: Ledger
) -> Sequence[ParsedProduct | None]:
    """The kinds of goods, or the codes, if the product names several; else only None.

    `steel and aluminum` has no single total.
    """
    if query.product is None:
        return (None,)
    ids = ledger.get_pair(imposer, partner).ids
    wanted = ledger.reader.read(query.product[:MAX_PRODUCT], ids)
    if wanted.layers or wanted.bases or wanted.alone:
        return (None,)
    schedule = ledger.find_tariff_schedule(imposer)
    of_claims = {one.goods for one in schedule.header.programs} if schedule else set()
    claimed = tuple(one for one in wanted.goods if one in of_claims)
    goods = [one for one in wanted.goods if one not in of_claims]
    # Goods without codes are sets that a law defines: `steel on list 3` is one kind of goods.
    listed = _AND.search(query.product) or all(ledger.goods.by_id[one].hs for one in goods)
    if len(goods) > 1 and not wanted.codes and listed:
        names = ((one, ledger.goods.by_id[one].name) for one in goods[:_PARTS])
        return [wanted._replace(text=name, goods=(one, *claimed)) for one, name in names]
    if wanted.codes and all(ledger.goods.by_id[one].hs for one in goods):
        parts = _list_codes_and_goods(wanted, goods, claimed, query.product, ledger)
        return parts if len(parts) > 1 or goods else (None,)
    return (None,)


def _list_codes_and_goods(
    wanted: ParsedProduct,
    goods: Sequence[str],
    claimed: tuple[str, ...],
    product: str,
    ledger: Ledger,
) -> list[ParsedProduct]:
    """Each code, or the goods that are a part of it, and the goods that are no code's.

    Goods next to a code only describe it, if they are not a part of it: `8544.42 copper cables`.
    """
    codes_of = {one: ledger.goods.by_id[one].hs for one in goods}
    parts = []
    for code in wanted.codes:
        narrower = [
            one
            for one, hs in codes_of.items()
            if all(each.startswith(code) for each in hs) and code not in hs
        ]
        if len(narrower) == 1 and len(code) < _SUBHEADING_DIGITS:
            name = ledger.goods.by_id[narrower[0]].name
            parts.append(wanted._replace(text=name, codes=(), goods=(*narrower, *claimed)))
        else:
            parts.append(wanted._replace(text=format_code(code), codes=(code,), goods=claimed))
    bare = _lists_bare_code(product)
    others = [ledger.goods.by_id[one] for one in _list_goods_next_to_codes(product, ledger)]
    for good in dict.fromkeys(others):
        described = any(
            _describes(each, code, bare=bare) for each in good.hs for code in wanted.codes
        )
        # A whole chapter is a material, such as copper.
        if good.hs and not described and min(map(len, good.hs)) > _CHAPTER_DIGITS:
            named = (good.id, *claimed)
            parts.append(wanted._replace(text=good.name, codes=(), goods=named))
    return parts[:_PARTS]


def _list_goods_next_to_codes(product: str, ledger: Ledger) -> Iterator[str]:
    """The goods of each part of the product without a code, and those next to a code that are of
    other chapters: `8507.60 toys`. Metals are one chapter: `stainless pipe 7306.40`."""
    for item in _AND.split(product):
        codes, rest = extract_codes(item)
        chapters = tuple(code[:_CHAPTER_DIGITS] for code in codes)
        if not _METALS.isdisjoint(chapters):
            chapters += tuple(_METALS)
        found = {one.code for one in ledger.reader.headings.search(rest)} if codes else set()
        if not found.isdisjoint(code[:HEADING_DIGITS] for code in codes):
            # The schedule has the words in this heading: `9405 led lamps`.
            continue
        for good in ledger.reader.read_any(rest).goods:
            if not any(own.startswith(chapters) for own in ledger.goods.by_id[good].hs):
                yield good


def _lists_bare_code(product: str) -> bool:
    """Whether a code stands alone in a list: `plastic household articles, 3924.90.56`."""
    items = (extract_codes(item) for item in _AND.split(product))
    return any(codes and not rest.strip() for codes, rest in items)


def _describes(own: str, code: str, *, bare: bool) -> bool:
    """Whether goods with the code `own` only describe the code of a question. Goods next to a bare
    code do if they are of its heading."""
    same_heading = own[:HEADING_DIGITS] == code[:HEADING_DIGITS]
    return own.startswith(code) or code.startswith(own) or (bare and same_heading)


def _names_goods(query: RateQuery, ledger: Ledger) -> bool:
    """Whether the product names goods, and not a layer or a legal basis.

    The product of `canada countermeasures` names a legal basis.
    """
    wanted = ledger.reader.read_any((query.product or "")[:MAX_PRODUCT])
    return bool(wanted.goods or wanted.codes) and not (wanted.layers or wanted.bases)


def _answer_as_origin(
    query: RateQuery, ledger: Ledger, today: date, now: datetime | None
) -> tuple[Answer, ...]:
    """The duties of other economies on the named economy's goods.

    The first answer has a warning that the question was read in this way.
    """
    origin = {
        "kind": QueryKind.PARTY,
        "imposer": None,
        "partner": query.imposer,
        "only_as_origin": True,
    }
    first, *others = answer_query(
        query.model_copy(update={**origin, "partner_implied": False}), ledger, today, now
    )
    read = ReadAsOrigin(query.product or "")
    return (first._replace(warnings=(read, *first.warnings)), *others)


def _list_pairs(query: RateQuery, ledger: Ledger) -> Iterator[tuple[str, str]]:
    if query.kind is QueryKind.PARTY and query.partner is not None:
        yield from _list_pairs_of_party(query.partner, ledger, query)
    elif query.imposer is not None and query.partner is not None:
        for partner in (query.partner, *query.versus):
            check_pair(query.imposer, partner, ledger)
            yield query.imposer, partner
        if query.both_ways:
            yield query.partner, query.imposer


def _list_pairs_of_party(party: str, ledger: Ledger, query: RateQuery) -> Iterator[tuple[str, str]]:
    """The pairs in which the party is the partner, then the pairs in which it is the imposer.

    The imposer with the most measures on the party comes first. If the query names a product,
    measures on all countries are included in this number.
    """
    codes = set(ledger.list_codes(party))
    charged = codes | {WORLD} if query.product else codes
    counts = Counter(
        measure.imposer
        for measure in ledger.measures
        if charged & set(measure.partners) and measure.imposer not in codes
    )
    payers = {imposer: None for imposer, _ in counts.most_common()}
    imposer_file = ledger.find_imposer_file(party)
    partners = imposer_file.main_partners if imposer_file else tuple(payers)
    if not payers and party != WORLD and "US" not in codes:
        payers = {"US": None}
    if party == WORLD:
        raise QueryError("the question", "names no economy", "Try: us china")
    yield from ((imposer, party) for imposer in payers)
    if not query.only_as_origin:
        yield from ((party, partner) for partner in partners or tuple(payers))


def _answer_pair(
    query: RateQuery,
    imposer: str,
    partner: str,
    ledger: Ledger,
    today: date,
    part: ParsedProduct | None,
) -> Answer:
    coverage = ledger.find_coverage(imposer, partner)
    window = (query.since, query.until) if query.since and query.until else None
    known = cut_window(window, coverage.since if coverage else None)
    day = query.on or (find_day(*window, today) if window else today)
    asked = build_context(
        ledger, imposer, partner, day, query.product, lines_of_goods=True, part=part
    )
    found = compute_standing(asked)
    context, selection, base = found.context, found.selection, found.base
    checked = find_checked_day(selection, coverage.checked if coverage else None, context.day)
    components = list_counted(context, selection)
    if base is not None and found.includes_base:
        components = (*components, build_base_component(base, context.day))
    wants_history = query.history or window is not None or query.percent is not None
    timeline = Timeline(context, selection)
    changes = _build_changes(found, timeline, with_history=wants_history)
    history = changes.history
    if window:
        history = tuple(cut_history(history, *known)) if known else ()
    not_counted = tuple(list_not_counted(context, selection))
    basis, goods, codes = _describe_basis(asked, selection)
    any_origin = partner == WORLD and not any(one.applies_to_all_goods for one in selection.chosen)
    line = selection.line
    near = ledger.reader.suggest_names(asked.wanted) if asked.wanted else ()
    warnings = list_warnings(found, checked, today, query)
    if window and (changed := _find_basis_change(found, window[0], query, part)):
        warnings = (changed, *warnings)
    return Answer(
        imposer=imposer,
        partner=partner,
        imposer_name=ledger.parties.get(imposer).name,
        partner_name=ledger.parties.get(partner).name,
        on=context.day,
        product=part.text if part else query.product,
        basis=basis,
        goods=goods,
        codes=codes,
        codes_in_part=_is_in_part(context, selection),
        any_origin=any_origin,
        total_percent=found.total,
        total_range=found.span,
        added_range=_find_added_range(found),
        questions=line.questions if line else (),
        cases=line.case_totals if line else (),
        lines=line.totals if line else (),
        entry=build_entry(found, query.value),
        by_line=line is not None,
        choices=found.choices,
        components=components,
        not_counted=not_counted,
        # The average would mislead where the rates of the lines are known.
        mfn=None if found.base_range else ledger.find_mfn_average(imposer),
        base=base,
        base_range=found.base_range,
        typical=find_typical_span(line.totals) if line else None,
        checked=checked,
        checked_by=coverage.checked_by if coverage and coverage.checked == checked else "",
        warnings=warnings,
        banned=selection.stacked.ban is not None,
        on_goods=summarize_goods_duties(context, selection),
        next=list_next(timeline, changes.later, coverage.checked if coverage else None, today),
        last_change=changes.last,
        history=history,
        known_from=coverage.since if coverage else None,
        complete_since=coverage.complete_since if coverage else None,
        rows=_list_rows(context, components, not_counted) if selection.rows else (),
        period=compute_period(history, *known) if known else None,
        talks=_list_talks(context),
        suggestions=(*near, *(one.goods for one in found.choices)),
    )


def _find_basis_change(
    found: Standing, since: date, query: RateQuery, part: ParsedProduct | None
) -> BasisChanged | None:
    """Says that the counted duties began or ceased to include the base rate since the first day."""
    context = found.context
    if since >= context.day:
        return None
    before = compute_standing(
        build_context(
            context.ledger,
            context.imposer,
            context.partner,
            since,
            query.product,
            lines_of_goods=True,
            part=part,
        )
    )
    first, last = before.selection.stacked.counted, found.selection.stacked.counted
    was, now = (any(one.period.is_all_in for one in each) for each in (first, last))
    if not first or not last or was == now:
        return None
    return BasisChanged(since, context.day, now)


def _list_rows(
    context: RateContext, counted: Sequence[Component], not_counted: Sequence[Component]
) -> tuple[Component, ...]:
    """The counted measures and those on particular goods, the highest rate first."""
    ledger, imposer = context.ledger, context.imposer
    particular = (
        one._replace(lines=count_listed_lines(one.measure_id, ledger, imposer, context.day))
        for one in not_counted
        if one.exclusion is not None and one.exclusion.reason is Reason.PARTICULAR_GOODS
    )
    rows = [*counted, *particular]
    return tuple(
        sorted(rows, key=lambda one: (not one.rate.banned, one.percent or 0), reverse=True)
    )


def _find_added_range(found: Standing) -> tuple[Decimal, Decimal] | None:
    """The range that the duties add, if the total or an all-in rate leaves it open."""
    line = found.selection.line
    if line is None or line.added is None:
        return None
    low, high = line.added
    return line.added if found.span is not None or low != high else None


def _describe_basis(
    context: RateContext, selection: Selection
) -> tuple[TotalBasis, tuple[str, ...], tuple[str, ...]]:
    """The basis of the total, the names of its goods or layers, and its HS codes."""
    wanted, basis = context.wanted, selection.basis
    if wanted is None or basis is TotalBasis.GENERAL:
        return basis, (), ()
    if basis is TotalBasis.LAYER:
        return basis, tuple(one.name for one in selection.chosen) or (wanted.text,), ()
    names = tuple(context.ledger.goods.by_id[one].name for one in wanted.goods)
    return basis, names, (context.line.codes if context.line else ()) or wanted.codes


def _is_in_part(context: RateContext, selection: Selection) -> bool:
    """Whether lists name only some of the lines under the codes of goods in words."""
    asked, found = context.line, selection.line
    if asked is None or found is None or not asked.codes or not found.lines:
        return False
    lines = asked.schedule.lines
    return any(not found.lines.issuperset(lines.list_codes(code)) for code in asked.codes)


class _TotalChanges(NamedTuple):
    """The changes of a total."""

    last: Step | None
    """The last one up to the day of the answer."""
    later: tuple[Step, ...]
    """Those after the day of the answer."""
    history: tuple[Step, ...]
    """All changes and rulings, if the question asks for them."""


def _build_changes(found: Standing, timeline: Timeline, *, with_history: bool) -> _TotalChanges:
    asked = found.asked
    if found.choices or found.same_for_all:
        ranged = build_range_history(asked, found.asked_selection, list_contexts(asked))
        if ranged:
            later = tuple(one for one in ranged if one.on > asked.day and one.ruling is None)
            last = find_last_step(ranged, asked.day)
            return _TotalChanges(last, later, ranged if with_history else ())
    return _TotalChanges(
        find_last_change(timeline),
        list_later_steps(timeline, asked.day),
        build_history(timeline) if with_history else (),
    )


def _list_talks(context: RateContext) -> tuple[Talk, ...]:
    """The last three talks between imposer and partner up to the context's day, newest first."""
    talks = context.ledger.get_pair(context.imposer, context.partner).talks
    return tuple(talk for talk in reversed(talks) if talk.on <= context.day)[:_TALKS_SHOWN]
