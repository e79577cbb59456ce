"""The title and the number of an answer, and which goods pay it."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from bot.rates.model import warnings as kinds
from bot.rates.model.answer import Answer, TotalBasis
from bot.rates.model.customs_entry import ClaimTotal
from bot.rates.model.law import Effect
from bot.rates.model.line_totals import find_importable_span
from bot.rates.model.warnings import Reason
from bot.render import words
from bot.render.duty_names import (
    join_subjects,
    name_importer,
    name_origin,
    read_duty_name,
)
from bot.render.overview.model import Piece
from bot.render.overview.period_spells import describe_period_spells, format_during
from bot.render.words.places import describe_tariff_source
from bot.text.dates import format_day, format_period
from bot.text.percent import format_percent

_ZERO = Decimal(0)
_ON_ALL_GOODS = ("all goods", "goods ")
"""How the text begins that says what a duty on goods in general covers."""
_PARENTHESES = re.compile(r" \([^()]*\)")


def format_title(answer: Answer, today: date | None = None) -> str:
    """Importing economy, goods, origin and the period or, if it is not today, the day."""
    importer = name_importer(answer.imposer, answer.imposer_name)
    origin = name_origin(answer.partner, answer.partner_name)
    day = f", {format_day(answer.on)}" if today is not None and answer.on != today else ""
    if answer.period is not None:
        day = f", {format_period(answer.period.since, answer.period.until)}"
    if answer.rows:
        return f"{importer} {words.name_law_duties(answer)} on goods of {origin}{day}"
    if answer.basis is TotalBasis.LAYER:
        ended = ": no longer charged" if answer.is_uncharged_law and _describe_end(answer) else ""
        return f"{importer} {name_laws(answer)} on goods of {origin}{day}{ended}"
    if answer.basis is TotalBasis.GENERAL:
        claim = f" {answer.entry.claim}" if answer.entry.claim else ""
        return f"{importer} {words.name_kind(answer)} on goods of {origin}{claim}{day}"
    return (
        f"{importer} {words.name_kind(answer)} on {words.describe_goods(answer)} of {origin}{day}"
    )


def name_laws(answer: Answer) -> str:
    """The duties of an answer about laws alone."""
    names = [read_duty_name(name, answer.partner_name) for name in answer.goods]
    law = f"{names[0].law} " if names and names[0].law else ""
    is_law = len(names) > 1 and {one.law for one in names} == {law.strip()} != {""}
    duty = "duties" if is_law else join_subjects(names).removeprefix(law)
    return f"{law}{duty}"


def format_short_total(answer: Answer) -> str:
    """The number in one or two words, or an empty text if there is none."""
    if answer.banned:
        return "banned"
    span = answer.main_span
    if span is None:
        return ""
    if answer.on_goods is None or answer.lines:
        return words.format_span(*span)
    # Some goods pay more than the number, and how many is not known.
    return (
        f"{words.format_span(*span)}+"
        if any(span)
        else f"up to {format_percent(answer.on_goods.up_to)}%"
    )


def has_figure(answer: Answer) -> bool:
    """Whether the answer has a duty, on some goods at least."""
    return bool(format_short_total(answer) or answer.on_goods or answer.lines)


def build_period_headline(answer: Answer) -> Iterator[Piece]:
    """The lowest and the highest total of the period, then each total with its first day.

    If the totals are too many for a sentence, or if more than one total applies on a day, the
    number on the last day follows."""
    period, number = answer.period, answer.main_span
    if period is None:
        return
    yield Piece(words.format_span(period.low, period.high), strong=True)
    listed = answer.basis is TotalBasis.GENERAL and (answer.on_goods or answer.lines)
    yield Piece(f"{' on goods that are on no list' * bool(listed)} {format_during(period)}")
    spells = describe_period_spells(answer)
    yield Piece(f": {spells}" if spells else "")
    if (number is None and not answer.banned) or (spells and not listed):
        return
    if number == (period.low, period.high):
        if listed and answer.on_goods:
            up_to = f"{format_percent(answer.on_goods.up_to)}%"
            yield Piece(f"; up to {up_to} on particular goods on {format_day(answer.on)}")
        elif answer.total_range is not None and (usual := _describe_usual(answer)):
            yield Piece(f"{usual} on {format_day(answer.on)}")
        return
    yield Piece("; ")
    if number is None:
        yield Piece("may not be imported", strong=True)
    else:
        yield Piece(words.format_span(*number), strong=True)
        yield Piece(_name_general_goods(answer) if answer.basis is TotalBasis.GENERAL else "")
    yield Piece(f" on {format_day(answer.on)}")


def describe_law_rows(answer: Answer) -> str:
    """The duties of a law in words; empty if the question is about no law with several duties."""
    return "".join(piece.text for piece in _build_law_headline(answer)) if answer.rows else ""


def _build_law_headline(answer: Answer) -> Iterator[Piece]:
    """The duty on goods in general under a law, with its exceptions, then the number of its duties
    on particular goods."""
    general = [one for one in answer.rows if one.is_counted]
    particular = [one for one in answer.rows if not one.is_counted]
    if general:
        total = sum((one.percent or _ZERO for one in general), _ZERO)
        yield Piece(words.format_span(total, total), strong=True)
        # What a duty covers says which goods do not pay it: `all goods except Section 232 goods`.
        covers = _PARENTHESES.sub("", general[0].covers) if len(general) == 1 else ""
        yield Piece(f" on {covers or 'goods in general'}" + "; " * bool(particular))
    if not particular:
        return
    bans = sum(one.rate.banned for one in particular)
    count = len(particular) - bans
    if count:
        rates = [one.percent for one in particular if one.percent is not None]
        one_rate = len(set(rates)) == 1
        yield Piece(f"{count} {'duty' if count == 1 else 'duties'}{' of ' if one_rate else ', '}")
        yield Piece(
            words.format_span(min(rates), max(rates)) if rates else "by quantity", strong=True
        )
        yield Piece(" and " * bool(bans))
    if bans:
        yield Piece(f"{bans} import ban{'s' * (bans > 1)}", strong=not count)
    yield Piece(", on particular goods")


def build_headline(answer: Answer, *, planned: bool) -> Iterator[Piece]:
    """The number and what it depends on. With `planned`, the day of the answer is in the future."""
    yield from _build_number(answer, planned)
    if planned and (answer.banned or answer.main_span is not None):
        yield Piece(", as scheduled, if nothing changes")


def _build_number(answer: Answer, planned: bool) -> Iterator[Piece]:
    if answer.rows:
        yield from _build_law_headline(answer)
        return
    if answer.banned:
        since = next(
            (one.since for one in answer.warnings if isinstance(one, kinds.ImportBan)), None
        )
        yield Piece("May not be imported", strong=True)
        yield Piece(f" since {format_day(since)}" if since else "")
        return
    span = answer.main_span
    if span is None:
        yield from _describe_missing(answer)
        return
    scheduled = " (scheduled, not verified)" if answer.has_scheduled and not planned else ""
    if answer.is_uncharged_law:
        # The law's name stands in front, so that the number is not taken for the total.
        end = _describe_end(answer).removeprefix("; ")
        state = "no longer charged" if end else "no duty"
        yield Piece(f"{name_laws(answer)}: {state}", strong=True)
        when = f", {end}" if "(" in end else f" ({end})" * bool(end)
        yield Piece(f"{when}, other duties not counted")
        return
    if answer.is_zero_in_data and (most := _find_maybe_more(answer)) is not None:
        yield Piece(f"Up to {format_percent(most)}%", strong=True)
        yield Piece(f" on some tariff lines{scheduled}; on the others")
        yield Piece(" no additional duty found in our data")
        return
    which = f"{_describe_goods_of_number(answer, span)}{scheduled}"
    unchecked = words.describe_unchecked(answer)
    which += f"; {unchecked}" if unchecked else ""
    free = next((one for one in answer.entry.others if is_other_figure(one, span)), None)
    if free is None:
        yield Piece(_name_number(span), strong=True)
        yield Piece(which)
        return
    # A claim of the importer decides, so both figures are given.
    yield Piece(_name_claim_number(free), strong=True)
    yield Piece(f" if {free.program}-originating and claimed, ")
    yield Piece(_name_number(span), strong=True)
    yield Piece(f" otherwise{which}")


def _name_number(span: tuple[Decimal, Decimal]) -> str:
    return "No additional duty" if not any(span) else words.format_span(*span)


def _name_claim_number(one: ClaimTotal) -> str:
    if one.banned:
        return "Not importable"
    span = one.span or (one.percent or _ZERO, one.percent or _ZERO)
    return _name_number(span)


def find_span(answer: Answer) -> tuple[Decimal, Decimal] | None:
    """The range of the main figure or, if some lines are banned, of the lines that are not."""
    return answer.main_span or find_importable_span(answer.lines)


def is_other_figure(one: ClaimTotal, span: tuple[Decimal, Decimal] | None) -> bool:
    """Whether the claim leads to another figure than `span`."""
    if one.percent is None and one.span is None:
        return one.banned
    return (one.span or (one.percent, one.percent)) != span


def _describe_goods_of_number(answer: Answer, span: tuple[Decimal, Decimal]) -> str:
    """The goods that pay the number and the facts on which it depends, after the number."""
    if answer.basis is TotalBasis.LAYER:
        named = len(answer.goods) == 1
        return ", this duty alone" if named else ", these duties alone"
    if answer.basis is TotalBasis.GENERAL:
        return _describe_general(answer, span)
    if answer.total_range is not None:
        return f", {words.describe_range(answer)}{_describe_usual(answer)}"
    if answer.is_zero_in_data:
        return f" found in our data{_describe_ended_duty(answer)}"
    return _describe_maybe_more(answer)


def _describe_usual(answer: Answer) -> str:
    """The one total that most tariff lines of a range pay: `; 40 of 54 lines pay 37.5%`."""
    usual = words.describe_usual_total(answer.lines)
    return f"; {usual}" if usual else ""


def _describe_end(answer: Answer) -> str:
    """Since when the duties of the question are not collected, if they were once."""
    ends = [
        (one.charged_until or one.to, one)
        for one in answer.not_counted
        if one.exclusion is not None
        and one.exclusion.reason in (Reason.STRUCK_DOWN, Reason.NOTHING_CHARGED, Reason.ENDED)
        and (one.charged_until or one.exclusion.reason is Reason.ENDED)
    ]
    dated = [(day, one) for day, one in ends if day is not None and day < answer.on]
    if not dated:
        return ""
    day, last = max(dated, key=lambda each: each[0])
    if last.charged_until is None:
        return f"; charged to {format_day(day)}"
    unlawful = next((one.on for one in last.rulings if one.effect is Effect.STRUCK_DOWN), None)
    why = f" (held unlawful {format_day(unlawful)})" if unlawful else ""
    return f"; not collected since {format_day(day + timedelta(days=1))}{why}"


def _describe_ended_duty(answer: Answer) -> str:
    """The last duty on these goods, or on some of them, that ended; empty if none is known."""
    ended = [
        (one.to, one)
        for one in answer.not_counted
        if one.exclusion is not None
        and one.exclusion.reason is Reason.ENDED
        and not one.covers.startswith(_ON_ALL_GOODS)
        and one.to is not None
        and one.percent
    ]
    if not ended:
        return ""
    day, last = max(ended, key=lambda each: each[0])
    rate = words.describe_rate(last.rate)
    return f"; {last.measure}, {rate} on listed goods, charged to {format_day(day)}"


def _name_general_goods(answer: Answer) -> str:
    """The goods that pay the number of an answer about goods in general."""
    if not answer.lines:
        return " on goods in general"
    return " on all goods" if len(answer.lines) == 1 else " on most goods"


def _describe_general(answer: Answer, span: tuple[Decimal, Decimal]) -> str:
    goods = _name_general_goods(answer)
    if answer.lines:
        return goods + (", depending on the tariff line" if span[0] != span[1] else "")
    if answer.on_goods is None:
        return goods
    # Some of these duties are added to the number, others replace it.
    up_to = f"up to {format_percent(answer.on_goods.up_to)}%"
    duties = f"duties of {up_to}" if answer.components else up_to
    return f"{goods}, {duties} on particular goods"


def _describe_maybe_more(answer: Answer) -> str:
    """Says that some lines pay more than the number, if they do."""
    most = _find_maybe_more(answer)
    return "" if most is None else f", up to {format_percent(most)}% more on some tariff lines"


def _find_maybe_more(answer: Answer) -> Decimal | None:
    """The highest duty that only some lines pay; None if there is none."""
    rates = [
        one.rate.percent
        for one in answer.not_counted
        if one.exclusion is not None
        and one.exclusion.reason in (Reason.SOME_LINES, Reason.LINE_DECIDES, Reason.DEPENDS)
        and one.rate.percent
    ]
    return max(rates, default=None)


def _describe_missing(answer: Answer) -> Iterator[Piece]:
    """Why there is no number, or the number of the lines that may be imported."""
    if (span := find_span(answer)) is not None:
        free = next((one for one in answer.entry.others if is_other_figure(one, span)), None)
        if free is not None:
            yield Piece(_name_claim_number(free), strong=True)
            yield Piece(f" if {free.program}-originating and claimed, ")
        yield Piece(words.format_span(*span), strong=True)
        yield Piece(" otherwise, or " if free is not None else " or ")
        yield Piece("banned", strong=True)
        yield Piece(", depending on the tariff line")
        return
    if any(isinstance(one, kinds.NotCovered) for one in answer.warnings):
        yield Piece("Not in our data", strong=True)
        importer = name_origin(answer.imposer, answer.imposer_name)
        yield Piece(f": we don't track additional duties of {importer} on these goods.")
        yield Piece(describe_tariff_source(answer.imposer).rstrip("."))
        return
    runs_out = any(isinstance(one, kinds.RunsOut) for one in answer.warnings)
    if answer.on_goods is not None and not runs_out:
        yield Piece("Particular goods only", strong=True)
        yield Piece(
            f": up to {format_percent(answer.on_goods.up_to)}%; other goods are not tracked"
        )
        return
    if any(isinstance(one, kinds.SingleProductsOnly) for one in answer.warnings):
        yield Piece("Not in our data", strong=True)
        yield Piece(": we track duties on single products only")
        return
    if any(isinstance(one, kinds.SuspendedDuty) for one in answer.warnings):
        yield Piece("No additional duty charged in our data", strong=True)
        return
    yield Piece("No total can be given", strong=True)
