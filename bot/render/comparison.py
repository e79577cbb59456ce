"""Compares the totals of several answers: one sentence, and a row for each origin, or for each kind
of goods.

    answers | span of each total | sort, the lowest first | RateComparison

1. The span of an answer is its `main_span`, the figure that the answer itself gives first.
   For named goods it is the total of most tariff lines, if they have the same total.
2. An answer is the lowest if its highest total is not above the lowest total of every other one.
   If spans overlap, the sentence says so and names the spans.
3. The sentence says which totals include the normal duty. A total that includes it is not compared
   with one that is on top of it, unless the one that includes it is lower anyway, or the sums with
   the normal duty are known.
"""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from bot.rates.model.answer import Answer, BaseShare, ClaimTotal, TotalBasis, format_percent
from bot.rates.model.measure import Calc
from bot.render import words
from bot.render.duty_names import (
    join_subjects,
    name_importer,
    name_origin,
    read_duty_name,
)
from bot.render.overview.headline import format_short_total, is_other_figure

_NAMED = 3
_MAX_WHY = 3
_MAX_GROUPS = 4


class RateComparisonRow(NamedTuple):
    """The total on the goods of one origin."""

    pair: str
    """What differs between the answers: the origin, the goods, or the importing economy too:
    `China`, `steel`, `steel, China`, `US on China`."""
    typical: str
    """The total in one or two words: `10%`, `12.5% to 37.5%`, `banned`; `no total` for none."""
    extent: str
    """The lowest and the highest total on any goods, as far as it is known; empty if it is the same
    as `typical`."""
    why: str
    """The duties that are counted, and claims that change the total."""
    brief: str
    """`why` without the claims."""
    answer: Answer


class RateComparison(NamedTuple):
    """Several answers side by side."""

    title: str
    rows_title: str
    """What the rows differ in: `Origin`, `Goods`, `Goods and origin` or `Duties of`."""
    sentence: str
    """Who has the lowest and the highest total; empty if fewer than two answers have one."""
    rows: tuple[RateComparisonRow, ...]
    """The lowest total first; answers without a total last. If the importing economies differ, in
    the order of the answers."""


class _Compared(NamedTuple):
    """An answer with a total, as a span."""

    answer: Answer
    low: Decimal
    high: Decimal
    share: BaseShare
    on_most_lines: bool

    @property
    def includes_base(self) -> bool:
        return self.share is not BaseShare.ADDED


class _Names(NamedTuple):
    """In what the answers differ, which decides how they are named."""

    importers: bool
    goods: bool
    origins: bool

    def format_title(self) -> str:
        if self.importers:
            return "Duties of"
        if not self.goods:
            return "Origin"
        return "Goods and origin" if self.origins else "Goods"

    def name_row(self, answer: Answer) -> str:
        origin = answer.partner_name
        if self.importers:
            importer = name_importer(answer.imposer, answer.imposer_name)
            pair = f"{importer} on {name_importer(answer.partner, origin)}"
            return f"{pair}, {_name_goods(answer)}" if self.goods else pair
        if not self.goods:
            return origin
        return f"{_name_goods(answer)}, {origin}" if self.origins else _name_goods(answer)

    def name_in_sentence(self, answer: Answer) -> str:
        origin = name_origin(answer.partner, answer.partner_name)
        if self.importers:
            importer = name_importer(answer.imposer, answer.imposer_name)
            goods = _name_goods(answer) if self.goods else "goods"
            return f"{importer} on {goods} of {origin}"
        if not self.goods:
            return origin
        return f"{_name_goods(answer)} of {origin}" if self.origins else _name_goods(answer)

    @property
    def lead(self) -> str:
        return "" if self.importers or self.goods else "goods of "


def _name_goods(answer: Answer) -> str:
    """The goods without their codes, if they have a name."""
    return ", ".join(answer.goods) or words.describe_goods(answer)


def build_comparison(answers: Sequence[Answer]) -> RateComparison:
    """The answers, sorted by their totals, and a sentence about the lowest and the highest."""
    compared = sorted(
        filter(None, map(_read_span, answers)),
        key=lambda one: (one.low, one.high, not one.includes_base),
    )
    measured = [one.answer for one in compared]
    others = [one for one in answers if not any(one is each for each in measured)]
    others.sort(key=lambda one: not one.banned)
    names = _find_names(answers)
    # The pairs of one economy keep their order, in which the most important one comes first.
    ordered = answers if names.importers else (*measured, *others)
    rows = (_build_row(one, names) for one in ordered)
    return RateComparison(
        _format_title(answers, names),
        names.format_title(),
        _describe(compared, others, names),
        tuple(rows),
    )


def _find_names(answers: Sequence[Answer]) -> _Names:
    goods = {words.describe_goods(one) for one in answers}
    # The goods have one name for all origins, but an answer without a total may have none.
    several = len(goods) > 1 and len({(one.imposer, one.partner) for one in answers}) < len(answers)
    return _Names(
        importers=len({one.imposer for one in answers}) > 1,
        goods=several,
        origins=len({one.partner for one in answers}) > 1,
    )


def _read_span(answer: Answer) -> _Compared | None:
    span = answer.main_span
    if span is None:
        return None
    usual = _find_usual_total(answer)
    if usual is None:
        return _Compared(answer, *span, answer.base_share, on_most_lines=False)
    return _Compared(answer, *usual, _find_usual_share(answer, usual), on_most_lines=True)


def _find_usual_total(answer: Answer) -> tuple[Decimal, Decimal] | None:
    """The total of most tariff lines of named goods; None if they have no one total."""
    found = answer.typical
    is_one = found is not None and found[0] == found[1] and answer.total_range is not None
    return found if is_one and answer.basis is TotalBasis.GOODS else None


def _find_usual_share(answer: Answer, usual: tuple[Decimal, Decimal]) -> BaseShare:
    """Whether the total of most lines includes the base duty, by the duties that make it up."""
    paid = {name for one in answer.lines if (one.low, one.high) == usual for name in one.duties}
    counted = (*answer.components, *answer.not_counted)
    all_in = any(one.measure in paid and one.calc is not Calc.ADDS for one in counted)
    return BaseShare.INCLUDED if all_in else BaseShare.ADDED


def _format_title(answers: Sequence[Answer], names: _Names) -> str:
    importers = {one.imposer: name_importer(one.imposer, one.imposer_name) for one in answers}
    first = next(iter(answers), None)
    if first is None:
        return "Duties compared"
    general = first.basis is TotalBasis.GENERAL
    goods = "" if general else f" on {words.describe_goods(first)}"
    if names.goods:
        goods = f" on {' and '.join(dict.fromkeys(map(_name_goods, answers)))}"
    if names.importers:
        shared = {one.partner for one in answers} & set(importers)
        whose = next(
            (
                name_origin(one.partner, one.partner_name)
                for one in answers
                if one.partner in shared
            ),
            "",
        )
        return f"Duties{goods} of and on {whose}" if whose else f"Duties{goods} compared"
    importer = next(iter(importers.values()))
    if names.origins:
        return f"{importer} duty{goods} by origin"
    return f"{importer} duty{goods} of {name_origin(first.partner, first.partner_name)}"


def _describe(compared: Sequence[_Compared], others: Sequence[Answer], names: _Names) -> str:
    def name(group: Sequence[_Compared]) -> str:
        return _name_group([one.answer for one in group], names)

    if names.importers and (ranges := _describe_by_side(compared)):
        return ranges
    rest = _describe_others(others, names)
    if len(compared) < 2:
        return rest
    return " ".join(
        filter(None, (_describe_order(compared, name), _describe_claims(compared), rest))
    )


def _describe_by_side(compared: Sequence[_Compared]) -> str:
    """The lowest and the highest total that one economy charges, and that its goods pay."""
    charged: dict[str, list[_Compared]] = {}
    for one in compared:
        charged.setdefault(one.answer.imposer, []).append(one)
    party = next((one.answer for one in compared if one.answer.partner in charged), None)
    if party is None:
        return ""
    whose = name_origin(party.partner, party.partner_name)
    own = charged[party.partner]
    others = [one for one in compared if one.answer.partner == party.partner]
    general = " in general" if party.basis is TotalBasis.GENERAL else ""
    importer = name_importer(party.partner, party.partner_name)
    return (
        f"{importer} duties on goods of {_count_economies(own)}{general}: {_describe_ends(own)}. "
        f"Duties of {_count_economies(others)} on goods of {whose}{general}: "
        f"{_describe_ends(others)}."
    )


def _count_economies(some: Sequence[_Compared]) -> str:
    count = len({(one.answer.imposer, one.answer.partner) for one in some})
    return f"{count} {'economy' if count == 1 else 'economies'}"


def _describe_ends(some: Sequence[_Compared]) -> str:
    text = words.format_span(min(one.low for one in some), max(one.high for one in some))
    return f"{text}{', some with the normal duty' * any(one.includes_base for one in some)}"


def _describe_order(
    compared: Sequence[_Compared], name: Callable[[Sequence[_Compared]], str]
) -> str:
    duty = _name_duty(compared)
    shares = {one.share for one in compared}
    mixed = len(shares) > 1

    def describe(one: _Compared) -> str:
        return _describe_total(one, mixed=mixed)

    groups = [
        list(group) for _, group in groupby(compared, key=lambda one: (one[1:], describe(one)))
    ]
    lowest, highest = groups[0], groups[-1]
    if len(groups) == 1:
        return f"The same {duty}: {name(lowest)}, {describe(lowest[0])}."
    if mixed and (together := _describe_together(compared, name)):
        return together
    if _differ_in_basis(groups):
        listed = "; ".join(f"{name(group)} {describe(group[0])}" for group in groups[:4])
        return f"Not on one basis, so the lowest depends on the normal duty: {listed}."
    others = [one for group in groups[1:] for one in group]
    if any(one.low < lowest[0].high for one in others):
        listed = "; ".join(f"{name(group)} {describe(group[0])}" for group in groups[:4])
        return f"The ranges overlap, so the tariff line decides which {duty} is lower: {listed}."
    first = f"Lowest {duty}: {name(lowest)}, {describe(lowest[0])}"
    below = [one for group in groups[:-1] for one in group]
    if all(one.high <= highest[0].low for one in below):
        return f"{first}; highest: {name(highest)}, {describe(highest[0])}."
    top = max(others, key=lambda one: one.high)
    return f"{first}; the tariff line decides which is the highest, up to {_format_end(top)}."


def _describe_together(
    compared: Sequence[_Compared], name: Callable[[Sequence[_Compared]], str]
) -> str:
    """The order of the sums with the normal duty; empty if one of them is not known."""
    sums = {
        id(one): one.answer.base.with_duties
        for one in compared
        if one.answer.base is not None and one.answer.base.exact and not one.on_most_lines
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
    if any(one.share is BaseShare.MIXED for group in groups for one in group):
        return len({one.share for group in groups for one in group}) > 1
    bases = [one.includes_base for group in groups for one in group]
    return bases != sorted(bases, reverse=True)


def _name_duty(compared: Sequence[_Compared]) -> str:
    """`additional duty on most goods`, or `duty` if a total includes the normal duty."""
    kind = "duty" if any(one.includes_base for one in compared) else "additional duty"
    answers = [one.answer for one in compared]
    if any(one.is_zero_in_data or one.is_zero_in_general for one in answers):
        kind = f"{kind} in our data"
    if answers[0].basis is not TotalBasis.GENERAL:
        most = any(one.on_most_lines for one in compared)
        return f"{kind} on most tariff lines" if most else kind
    if all(one.lines for one in answers):
        return f"{kind} on most goods"
    return f"{kind} on goods that no product list names"


_SHARES = {
    BaseShare.ADDED: "",
    BaseShare.INCLUDED: " with the normal duty",
    BaseShare.MIXED: ", which in part includes the normal duty",
}


def _describe_total(one: _Compared, *, mixed: bool) -> str:
    """The total, and what it includes; with `mixed`, the normal duty that comes on top of it."""
    included = _SHARES[one.share]
    if mixed and one.share is BaseShare.ADDED:
        included = f" plus the {_name_base(one.answer)}"
    text = words.format_span(one.low, one.high)
    if one.low != one.high:
        text = f"between {text.replace(' to ', ' and ')}"
    return f"{text}{included}"


def _format_end(one: _Compared) -> str:
    return words.format_span(one.high, one.high)


def _name_base(answer: Answer) -> str:
    """`normal duty 3.7% to 11%`, as far as the base duty of the goods is known."""
    base = answer.base
    if base is not None and base.exact:
        rate = base.words if base.percent is None else f"{format_percent(base.percent)}%"
        return f"{words.name_base(base)} {rate}".replace(" (MFN)", "")
    return words.describe_base_range(answer).replace(" (MFN)", "") or "normal duty"


def _name_group(answers: Sequence[Answer], names: _Names) -> str:
    named = list(dict.fromkeys(map(names.name_in_sentence, answers)))
    if len(named) > _NAMED + 1:
        named = [*named[:_NAMED], f"{len(named) - _NAMED} more"]
    joined = " and ".join(filter(None, (", ".join(named[:-1]), named[-1])))
    return f"{names.lead}{joined}"


def _describe_others(answers: Sequence[Answer], names: _Names) -> str:
    banned = [one for one in answers if one.banned]
    unknown = [one for one in answers if not one.banned]
    texts = []
    if banned:
        texts.append(f"May not be imported: {_name_group(banned, names)}.")
    if unknown:
        texts.append(f"No total in our data: {_name_group(unknown, names)}.")
    return " ".join(texts)


def _build_row(answer: Answer, names: _Names) -> RateComparisonRow:
    usual = _find_usual_total(answer)
    typical = words.format_span(*usual) if usual else format_short_total(answer) or "no total"
    extent = _find_extent(answer)
    why = [*_explain(answer)]
    return RateComparisonRow(
        pair=names.name_row(answer),
        typical=typical,
        extent="" if extent == typical else extent,
        why=", ".join([*why, *map(words.describe_claim_total, answer.entry.others[:1])]),
        brief=", ".join(why),
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
    shown.append(_explain_base(answer))
    yield from filter(None, shown)


def _explain_base(answer: Answer) -> str:
    """Whether the figure includes the base duty, or which base duty comes on top of it."""
    usual = _find_usual_total(answer)
    share = answer.base_share if usual is None else _find_usual_share(answer, usual)
    if share is BaseShare.INCLUDED:
        return "normal duty included"
    if share is BaseShare.MIXED:
        return "normal duty included in some rates"
    if answer.basis is not TotalBasis.GOODS or answer.banned or answer.main_span is None:
        return ""
    base = _name_base(answer)
    return "" if base == "normal duty" else f"plus {base.replace(' by line', '')}"


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
