"""Compares the totals of several answers: one sentence, and a row for each origin.

    answers | span of each total | sort, the lowest first | RateComparison

1. The span of an answer is its `main_span`, the figure that the answer itself gives first.
2. An answer is the lowest if its highest total is not above the lowest total of every other one.
   If spans overlap, the sentence says so and names the spans.
3. A total that includes the normal duty is not compared with one that is on top of it, unless the
   one that includes it is lower anyway, or the sums with the normal duty are known.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from bot.rates.model.answer import Answer, ClaimTotal, TotalBasis
from bot.rates.model.measure import Calc
from bot.render import words
from bot.render.duty_names import (
    join_subjects,
    name_importer,
    name_origin,
    read_duty_name,
)
from bot.render.overview import format_short_total, is_other_figure

_NAMED = 3
_MAX_WHY = 3
_MAX_GROUPS = 4


class RateComparisonRow(NamedTuple):
    """The total on the goods of one origin."""

    pair: str
    """The origin or, if the importing economies differ, both: `US on China`."""
    typical: str
    """The total in one or two words: `10%`, `12.5% to 37.5%`, `banned`; `no total` for none."""
    extent: str
    """The lowest and the highest total on any goods, as far as it is known; empty if it is the same
    as `typical`."""
    why: str
    """The duties that are counted, and claims that change the total."""
    answer: Answer


class RateComparison(NamedTuple):
    """Several answers side by side."""

    title: str
    sentence: str
    """Who has the lowest and the highest total; empty if fewer than two answers have one."""
    rows: tuple[RateComparisonRow, ...]
    """The lowest total first; answers without a total last."""


class _Compared(NamedTuple):
    """An answer with a total, as a span."""

    answer: Answer
    low: Decimal
    high: Decimal
    includes_base: bool


def build_comparison(answers: Sequence[Answer]) -> RateComparison:
    """The answers, sorted by their totals, and a sentence about the lowest and the highest."""
    compared = sorted(
        filter(None, map(_read_span, answers)),
        key=lambda one: (one.low, one.high, not one.includes_base),
    )
    measured = [one.answer for one in compared]
    others = [one for one in answers if not any(one is each for each in measured)]
    others.sort(key=lambda one: not one.banned)
    importers = {one.imposer for one in answers}
    rows = (_build_row(one, with_importer=len(importers) > 1) for one in (*measured, *others))
    return RateComparison(_format_title(answers), _describe(compared, others), tuple(rows))


def _read_span(answer: Answer) -> _Compared | None:
    span = answer.main_span
    if span is None:
        return None
    all_in = any(one.calc is not Calc.ADDS for one in answer.components)
    return _Compared(answer, *span, includes_base=all_in or answer.includes_base)


def _format_title(answers: Sequence[Answer]) -> str:
    importers = {one.imposer: name_importer(one.imposer, one.imposer_name) for one in answers}
    first = next(iter(answers), None)
    if first is None:
        return "Duties compared"
    goods = f" on {words.describe_goods(first)}" if first.basis is not TotalBasis.GENERAL else ""
    if len(importers) > 1:
        return f"Duties{goods} compared"
    return f"{next(iter(importers.values()))} duty{goods} by origin"


def _describe(compared: Sequence[_Compared], others: Sequence[Answer]) -> str:
    several_importers = len({one.imposer for one in (*(c.answer for c in compared), *others)}) > 1

    def name(group: Sequence[_Compared]) -> str:
        return _name_group([one.answer for one in group], several_importers)

    rest = _describe_others(others, several_importers)
    if len(compared) < 2:
        return rest
    return " ".join(
        filter(None, (_describe_order(compared, name), _describe_claims(compared), rest))
    )


def _describe_order(
    compared: Sequence[_Compared], name: Callable[[Sequence[_Compared]], str]
) -> str:
    duty = _name_duty(compared)
    groups = [list(group) for _, group in groupby(compared, key=lambda one: one[1:])]
    lowest, highest = groups[0], groups[-1]
    if len(groups) == 1:
        return f"The same {duty}: {name(lowest)}, {_describe_total(lowest[0])}."
    mixed = len({one.includes_base for one in compared}) > 1
    if mixed and (together := _describe_together(compared, name)):
        return together
    if _differ_in_basis(groups):
        listed = "; ".join(f"{name(group)} {_describe_total(group[0])}" for group in groups[:4])
        return f"Not on one basis, so the lowest depends on the normal duty: {listed}."
    others = [one for group in groups[1:] for one in group]
    if any(one.low < lowest[0].high for one in others):
        listed = "; ".join(f"{name(group)} {_describe_total(group[0])}" for group in groups[:4])
        return f"The ranges overlap, so the tariff line decides which {duty} is lower: {listed}."
    first = f"Lowest {duty}: {name(lowest)}, {_describe_total(lowest[0])}"
    below = [one for group in groups[:-1] for one in group]
    if all(one.high <= highest[0].low for one in below):
        return f"{first}; highest: {name(highest)}, {_describe_total(highest[0])}."
    top = max(others, key=lambda one: one.high)
    return f"{first}; the tariff line decides which is the highest, up to {_format_end(top)}."


def _describe_together(
    compared: Sequence[_Compared], name: Callable[[Sequence[_Compared]], str]
) -> str:
    """The order of the sums with the normal duty; empty if one of them is not known."""
    sums = {
        id(one): one.answer.base.with_duties
        for one in compared
        if one.answer.base is not None and one.answer.base.exact
    }
    known = [(total, one) for one in compared if (total := sums.get(id(one))) is not None]
    if len(known) < len(compared):
        return ""
    known.sort(key=lambda each: each[0])
    groups = [
        (total, [one for _, one in group])
        for total, group in groupby(known, key=lambda each: each[0])
    ]
    (low, lowest), (high, highest) = groups[0], groups[-1]
    if low == high:
        return f"The same with the normal duty: {name(lowest)}, {words.format_span(low, low)}."
    return (
        f"Lowest with the normal duty: {name(lowest)}, {words.format_span(low, low)}; "
        f"highest: {name(highest)}, {words.format_span(high, high)}."
    )


def _describe_claims(compared: Sequence[_Compared]) -> str:
    """The totals that goods have with a claim, such as under USMCA, if they are other totals."""
    figures: dict[tuple[str, str], list[str]] = {}
    for one in compared:
        origin = name_origin(one.answer.partner, one.answer.partner_name)
        for claim in one.answer.entry.others:
            if is_other_figure(claim, (one.low, one.high)):
                figures.setdefault((claim.program, _format_claim(claim)), []).append(origin)
    return " ".join(
        f"Under {program}: goods of {' and '.join(origins)}, {figure}."
        for (program, figure), origins in figures.items()
    )


def _format_claim(claim: ClaimTotal) -> str:
    if claim.banned:
        return "not importable"
    zero = Decimal(0)
    return words.format_span(*(claim.span or (claim.percent or zero, claim.percent or zero)))


def _differ_in_basis(groups: Sequence[Sequence[_Compared]]) -> bool:
    """Whether a total on top of the normal duty precedes one that includes it.

    In the other order, the totals can be compared: the normal duty only adds to the higher one.
    """
    bases = [one.includes_base for group in groups for one in group]
    return bases != sorted(bases, reverse=True)


def _name_duty(compared: Sequence[_Compared]) -> str:
    """`additional duty on most goods`, or `duty` if a total includes the normal duty."""
    kind = "duty" if any(one.includes_base for one in compared) else "additional duty"
    answers = [one.answer for one in compared]
    if any(one.is_zero_in_data or one.is_zero_in_general for one in answers):
        kind = f"{kind} in our data"
    if answers[0].basis is not TotalBasis.GENERAL:
        return kind
    if all(one.lines for one in answers):
        return f"{kind} on most goods"
    return f"{kind} on goods that no product list names"


def _describe_total(one: _Compared) -> str:
    included = " with the normal duty" if one.includes_base else ""
    text = words.format_span(one.low, one.high)
    if one.low != one.high:
        text = f"between {text.replace(' to ', ' and ')}"
    return f"{text}{included}"


def _format_end(one: _Compared) -> str:
    return words.format_span(one.high, one.high)


def _name_group(answers: Sequence[Answer], with_importer: bool) -> str:
    names = [_name(one, with_importer) for one in answers]
    if len(names) > _NAMED + 1:
        names = [*names[:_NAMED], f"{len(names) - _NAMED} more"]
    joined = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    return joined if with_importer else f"goods of {joined}"


def _name(answer: Answer, with_importer: bool) -> str:
    origin = name_origin(answer.partner, answer.partner_name)
    if not with_importer:
        return origin
    return f"{name_importer(answer.imposer, answer.imposer_name)} on goods of {origin}"


def _describe_others(answers: Sequence[Answer], with_importer: bool) -> str:
    banned = [one for one in answers if one.banned]
    unknown = [one for one in answers if not one.banned]
    texts = []
    if banned:
        texts.append(f"May not be imported: {_name_group(banned, with_importer)}.")
    if unknown:
        texts.append(f"No total in our data: {_name_group(unknown, with_importer)}.")
    return " ".join(texts)


def _build_row(answer: Answer, *, with_importer: bool) -> RateComparisonRow:
    origin = answer.partner_name
    importer = name_importer(answer.imposer, answer.imposer_name)
    typical = format_short_total(answer) or "no total"
    extent = _find_extent(answer)
    return RateComparisonRow(
        pair=f"{importer} on {origin}" if with_importer else origin,
        typical=typical,
        extent="" if extent == typical else extent,
        why=_explain(answer),
        answer=answer,
    )


def _find_extent(answer: Answer) -> str:
    """The lowest and the highest total on any tariff line, and import bans."""
    counted = [group for group in answer.lines if not group.banned]
    if counted:
        span = min(one.low for one in counted), max(one.high for one in counted)
        bans = ", some banned" if len(counted) < len(answer.lines) else ""
        return f"{words.format_span(*span)}{bans}"
    if answer.total_range is not None:
        return words.format_span(*answer.total_range)
    if answer.on_goods is not None:
        up_to = words.format_span(answer.on_goods.up_to, answer.on_goods.up_to)
        plus = " more" if answer.components else ""
        return f"up to {up_to}{plus} on listed goods"
    return ""


def _explain(answer: Answer) -> str:
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
    all_in = any(one.calc is not Calc.ADDS for one in answer.components)
    if all_in or answer.includes_base:
        shown.append("normal duty included")
    shown += [words.describe_claim_total(one) for one in answer.entry.others[:1]]
    return ", ".join(shown)


def _name_duty_of(measure: str, answer: Answer) -> str:
    """The law and the subject of a duty: `Section 232 steel`."""
    name = read_duty_name(measure, answer.partner_name)
    return f"{name.law} {name.subject}".strip() or measure


def _list_typical_duties(answer: Answer) -> list[str]:
    """The duties of the tariff lines whose totals are within the span of most goods."""
    span = answer.typical
    if span is None or answer.basis is not TotalBasis.GENERAL:
        return []
    within = [one for one in answer.lines if span[0] <= one.low and one.high <= span[1]]
    largest = sorted(within, key=lambda one: -one.lines)[:_MAX_GROUPS]
    return list(dict.fromkeys(name for one in largest if not one.banned for name in one.duties))
