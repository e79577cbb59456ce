"""The warnings of an answer in words."""

import string
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from bot.rates.model import warnings as kinds
from bot.rates.model.answer import Answer
from bot.rates.model.component import BASE_ID
from bot.rates.model.goods import format_code
from bot.rates.model.lookup import MissingFigure
from bot.rates.model.warnings import Choice, RateWarning
from bot.render.words.amounts import describe_partner_rates, describe_rate, format_span
from bot.render.words.duties import describe_exclusion
from bot.render.words.places import describe_tariff_source
from bot.text.dates import format_day
from bot.text.percent import format_percent

_MAX_LISTED = 6
_QUOTAS = "tariff-rate quotas"


def describe_warnings(answer: Answer) -> list[str]:
    """All warnings of an answer in words, the most important first."""
    return [_describe_warning(one, answer) for one in answer.warnings]


def describe_other_rates(answer: Answer) -> list[str]:
    """The rates of single origins that an answer for all origins does not count, in words."""
    found = (one for one in answer.warnings if isinstance(one, kinds.OtherRates))
    return [_other_rates(one, answer) for one in found]


def describe_first_warnings(answer: Answer) -> list[str]:
    """The warnings shown before the total: all leading warnings and the next one."""
    return describe_warnings(answer)[: 1 + sum(one.leads for one in answer.warnings)]


def _describe_warning(one: RateWarning, answer: Answer) -> str:
    if text := _TEXTS.get(type(one)):
        return _FORMATTER.format(text, one=one, answer=answer, pair=_format_pair(answer)).strip()
    return _WRITERS[type(one)](one, answer)


class _Formatter(string.Formatter):
    """Formats like `str.format`, but writes dates as `24 Feb 2026`."""

    def format_field(self, value: object, format_spec: str) -> str:
        if isinstance(value, date):
            return format_day(value)
        return str(super().format_field(value, format_spec))


_FORMATTER = _Formatter()


_TEXTS: dict[type[RateWarning], str] = {
    kinds.ReadAsOrigin: (
        "Read as {one.product} from {answer.partner_name}, because we have no such duties of "
        "{answer.partner_name} on all countries. To see the duties that {answer.partner_name} "
        "charges, name the other economy too."
    ),
    kinds.LeadingPairRemark: "{one.text}",
    kinds.OriginsDiffer: (
        "Counts only duties on all origins. Most origins pay more: name the origin to see its "
        "total."
    ),
    kinds.ImportBan: "May not be imported since {one.since}: {one.measure}. {one.text}",
    kinds.SomeLinesBanned: (
        "Some tariff lines of these goods may not be imported since {one.since}: {one.measure}."
    ),
    kinds.UnknownEconomy: (
        "'{one.words}' is neither a product nor an economy we know, so this is for all countries. "
        "Name the other economy to see the duties on its goods."
    ),
    kinds.RateUnknown: (
        "Not in the total: {one.measure}, charged since {one.since}. Our data has its rates only "
        "from {one.known_from}."
    ),
    kinds.SingleProductsOnly: (
        "We track {pair} for single products only. There may be a duty on all goods that is not "
        "covered."
    ),
    kinds.BeforeData: ("Our data for {pair} begins on {one.since}; {answer.on} is before that."),
    kinds.EndedDutiesMissing: (
        "Our data may lack duties that ended before {one.complete_since}, so more may have been "
        "due."
    ),
    kinds.OlderSource: "{one.measure} was last checked on {one.checked}.",
    kinds.BlocDuties: "The duties of {answer.imposer_name} are those of the {one.bloc}.",
    kinds.NoSourceOpened: "{one.measure}: no source was opened; treat it as unverified.",
    kinds.BaseNotPercent: (
        "The normal (MFN) duty of {one.line} is not a single percent of the value ({one.text}), "
        "so no total includes it."
    ),
    kinds.ClaimRefused: (
        "{one.program} gives these goods of {answer.partner_name} no special rate, so this answer "
        "does not follow that claim."
    ),
    kinds.ClaimNotCovered: (
        "{one.program} is not covered: our data has neither its rates nor its rules. This answer "
        "does not include it."
    ),
    kinds.SpellingRead: "Read '{one.text}' as {one.read_as}.",
    kinds.NoSuchLayer: "We don't track a duty called '{one.text}' between these two.",
    kinds.UnknownWords: "Not understood in the product: {one.words}.",
    kinds.VoidButCharged: (
        "The duties under {one.legal_basis} were already void on this day by the ruling of "
        "{one.void_on}; customs charged them until {one.until}."
    ),
    kinds.LaterVoid: (
        "The duties under {one.legal_basis} were held unlawful later, on {one.void_on}. What was "
        "paid may be refunded."
    ),
    kinds.RateCaveat: "{one.measure}: {one.text}",
    kinds.LowConfidence: "{one.measure}: low confidence. {one.text}",
    kinds.PairRemark: "{one.text}",
    kinds.NotFollowed: "Not covered: {one.text}.",
}


def _announced_only(one: kinds.AnnouncedOnly, _: Answer) -> str:
    return (
        f"Not in the total: {one.measure}, {describe_rate(one.rate)} announced from "
        f"{format_day(one.from_)}. We do not know whether it began."
    )


def _suspended_duty(one: kinds.SuspendedDuty, _: Answer) -> str:
    end = f"until {format_day(one.until)}" if one.until else "with no end date"
    rate = f"{format_percent(one.percent)}%"
    return f"Suspended {end}, not charged: {one.measure}, up to {rate}."


def _basis_changed(one: kinds.BasisChanged, _: Answer) -> str:
    first, last = format_day(one.first), format_day(one.last)
    on_top, included = "plus the normal duty", "the normal duty included"
    before, after = (on_top, included) if one.includes_base_at_end else (included, on_top)
    return f"On {first}: {before}. On {last}: {after}."


def _other_rates(one: kinds.OtherRates, answer: Answer) -> str:
    # The name is needed only if the answer counts more than one duty.
    several = sum(isinstance(each, kinds.OtherRates) for each in answer.warnings) > 1
    which = f" for {one.measure}" if several else ""
    return f"Other rates by origin{which}: {describe_partner_rates(one.by_partner)}."


def _runs_out(one: kinds.RunsOut, _: Answer) -> str:
    rate = f"{format_percent(one.percent)}% until {format_day(one.until)}"
    return f"Not in the total: {one.measure}, {rate}. No successor known."


def _depends_on_goods(one: kinds.DependsOnGoods, _: Answer) -> str:
    return f"The total depends on the goods: {' '.join(one.questions)}"


def _unknown_line(one: kinds.UnknownLine, _: Answer) -> str:
    code, parent = format_code(one.code), format_code(one.answered)
    if not parent:
        return f"HTS {one.revision} has no code {code}, so there is no total. Check the code."
    return (
        f"HTS {one.revision} has no line {code}. This answer is for all lines under {parent}; "
        "check the code."
    )


def _zero_in_data(one: kinds.ZeroInData, answer: Answer) -> str:
    maybe = [
        f"{measure}, {describe_rate(duty)}" for measure, duty in one.on_some_lines[:_MAX_LISTED]
    ]
    some = f" On some tariff lines: {'; '.join(maybe)}." if maybe else ""
    return (
        f"We have no duty on all of these goods on {format_day(answer.on)}; this does not "
        f"mean that none is due.{some} Not covered: {one.not_followed}."
    )


def _not_covered(_: kinds.NotCovered, answer: Answer) -> str:
    average = (
        "only its average normal (MFN) duty is given"
        if answer.mfn
        else "its average normal (MFN) duty is missing too"
    )
    return (
        f"Not in our data: we don't track additional duties of {_format_pair(answer)}. "
        f"There may be some; {average}."
    )


def _beyond_data(one: kinds.BeyondData, answer: Answer) -> str:
    later = _describe_later_checks(one) or "Changes since then are not included."
    return f"{format_day(answer.on)} is after our last check. {_describe_last_check(one)} {later}"


def _stale(one: kinds.Stale, answer: Answer) -> str:
    expected = " Includes changes scheduled since then, not verified." * answer.has_scheduled
    later = _describe_later_checks(one) or "Later changes may be missing."
    return f"{_describe_last_check(one)}{expected} {later}"


def _describe_last_check(one: kinds.Stale) -> str:
    """When the sources of the pair, and of each duty with an older check, were last checked."""
    first = one.older[0].checked if one.older else one.checked
    ago = f" ({(one.today - first).days} days ago)" if one.today > first else ""
    if not one.older:
        return f"Last checked {format_day(first)}{ago}."
    younger = [f"{each.measure} {format_day(each.checked)}" for each in one.older[1:]]
    rest = ", ".join([*younger, f"all others {format_day(one.checked)}"])
    return f"{one.older[0].measure} last checked {format_day(first)}{ago}, {rest}."


def _describe_later_checks(one: kinds.Stale) -> str:
    checked = [f"{each.measure} (checked {format_day(each.checked)})" for each in one.later]
    return f"Changes since then are included only for {', '.join(checked)}." if checked else ""


def _lookup_failed(one: kinds.LookupFailed, answer: Answer) -> str:
    average = f"the average normal (MFN) duty of {answer.imposer_name}"
    left_out = f"{average} is left out"
    if one.lookup.lack is MissingFigure.BASE_DUTY:
        left_out = f"the normal (MFN) duty of HS {format_code(one.lookup.code)} is left out"
    elif answer.mfn is not None:
        left_out = f"{average} is from our data, of {answer.mfn.year}"
    return f"{one.source} {one.why}; {left_out}."


def _asked_not_covered(one: kinds.AskedNotCovered, answer: Answer) -> str:
    duties = (*answer.components, *answer.not_counted)
    if one.names == (_QUOTAS,) and any("in quota" in each.measure for each in duties):
        return "The rates within and above the quota are in our data. The rest of the quota is not."
    *others, last = one.names
    if others and last.endswith(" duties"):
        others = [name.removesuffix(" duties") for name in others]
    names = " and ".join([*others, last])
    verb = "are" if others or last.endswith("s") else "is"
    return f"{names[:1].upper()}{names[1:]} {verb} not covered, so no figure here includes them."


def _no_one_total(one: kinds.NoOneTotal, answer: Answer) -> str:
    if one.rest_percent is None:
        return f"These goods have different totals: {_list_choices(answer.choices)}."
    differ = [each for each in answer.choices if each.percent != one.rest_percent]
    more = f"; {len(differ) - _MAX_LISTED} more" if len(differ) > _MAX_LISTED else ""
    listed = f"{_list_choices(differ)}{more}"
    return (
        f"These goods have different totals, depending on the tariff line: {listed}. "
        f"On none of these lists: {format_percent(one.rest_percent)}%."
    )


def _some_differ(one: kinds.SomeGoodsDiffer, _: Answer) -> str:
    return f"Other totals for some of these goods: {_list_choices(one.choices)}."


def _unknown_product(one: kinds.UnknownProduct, _: Answer) -> str:
    near = f" Did you mean {' or '.join(one.suggestions)}?" if one.suggestions else ""
    return (
        f"We don't know the product '{one.text}', so this is the rate on goods in general.{near} "
        "An HS heading, such as 8507.60, works too."
    )


def _not_in_total(one: kinds.NotInTotal, _: Answer) -> str:
    why = describe_exclusion(one.exclusion)
    return f"Not in the total: {one.measure}, {describe_rate(one.rate)}: {why}."


def _on_other_lines(one: kinds.OnOtherLines, _: Answer) -> str:
    covers = f", on {one.covers}" if one.covers else ""
    return f"May apply: {one.measure} {describe_rate(one.rate)}{covers}."


def _no_measure(one: kinds.NoMeasureOnGoods, answer: Answer) -> str:
    rest = "its additional duty is unknown"
    if any(each.measure_id != BASE_ID for each in answer.components):
        rest = "only duties on goods in general are counted"
    elif any(isinstance(each, kinds.SuspendedDuty) for each in answer.warnings):
        rest = "our data has only suspended duties"
    untracked = any(isinstance(each, kinds.NotCovered) for each in answer.warnings)
    known = answer.base or answer.base_range or untracked
    where = "" if known else describe_tariff_source(answer.imposer)
    return f"We track no duty specific to {one.product} between these two economies: {rest}.{where}"


def _all_in(one: kinds.AllIn, _: Answer) -> str:
    return (
        f"{one.measure}: {format_percent(one.percent)}% is all-in. It includes the normal (MFN) "
        "duty, which is not added."
    )


def _partly_exempt(one: kinds.PartlyExempt, _: Answer) -> str:
    return f"{one.measure} is not charged {one.condition or 'on some of these goods'}: {one.why}."


def _in_transit(one: kinds.InTransit, _: Answer) -> str:
    pays = f"pay {one.instead} instead" if one.instead else "do not pay it"
    heading = f", HTS {one.heading}" if one.heading else ""
    return (
        f"{one.measure}: goods loaded onto their ship before {format_day(one.loaded_before)} and "
        f"entered before {format_day(one.entered_before)} {pays} ({one.source}{heading})."
    )


def _same_for_all(one: kinds.SameForAll, _: Answer) -> str:
    return f"All of these have this total: {'; '.join(one.goods)}."


_WRITERS: dict[type[RateWarning], Callable[[Any, Answer], str]] = {
    kinds.AllIn: _all_in,
    kinds.AnnouncedOnly: _announced_only,
    kinds.AskedNotCovered: _asked_not_covered,
    kinds.SuspendedDuty: _suspended_duty,
    kinds.BasisChanged: _basis_changed,
    kinds.BeyondData: _beyond_data,
    kinds.LookupFailed: _lookup_failed,
    kinds.NoMeasureOnGoods: _no_measure,
    kinds.OnOtherLines: _on_other_lines,
    kinds.NoOneTotal: _no_one_total,
    kinds.NotCovered: _not_covered,
    kinds.InTransit: _in_transit,
    kinds.NotInTotal: _not_in_total,
    kinds.PartlyExempt: _partly_exempt,
    kinds.OtherRates: _other_rates,
    kinds.RunsOut: _runs_out,
    kinds.SameForAll: _same_for_all,
    kinds.SomeGoodsDiffer: _some_differ,
    kinds.Stale: _stale,
    kinds.DependsOnGoods: _depends_on_goods,
    kinds.UnknownLine: _unknown_line,
    kinds.UnknownProduct: _unknown_product,
    kinds.ZeroInData: _zero_in_data,
}


def _format_pair(answer: Answer) -> str:
    return f"{answer.imposer_name} on {answer.partner_name}"


def _list_choices(choices: Sequence[Choice]) -> str:
    shown = [f"{one.goods}, {format_span(*one.span)}" for one in choices[:_MAX_LISTED]]
    return "; ".join(shown)
