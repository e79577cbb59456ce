"""What an answer must say in addition to its number, the most important first.

0. what would make the number mislead, so that it leads;
1. where the ledger's knowledge ends before the day, or never reached the pair;
2. what was not understood, and what could not be decided;
3. a ruling that had voided a duty while customs still charged it;
4. what each counted rate says of itself: all-in, tiers, exemptions, doubts;
5. what else is to be said of the pair, such as other figures said in public;
6. what kinds of duty are in no total.
"""

from collections.abc import Iterator
from datetime import date

from bot.parties import WORLD
from bot.rates.answer.choices import is_divided, others_of
from bot.rates.answer.select import RateContext, Selection
from bot.rates.answer.standing import Standing, unknown_rates
from bot.rates.model import warnings as kinds
from bot.rates.model.answer import TotalBasis
from bot.rates.model.measure import Confidence, Status
from bot.rates.model.warnings import RateWarning, ReadUpTo


def warnings_of(
    found: Standing, checked: date | None, today: date, asked: date | None
) -> tuple[RateWarning, ...]:
    """All warnings of an answer, those that lead first.

    `checked` is how far the answer's sources were read, `asked` the day named in the question.
    """
    context, selection = found.context, found.selection
    warnings = (
        *_misleading(found),
        *_knowledge(context, selection, checked, today, asked),
        *_choices(found),
        *_understanding(context, selection),
        *_duties(context, selection),
        *([kinds.SameForAll(found.same_for_all)] if found.same_for_all else []),
    )
    return tuple(dict.fromkeys(warnings))


def _misleading(found: Standing) -> Iterator[RateWarning]:
    context, stacked = found.context, found.selection.stacked
    for remark in context.ledger.remarks(context.imposer, context.partner, context.day):
        if remark.leads:
            yield kinds.LeadingPairRemark(remark.text)
    for left in stacked.left_out:
        if left.unsure and left.layer.period.banned:
            yield kinds.SomeLinesBanned(left.layer.measure.ref, left.layer.period.from_)
    if (ban := stacked.ban) is not None:
        yield kinds.ImportBan(ban.measure.ref, ban.period.from_, ban.period.caveat)
    wanted = context.wanted
    if context.partner == WORLD and wanted and wanted.unknown and not wanted.nothing_known:
        yield kinds.UnknownEconomy(" ".join(wanted.unknown))
    for measure in unknown_rates(context, found.selection):
        known_from = measure.periods[0].from_
        yield kinds.RateUnknown(measure.ref, measure.charged_since, known_from)
    for left in stacked.left_out:
        period = left.layer.period
        if period.status is Status.ANNOUNCED and (period.percent or period.specific):
            yield kinds.AnnouncedOnly(left.layer.measure.ref, period.rate, period.from_)
    yield from _run_out(context, found.selection)
    sheet = context.ledger.sheet_of(context.imposer)
    if found.only_in_data and sheet is not None:
        unsure = (left.layer for left in stacked.left_out if left.unsure)
        some = tuple((layer.measure.ref, layer.period.rate) for layer in unsure)
        yield kinds.ZeroInData(some, sheet.not_followed)


def _run_out(context: RateContext, selection: Selection) -> Iterator[RateWarning]:
    """A rate that ends before the requested day with no known successor; it may not become 0."""
    coverage = context.ledger.coverage(context.imposer, context.partner)
    if coverage is None:
        return
    for measure in selection.chosen:
        last = measure.periods[-1] if measure.periods else None
        if last is None or last.to is None or not last.charged or not last.percent:
            continue
        if coverage.checked <= last.to < context.day:
            yield kinds.RunsOut(measure.ref, last.percent, last.to)


def _knowledge(
    context: RateContext,
    selection: Selection,
    checked: date | None,
    today: date,
    asked: date | None,
) -> Iterator[RateWarning]:
    coverage = context.ledger.coverage(context.imposer, context.partner)
    if coverage is None or checked is None:
        yield kinds.NotCovered()
        return
    if not coverage.general:
        yield kinds.SingleProductsOnly()
    if context.day < coverage.since:
        yield kinds.BeforeData(coverage.since)
    counted, until = selection.stacked.counted, min(context.day, coverage.checked)
    read = [ReadUpTo(one.measure.ref, one.checked) for one in counted if one.checked]
    older = tuple(sorted((one for one in read if one.checked < until), key=lambda one: one.checked))
    beyond = asked is not None and context.day > coverage.checked
    if beyond or (asked is None and checked < today):
        kind = kinds.BeyondData if beyond else kinds.Stale
        own = [(one.measure.ref, one.period.checked) for one in counted]
        later = tuple(ReadUpTo(ref, day) for ref, day in own if day and day > coverage.checked)
        yield kind(today, coverage.checked, older, later)
    else:
        yield from (kinds.OlderSource(*one) for one in older)
    sheet = context.ledger.sheet_of(context.imposer)
    if sheet is not None and sheet.imposer != context.imposer:
        yield kinds.BlocDuties(context.ledger.parties.get(sheet.imposer).name)
    for layer in counted:
        if layer.checked is None:
            yield kinds.NoSourceOpened(layer.measure.ref)


def _choices(found: Standing) -> Iterator[RateWarning]:
    context, selection = found.context, found.selection
    if found.choices:
        rest = None if is_divided(context) else selection.stacked.total
        yield kinds.NoOneTotal(rest)
    elif others := others_of(context, selection):
        yield kinds.SomeGoodsDiffer(others)


def _understanding(context: RateContext, selection: Selection) -> Iterator[RateWarning]:
    wanted = context.wanted
    if wanted is None:
        return
    if wanted.nothing_known:
        yield kinds.UnknownProduct(wanted.text, wanted.suggestions)
        return
    if wanted.read_as:
        yield kinds.SpellingRead(wanted.text, wanted.read_as)
    for left in selection.stacked.left_out:
        measure, period = left.layer.measure, left.layer.period
        if left.unsure and not period.banned:
            yield kinds.NotInTotal(measure.ref, period.rate, left.exclusion)
    exempt = any(left.layer.exempt for left in selection.stacked.left_out)
    only_general = all(one.applies_to_all_goods for one in selection.chosen)
    if selection.basis is TotalBasis.GOODS and only_general and not exempt:
        yield kinds.NoMeasureOnGoods(wanted.read_as or wanted.text)
    if selection.basis is TotalBasis.LAYER and not selection.chosen:
        yield kinds.NoSuchLayer(wanted.text)
    if wanted.unknown and context.partner != WORLD:
        yield kinds.UnknownWords(" ".join(wanted.unknown))


def _duties(context: RateContext, selection: Selection) -> Iterator[RateWarning]:
    """What is to be known of the duties that are counted, and of those that no total counts."""
    counted, basis = selection.stacked.counted, selection.basis
    for layer in counted:
        period = layer.period
        if period.void_on is not None and period.void_on <= context.day:
            yield kinds.VoidButCharged(layer.measure.legal_basis, period.void_on, period.to)
    for layer in counted:
        measure, period = layer.measure, layer.period
        if period.all_in:
            yield kinds.AllIn(measure.ref, period.percent)
        if period.caveat:
            yield kinds.RateCaveat(measure.ref, period.caveat)
        for exemption in layer.partly_exempt:
            yield kinds.PartlyExempt(measure.ref, exemption.only_if, exemption.why)
        if measure.confidence is Confidence.LOW:
            yield kinds.LowConfidence(measure.ref, measure.note)
    if basis is TotalBasis.GENERAL:
        for remark in context.ledger.remarks(context.imposer, context.partner, context.day):
            if not remark.leads:
                yield kinds.PairRemark(remark.text)
    sheet = context.ledger.sheet_of(context.imposer)
    if basis is TotalBasis.GOODS and counted and sheet is not None:
        yield kinds.NotFollowed(sheet.not_followed)
