"""The changes of a total in a period, and the next changes."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby

from bot.rates.model.answer import Answer, TotalBasis
from bot.rates.model.changes import Change, ChangeKind, Upcoming
from bot.rates.model.history import Step
from bot.render import words
from bot.render.duty_names import (
    drop_qualifiers,
    read_duty_name,
    shorten_clause,
)
from bot.render.overview.model import ChangeRow, NextChange
from bot.text.dates import format_short_day

_NEXT = 3


def list_changes(answer: Answer) -> Iterator[ChangeRow]:
    """The changes of the total in the period, the newest first."""
    steps = [step for step in answer.history if step.ruling is None]
    for before, step in reversed(list(zip([None, *steps], steps, strict=False))):
        if step.changes and (before is None or _read_total(before) != _read_total(step)):
            yield ChangeRow(step.on, words.format_step_added(step), words.describe_step(step))


def _read_total(step: Step) -> tuple[Decimal, Decimal | None, bool, bool]:
    return step.percent, step.up_to, step.banned, step.is_open


def list_next(answer: Answer) -> tuple[NextChange, ...]:
    """The next days after the day of the answer, with what changes on each.

    Days on which the duty of the answer changes come before days on which only other duties do,
    such as those on particular goods.
    """
    coming = sorted(
        (item for item in answer.next if not item.passed and item.on > answer.on),
        key=lambda item: item.on,
    )
    days = [(day, list(items)) for day, items in groupby(coming, key=lambda item: item.on)]
    days.sort(key=lambda each: not any(item.moves_total for item in each[1]))
    return tuple(_build_next(day, items, answer) for day, items in days[:_NEXT])


def _build_next(day: date, items: Sequence[Upcoming], answer: Answer) -> NextChange:
    """The day, with its first changes by name. Changes on goods in general are always named."""
    is_general = answer.basis is TotalBasis.GENERAL
    broad = [item for item in items if is_general and item.moves_total]
    texts = list(dict.fromkeys(describe_next(item, answer) for item in items))
    named = len({describe_next(item, answer) for item in broad})
    return NextChange(
        day, _join_first(texts, max(named, 2), ", "), _join_first(texts, max(named, 1), " and ")
    )


def _join_first(texts: Sequence[str], most: int, joint: str) -> str:
    more = f"{joint}{len(texts) - most} more" if len(texts) > most else ""
    return f"{', '.join(texts[:most])}{more}"


def describe_next(item: Upcoming, answer: Answer) -> str:
    """What changes, without its day: `polysilicon 15%`."""
    subject = drop_qualifiers(read_duty_name(item.measure, answer.partner_name).short)
    if item.change.kind is ChangeKind.MILESTONE:
        return shorten_clause(item.change.text)
    # A rate that ends after the last check may be extended or replaced.
    ends = item.change.kind is ChangeKind.ENDS and not item.change.text
    unknown = ends and (answer.checked is None or item.on > answer.checked)
    more = " (no successor known)" if unknown else ""
    is_broad = answer.basis is TotalBasis.GENERAL and item.moves_total and answer.on_goods
    is_rate = item.change.kind in (ChangeKind.BEGINS, ChangeKind.CHANGES)
    on_most = " on most goods" if is_broad and is_rate else ""
    return f"{subject} {_describe_short_change(item.change)}{on_most}{more}"


def _describe_short_change(what: Change) -> str:
    rate = _describe_short_rate(what)
    match what.kind:
        case ChangeKind.CONTINUES:
            return f"{rate} continues"
        case ChangeKind.ENDS:
            return f"{rate} ends" if what.rate.percent else "ends"
        case ChangeKind.SUSPENSION_ENDS:
            return "suspension ends"
        case ChangeKind.ANNOUNCED:
            return f"{rate} announced" if what.rate.percent else rate
        case ChangeKind.SUSPENDED:
            return "suspended"
        case ChangeKind.STRUCK_DOWN:
            return "not collected"
        case ChangeKind.BY_PARTNER if what.up_to is not None and what.rate.percent is not None:
            return words.format_span(what.rate.percent, what.up_to)
    return rate


def _describe_short_rate(what: Change) -> str:
    if what.rate.specific:
        return "begin"
    return words.describe_rate(what.rate, "rate to be announced")


def format_next(change: NextChange, today: date, *, brief: bool = False) -> str:
    """`4 Dec polysilicon 15%`; with the year if the day is not near."""
    return f"{format_short_day(change.on, today)} {change.brief if brief else change.text}"
