"""Finds the warnings of an answer. They are in this order:

1. leading warnings, without which the total would mislead;
2. limits of the data: pair not tracked, sources not checked;
3. choices of goods, unknown words and duties that may apply;
4. duties that a ruling voided while customs still charges them;
5. notes on each counted rate: all-in, tiers, exemptions, low confidence;
6. remarks on the pair, such as how published figures are calculated;
7. kinds of duty that no total includes;
8. narrower goods that have the same total although they are on different lists.
"""

from collections.abc import Iterator
from datetime import date

from bot.parties import WORLD
from bot.rates.answer.lines.line_duties import is_levied
from bot.rates.answer.lines.narrower_goods import find_exceptions, is_divided
from bot.rates.answer.select import RateContext, Selection
from bot.rates.answer.standing import Standing, find_expired_rates, find_unknown_rates
from bot.rates.files.schema import Remark
from bot.rates.model import warnings as kinds
from bot.rates.model.answer import TotalBasis
from bot.rates.model.goods import Fit
from bot.rates.model.measure import Confidence, Status
from bot.rates.model.warnings import CheckedMeasure, RateWarning, Reason
from bot.rates.partner_rates import find_partner_rates
from bot.rates.question.query import RateQuery
from bot.rates.schedule.model import TransitException
from bot.rates.stacking import Layer


def list_warnings(
    found: Standing, checked: date | None, today: date, query: RateQuery
) -> tuple[RateWarning, ...]:
    """All warnings of an answer to the query; leading warnings come first.

    `checked` is the day on which the answer's sources were last checked.
    """
    context, selection = found.context, found.selection
    warnings = (
        *_warn_before_number(found),
        *_warn_of_data_limits(context, selection, checked, today, query.on),
        *_warn_of_uncovered(context, query),
        *_warn_of_choices(found),
        *_warn_of_unknown_words(context, selection, query),
        *_warn_of_duties(context, selection),
        *([kinds.SameForAll(found.same_for_all)] if found.same_for_all else []),
    )
    return tuple(dict.fromkeys(warnings))


def _warn_before_number(found: Standing) -> Iterator[RateWarning]:
    context, stacked = found.context, found.selection.stacked
    if (line := context.line) is not None and line.code != line.written:
        revision = line.schedule.header.revision
        yield kinds.UnknownLine(line.written, line.code, revision)
    schedule = context.ledger.find_tariff_schedule(context.imposer)
    code = context.ledger.find_unknown_code(context.imposer, context.wanted, context.day)
    if schedule and code:
        yield kinds.UnknownLine(code, "", schedule.header.revision)
    yield from _warn_of_suspended(context)
    for remark in context.ledger.list_remarks(context.imposer, context.partner, context.day):
        if remark.leads and _is_about_goods(remark, found.selection):
            yield kinds.LeadingPairRemark(remark.text)
    for left in stacked.excluded:
        if left.may_apply and left.layer.period.banned:
            yield kinds.SomeLinesBanned(left.layer.measure.ref, left.layer.period.from_)
    if (ban := stacked.ban) is not None:
        yield kinds.ImportBan(ban.measure.ref, ban.period.from_, ban.period.caveat)
    wanted = context.wanted
    if context.partner == WORLD and wanted and wanted.unknown and not wanted.is_unknown:
        yield kinds.UnknownEconomy(" ".join(wanted.unknown))
    for measure in find_unknown_rates(context, found.selection):
        known_from = measure.periods[0].from_
        yield kinds.RateUnknown(measure.ref, measure.charged_since, known_from)
    for left in stacked.excluded:
        period = left.layer.period
        if period.status is Status.ANNOUNCED and (period.percent or period.specific):
            yield kinds.AnnouncedOnly(left.layer.measure.ref, period.rate, period.from_)
    yield from _warn_of_expired_rates(context, found.selection)
    imposer_file = context.ledger.find_imposer_file(context.imposer)
    if found.is_zero_in_data and imposer_file is not None:
        unsure = (left.layer for left in stacked.excluded if left.may_apply)
        some = tuple((layer.measure.ref, layer.period.rate) for layer in unsure)
        yield kinds.ZeroInData(some, imposer_file.not_followed)
    if context.partner == WORLD and found.is_zero_in_data and _has_duties_by_origin(context):
        yield kinds.OriginsDiffer(wanted.text if wanted else "")
    if context.partner == WORLD:
        for layer in stacked.involved:
            rates = find_partner_rates(context.ledger, layer.measure, context.day)
            if rates:
                yield kinds.OtherRates(layer.measure.ref, rates)


def _has_duties_by_origin(context: RateContext) -> bool:
    """Whether the importing country charges duties on all goods of single origins on the day."""
    return any(
        one.imposer == context.imposer
        and one.applies_to_all_goods
        and WORLD not in one.partners
        and (period := one.find_period(context.day)) is not None
        and is_levied(period)
        for one in context.ledger.measures
    )


def _warn_of_suspended(context: RateContext) -> Iterator[RateWarning]:
    """Warns of suspended rates on goods that neither a scope nor a list of the ledger names."""
    lists_of = context.ledger.get_lists(context.imposer)
    for measure in context.measures:
        period = measure.find_period(context.day)
        if period is None or period.status is not Status.SUSPENDED or not period.percent:
            continue
        named = measure.scope or measure.partial_scope or measure.id in lists_of
        if not named and not measure.applies_to_all_goods:
            yield kinds.SuspendedDuty(measure.ref, period.percent, period.to)


def _is_about_goods(remark: Remark, selection: Selection) -> bool:
    """Whether the goods of the question may pay a duty that the note is about."""
    if not remark.basis or selection.basis is TotalBasis.GENERAL:
        return True
    stacked = selection.stacked
    may_apply = (one.layer for one in stacked.excluded if one.may_apply)
    layers = (*stacked.counted, *may_apply, *([stacked.ban] if stacked.ban else []))
    return any(one.measure.legal_basis == remark.basis for one in layers)


def _warn_of_expired_rates(context: RateContext, selection: Selection) -> Iterator[RateWarning]:
    """Warns of rates that ended before the day and have no known successor.

    The imposer may have extended such a rate, so a lower total may be wrong.
    """
    for measure, percent, until in find_expired_rates(context, selection):
        yield kinds.RunsOut(measure.ref, percent, until)


def _warn_of_data_limits(
    context: RateContext,
    selection: Selection,
    checked: date | None,
    today: date,
    asked: date | None,
) -> Iterator[RateWarning]:
    coverage = context.ledger.find_coverage(context.imposer, context.partner)
    if coverage is None or checked is None:
        yield kinds.NotCovered()
        return
    if not coverage.general:
        yield kinds.SingleProductsOnly()
    if context.day < coverage.since:
        yield kinds.BeforeData(coverage.since)
    elif coverage.complete_since is not None and context.day < coverage.complete_since:
        yield kinds.EndedDutiesMissing(coverage.complete_since)
    counted, until = selection.stacked.involved, min(context.day, coverage.checked)
    read = [CheckedMeasure(one.measure.ref, one.checked) for one in counted if one.checked]
    older = tuple(sorted((one for one in read if one.checked < until), key=lambda one: one.checked))
    beyond = asked is not None and context.day > coverage.checked
    if beyond or (asked is None and checked < today):
        kind = kinds.BeyondData if beyond else kinds.Stale
        own = [(one.measure.ref, one.period.checked) for one in counted]
        later = tuple(
            CheckedMeasure(ref, day) for ref, day in own if day and day > coverage.checked
        )
        yield kind(today, coverage.checked, older, later)
    else:
        yield from (kinds.OlderSource(*one) for one in older)
    imposer_file = context.ledger.find_imposer_file(context.imposer)
    if imposer_file is not None and imposer_file.imposer != context.imposer:
        yield kinds.BlocDuties(context.ledger.parties.get(imposer_file.imposer).name)
    for layer in counted:
        if layer.checked is None:
            yield kinds.NoSourceOpened(layer.measure.ref)


def _warn_of_uncovered(context: RateContext, query: RateQuery) -> Iterator[RateWarning]:
    """Warns of what the query names and the ledger lacks, apart from trade programs."""
    programs = context.treatment.uncovered
    if names := tuple(str(one) for one in query.uncovered if one not in programs):
        yield kinds.AskedNotCovered(names)
    for one in query.respelled:
        yield kinds.SpellingRead(one.word, one.read_as)


def _warn_of_choices(found: Standing) -> Iterator[RateWarning]:
    context, selection = found.context, found.selection
    if found.choices:
        rest = None if is_divided(context) else selection.stacked.total
        yield kinds.NoOneTotal(rest)
    elif others := find_exceptions(context, selection):
        yield kinds.SomeGoodsDiffer(others)


def _warn_of_unknown_words(
    context: RateContext, selection: Selection, query: RateQuery
) -> Iterator[RateWarning]:
    wanted = context.wanted
    if wanted is None:
        for left in selection.stacked.excluded:
            if left.exclusion.reason is Reason.MAY_RETURN:
                rate = left.layer.period.rate
                yield kinds.NotInTotal(left.layer.measure.ref, rate, left.exclusion)
        return
    yield from (kinds.ClaimRefused(name) for name in context.treatment.refused)
    yield from (kinds.ClaimNotCovered(name) for name in context.treatment.uncovered)
    if wanted.is_unknown:
        yield kinds.UnknownProduct(wanted.text, context.ledger.reader.suggest_names(wanted))
        return
    if wanted.read_as:
        yield kinds.SpellingRead(wanted.text, wanted.read_as)
    if selection.line is not None and selection.line.questions:
        yield kinds.DependsOnGoods(selection.line.questions)
    for left in selection.stacked.excluded:
        measure, period = left.layer.measure, left.layer.period
        is_row = left.exclusion.reason in (Reason.DEPENDS, Reason.PARTICULAR_GOODS)
        if left.may_apply and not period.banned and not is_row:
            yield kinds.NotInTotal(measure.ref, period.rate, left.exclusion)
    exempt = any(left.layer.exclusion for left in selection.stacked.excluded)
    only_general = selection.line is None and all(
        one.applies_to_all_goods for one in selection.chosen
    )
    unknown_code = context.ledger.find_unknown_code(context.imposer, wanted, context.day)
    if selection.basis is TotalBasis.GOODS and only_general and not (exempt or unknown_code):
        yield kinds.NoMeasureOnGoods(wanted.read_as or wanted.text)
    if selection.basis is TotalBasis.LAYER and not selection.chosen:
        yield kinds.NoSuchLayer(wanted.text)
    if wanted.unknown and context.partner != WORLD and not query.unread:
        yield kinds.UnknownWords(" ".join(wanted.unknown))


def _list_depending(selection: Selection) -> Iterator[Layer]:
    """The layers that only some cases of a tariff line count."""
    for left in selection.stacked.excluded:
        if left.exclusion.reason is Reason.DEPENDS:
            yield left.layer


def _list_transit_exceptions(context: RateContext, layer: Layer) -> Iterator[TransitException]:
    """The exceptions for goods under way when the duty of the layer began, on the day."""
    schedule = context.ledger.find_tariff_schedule(context.imposer)
    names = {layer.measure.id, layer.measure.family}
    for one in schedule.header.in_transit if schedule else ():
        if one.covers(context.day) and not names.isdisjoint(one.measures):
            yield one


def _warn_of_other_lines(context: RateContext, selection: Selection) -> Iterator[RateWarning]:
    """The duties on some goods of the asked kind, whose lists name other lines than its usual ones.

    Advanced chips are among semiconductors, but are entered as parts of machines.
    """
    wanted, line = context.wanted, context.line
    if wanted is None or line is None or selection.line is None or wanted.codes:
        return
    stacked = selection.stacked
    known = {one.measure.id for one in stacked.counted}
    known |= {left.layer.measure.id for left in stacked.excluded}
    for measure in context.measures:
        period = measure.find_period(context.day)
        if measure.id in known or period is None or not is_levied(period):
            continue
        if measure.id not in line.lists_of or line.find_start(measure, context.day) is not None:
            continue
        if not set(wanted.goods).isdisjoint(measure.partial_scope.goods):
            yield kinds.OnOtherLines(measure.ref, period.rate, measure.covers)


def _warn_of_uncharged(selection: Selection) -> Iterator[RateWarning]:
    """The caveats of rates of 0 and of exemptions on which the total relies."""
    for left in selection.stacked.excluded:
        measure, why = left.layer.measure, left.exclusion
        # A rate of 0 may say which other rates apply: parcels pay the duties on their contents.
        if why.reason is Reason.NOTHING_CHARGED and left.layer.period.caveat:
            yield kinds.RateCaveat(measure.ref, left.layer.period.caveat)
        unknown_terms = why.reason is Reason.PARTNER_EXEMPT and left.layer.fit > Fit.PARTIAL
        if unknown_terms and why.text and selection.basis is not TotalBasis.GENERAL:
            yield kinds.RateCaveat(measure.ref, why.text)
        if why.reason is Reason.GOODS_EXEMPT:
            for one in measure.exempt:
                if one.caveat and one.why == why.text:
                    yield kinds.RateCaveat(measure.ref, one.caveat)


def _warn_of_duties(context: RateContext, selection: Selection) -> Iterator[RateWarning]:
    """Notes on the counted duties, remarks on the pair, and duties that no total includes."""
    counted, basis = selection.stacked.counted, selection.basis
    for layer in counted:
        period = layer.period
        if period.void_on is not None and period.void_on <= context.day:
            yield kinds.VoidButCharged(layer.measure.legal_basis, period.void_on, period.to)
        if period.void_on is not None and period.void_on > context.day:
            yield kinds.LaterVoid(layer.measure.legal_basis, period.void_on)
    yield from _warn_of_other_lines(context, selection)
    for layer in (*counted, *_list_depending(selection)):
        measure, period = layer.measure, layer.period
        if period.is_all_in:
            yield kinds.AllIn(measure.ref, period.percent)
        if period.caveat:
            yield kinds.RateCaveat(measure.ref, period.caveat)
        for exemption in layer.partly_exempt:
            yield kinds.PartlyExempt(measure.ref, exemption.only_if, exemption.why)
        for transit in _list_transit_exceptions(context, layer):
            yield kinds.InTransit(
                measure.ref,
                transit.loaded_before,
                transit.entered_before,
                transit.heading,
                transit.instead,
                transit.source.text,
            )
        if measure.confidence is Confidence.LOW:
            yield kinds.LowConfidence(measure.ref, measure.note)
    yield from _warn_of_uncharged(selection)
    if basis is TotalBasis.GENERAL:
        for remark in context.ledger.list_remarks(context.imposer, context.partner, context.day):
            if not remark.leads:
                yield kinds.PairRemark(remark.text)
    imposer_file = context.ledger.find_imposer_file(context.imposer)
    if basis is TotalBasis.GOODS and counted and imposer_file is not None:
        yield kinds.NotFollowed(imposer_file.not_followed)
