"""The rows of a comparison."""

from collections.abc import Iterator
from decimal import Decimal

from bot.rates.model.answer import Answer, BaseShare, TotalBasis
from bot.rates.model.warnings import Reason
from bot.render import words
from bot.render.comparison.model import RateComparisonRow
from bot.render.comparison.names import RowNames
from bot.render.comparison.spans import find_usual_share, find_usual_total, name_base
from bot.render.duty_names import (
    join_subjects,
    read_duty_name,
)
from bot.render.overview.headline import find_span, format_short_total
from bot.render.overview.period_spells import describe_period_spells
from bot.text.percent import format_percent

_MAX_WHY = 3
_MAX_GROUPS = 4


def build_row(answer: Answer, names: RowNames, *, is_shared: bool) -> RateComparisonRow:
    """The row of an answer. With `is_shared`, the normal duty is the same for all rows."""
    typical, extent = _format_typical(answer), _find_extent(answer)
    why = [*_explain(answer)]
    return RateComparisonRow(
        pair=names.name_row(answer),
        typical=typical,
        normal=_describe_normal(answer, is_shared=is_shared),
        possibly=words.describe_unchecked(answer, brief=True),
        extent="" if extent == typical else extent,
        why=", ".join([*why, *map(words.describe_claim_total, answer.entry.others[:1])]),
        brief=", ".join(why),
        answer=answer,
    )


def build_period_row(answer: Answer, names: RowNames) -> RateComparisonRow:
    """The row of an answer about a period, with each total and its first day."""
    period = answer.period
    typical = words.format_span(period.low, period.high) if period else "no total"
    spells = describe_period_spells(answer)
    return RateComparisonRow(
        pair=names.name_row(answer),
        typical=typical,
        normal="",
        possibly="",
        extent="",
        why=spells,
        brief=spells,
        answer=answer,
    )


def _format_typical(answer: Answer) -> str:
    """The total on most goods, or the duties of a law."""
    if answer.rows:
        return _format_law(answer)
    if answer.on_goods is not None and not answer.lines and answer.total_percent == 0:
        # Particular goods pay more, and the sentence names the figure for the others.
        return "0%+"
    if not answer.banned and answer.main_span is None and (span := find_span(answer)):
        return f"{words.format_span(*span)} or banned"
    usual = find_usual_total(answer)
    return words.format_span(*usual) if usual else format_short_total(answer) or "no total"


def _format_law(answer: Answer) -> str:
    """The duty on goods in general under a law, with a plus for its duties on particular goods.

    The range of its duties if there is none on goods in general.
    """
    general = [one.percent or 0 for one in answer.rows if one.is_counted]
    if not general:
        return format_short_total(answer)
    return f"{format_percent(Decimal(sum(general)))}%+"


def _find_extent(answer: Answer) -> str:
    """The lowest and the highest total on any tariff line, and import bans."""
    if answer.rows:
        return ""
    counted = [group for group in answer.lines if not group.banned]
    if counted:
        span = min(one.low for one in counted), max(one.high for one in counted)
        bans = ", some banned" if len(counted) < len(answer.lines) else ""
        return f"{words.format_span(*span)}{bans}"
    if answer.total_range is not None:
        return words.format_span(*answer.total_range)
    if answer.on_goods is not None:
        up_to = words.format_span(answer.on_goods.up_to, answer.on_goods.up_to)
        return f"{'duties ' * bool(answer.components)}up to {up_to} on listed goods"
    return ""


def _explain(answer: Answer) -> Iterator[str]:
    """The counted duties with their rates, those on most tariff lines, and what else decides."""
    counted = [one.measure for one in answer.components]
    shown = [
        f"{_name_duty_of(one.measure, answer)} {words.describe_rate(one.rate)}"
        for one in answer.components[:_MAX_WHY]
    ]
    if len(counted) > len(shown):
        shown.append(f"{len(counted) - len(shown)} more")
    if typical := [name for name in _list_typical_duties(answer) if name not in counted]:
        names = [read_duty_name(name, answer.partner_name) for name in typical]
        shown.append(f"{join_subjects(names)} on some lines")
    if depending := _list_depending(answer):
        shown.append(f"by goods: {', '.join(depending)}")
    yield from filter(None, shown)


def _list_depending(answer: Answer) -> list[str]:
    """The duties between which facts about the goods of a single line decide, the lowest first."""
    if answer.total_range is None or answer.lines:
        return []
    found = [
        one
        for one in answer.not_counted
        if one.exclusion is not None and one.exclusion.reason is Reason.DEPENDS and one.percent
    ]
    found.sort(key=lambda one: one.percent or 0)
    ends = found if len(found) <= _MAX_WHY else [found[0], *found[1 - _MAX_WHY :]]
    return [
        f"{read_duty_name(one.measure, answer.partner_name).subject or one.measure} "
        f"{words.describe_rate(one.rate)}"
        for one in ends
    ]


def _describe_normal(answer: Answer, *, is_shared: bool) -> str:
    """Whether the figure includes the normal duty, or which normal duty comes on top of it."""
    if answer.banned or answer.main_span is None:
        return ""
    usual = find_usual_total(answer)
    share = answer.base_share if usual is None else find_usual_share(answer, usual)
    if share is BaseShare.INCLUDED:
        return "normal duty included"
    if share is BaseShare.MIXED:
        return "normal duty included in part"
    base = "normal duty"
    if answer.entry.has_column2 or (not is_shared and answer.basis is TotalBasis.GOODS):
        base = name_base(answer).split(" by line")[0]
    return f"+ {base}"


def _name_duty_of(measure: str, answer: Answer) -> str:
    """The law and the subject of a duty: `Section 232 steel`."""
    name = read_duty_name(measure, answer.partner_name)
    return f"{name.law} {name.subject}".strip() or measure


def _list_typical_duties(answer: Answer) -> list[str]:
    """The duties of the tariff lines whose totals are within the span of most lines."""
    span = answer.typical
    if span is None or answer.basis is TotalBasis.LAYER:
        return []
    within = [one for one in answer.lines if span[0] <= one.low and one.high <= span[1]]
    largest = sorted(within, key=lambda one: -one.lines)[:_MAX_GROUPS]
    return list(dict.fromkeys(name for one in largest if not one.banned for name in one.duties))
