"""The rows of an answer: groups of goods, or the duties on the goods of the question."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from bot.rates.model import warnings as kinds
from bot.rates.model.answer import Answer, TotalBasis
from bot.rates.model.component import BASE_ID, Component
from bot.rates.model.measure import Calc, Status
from bot.rates.model.warnings import Reason
from bot.render import words
from bot.render.duty_names import (
    DutyName,
    is_list_name,
    join_subjects,
    read_duty_name,
    shorten_clause,
)
from bot.render.overview.line_rows import build_line_rows, format_start
from bot.render.overview.model import GoodsRow
from bot.text.dates import format_day

_GOODS_CHARACTERS = 60
_PERCENTS = re.compile(r"(\d+(?:\.\d+)?)%")


def build_rows(answer: Answer, most: int) -> tuple[GoodsRow, ...]:
    if answer.rows:
        return _build_law_rows(answer, most)
    if answer.banned:
        return ()
    if answer.lines and (answer.basis is TotalBasis.GENERAL or len(answer.lines) > 1):
        return build_line_rows(answer, most)
    if answer.choices:
        chosen = [GoodsRow(one.goods, words.format_span(*one.span)) for one in answer.choices]
        rest = next((one for one in answer.warnings if isinstance(one, kinds.NoOneTotal)), None)
        if rest is not None and rest.rest_percent is not None:
            others = GoodsRow(
                "on none of these lists", words.format_span(rest.rest_percent, rest.rest_percent)
            )
            return (*_cut_rows(chosen, most - 1), others)
        return _cut_rows(chosen, most)
    if answer.basis is TotalBasis.GENERAL:
        return _cut_rows(_list_general_rows(answer), most)
    return _cut_rows([_build_component_row(one, answer) for one in _list_deciding(answer)], most)


def has_goods_rows(answer: Answer) -> bool:
    """Whether the rows are groups of goods, and not the duties on the goods of the question."""
    by_goods = answer.rows or answer.choices or len(answer.lines) > 1
    return bool(by_goods) or answer.basis is TotalBasis.GENERAL


def _build_law_rows(answer: Answer, most: int) -> tuple[GoodsRow, ...]:
    """The duties on goods in general, then those on lists, the one with the most lines first.

    If there are too many, duties with one rate share a row; numbered lists have a row of their own.
    """
    general = [_build_law_row(one, answer) for one in answer.rows if one.is_counted]
    particular = [one for one in answer.rows if not one.is_counted]
    if len(answer.rows) <= most:
        # The sort keeps the order of lists of one size, the highest rate first.
        particular.sort(key=lambda one: -one.lines)
        return (*general, *(_build_law_row(one, answer) for one in particular))
    groups: dict[tuple[str, bool], list[Component]] = {}
    for one in particular:
        is_list = is_list_name(read_duty_name(one.measure, answer.partner_name).subject)
        groups.setdefault((_format_law_rate(one), is_list), []).append(one)
    by_size = sorted(groups.values(), key=lambda group: -sum(one.lines for one in group))
    room = most - len(general)
    shown = by_size if len(by_size) <= room else by_size[: max(room - 1, 0)]
    general = [row._replace(why="") for row in general]
    rows = [*general, *(_join_law_rows(group, answer)._replace(why="") for group in shown)]
    left = [one for group in by_size[len(shown) :] for one in group]
    return (*rows, *([_build_other_laws(left)] if left else []))


def _join_law_rows(group: Sequence[Component], answer: Answer) -> GoodsRow:
    """One row for duties with the same rate."""
    row = _build_law_row(group[0], answer)
    if len(group) == 1:
        return row
    largest = sorted(group, key=lambda one: -one.lines)
    names = [read_duty_name(one.measure, answer.partner_name) for one in largest]
    law = f"{names[0].law} " if names[0].law else ""
    goods = join_subjects(names).removeprefix(law)
    return GoodsRow(goods, row.added)


def _build_other_laws(left: Sequence[Component]) -> GoodsRow:
    """The row of the duties that have none of their own, with the span of their rates."""
    rates = [one.percent for one in left if one.percent is not None]
    added = [words.format_span(min(rates), max(rates))] if rates else []
    added += ["banned"] * any(one.rate.banned for one in left)
    noun = "duty" if len(left) == 1 else "duties"
    others = " or ".join(added) or words.describe_rate(left[0].rate)
    return GoodsRow(f"{len(left)} other {noun}", others)


def _build_law_row(one: Component, answer: Answer) -> GoodsRow:
    name = read_duty_name(one.measure, answer.partner_name)
    goods = "goods in general" if one.is_counted else name.subject or name.short
    if one.rate.banned:
        goods = shorten_clause(one.covers, _GOODS_CHARACTERS) or goods
    since = one.rate_since or one.from_
    why = (
        f"since {format_day(since)}" if since else "",
        "normal duty included" if one.calc is not Calc.ADDS else "",
    )
    return GoodsRow(goods, _format_law_rate(one), ", ".join(filter(None, why)))


def _format_law_rate(one: Component) -> str:
    return "banned" if one.rate.banned else words.describe_rate(one.rate)


def _cut_rows(rows: Sequence[GoodsRow], most: int) -> tuple[GoodsRow, ...]:
    if len(rows) <= most:
        return tuple(rows)
    left = rows[most - 1 :]
    return (*rows[: most - 1], GoodsRow(f"{len(left)} more", _join_figures(left)))


def _join_figures(rows: Sequence[GoodsRow]) -> str:
    """The lowest and the highest figure of the rows: `+5% to 25%`."""
    percents = [Decimal(one) for row in rows for one in _PERCENTS.findall(row.added)]
    others = [row.added for row in rows if not _PERCENTS.search(row.added)]
    plus = "+" if percents and all(row.added.startswith("+") for row in rows) else ""
    span = [f"{plus}{words.format_span(min(percents), max(percents))}"] if percents else []
    return " or ".join(dict.fromkeys([*span, *others]))


def _list_general_rows(answer: Answer) -> list[GoodsRow]:
    """The duties on goods in general, then those on particular goods that are charged."""
    rows = []
    general = [one for one in answer.components if one.measure_id != BASE_ID]
    if general:
        names = [read_duty_name(one.measure, answer.partner_name) for one in general]
        rows.append(GoodsRow("goods on no list", _format_total(answer), join_subjects(names)))
    particular = sorted(filter(is_charged_on_goods, answer.not_counted), key=_get_sort_key)
    plus = "+" if general else ""
    on_goods = []
    for one in particular:
        name = read_duty_name(one.measure, answer.partner_name)
        goods = shorten_clause(one.covers, _GOODS_CHARACTERS) or name.short
        rate = words.describe_rate(one.rate)
        added = "banned" if one.rate.banned else f"{plus}{rate}"
        on_goods.append(GoodsRow(goods, added, _name_law_of(one, name)))
    return rows + _merge_same_goods(on_goods, [one.rate.percent for one in particular])


def _merge_same_goods(rows: Sequence[GoodsRow], rates: Sequence[Decimal | None]) -> list[GoodsRow]:
    """Rows about the same goods become one, with the span of their rates."""
    found: dict[str, list[tuple[GoodsRow, Decimal | None]]] = {}
    for row, rate in zip(rows, rates, strict=True):
        found.setdefault(row.goods, []).append((row, rate))
    merged = []
    for same in found.values():
        first = same[0][0]
        known = [rate for _, rate in same if rate is not None]
        if len(same) > 1 and len(known) == len(same):
            plus = "+" if first.added.startswith("+") else ""
            added = f"{plus}{words.format_span(min(known), max(known))}"
            first = first._replace(added=added, why=f"{len(same)} duties")
        merged.append(first)
    return merged


def _name_law_of(one: Component, name: DutyName) -> str:
    if one.exclusion is not None and one.exclusion.reason is Reason.NEVER_SUMMED:
        return "not verified" if one.exclusion.text else name.short
    included = ", normal duty included" if one.calc is not Calc.ADDS else ""
    return f"{name.law or name.short}{included}"


def is_charged_on_goods(one: Component) -> bool:
    """Whether it is a duty in force on particular goods, which a general number does not count."""
    reasons = (Reason.PARTICULAR_GOODS, Reason.NEVER_SUMMED, Reason.IMPORT_BAN)
    charged = one.status is Status.IN_FORCE and bool(one.rate.percent or one.rate.banned)
    return charged and one.exclusion is not None and one.exclusion.reason in reasons


def _get_sort_key(one: Component) -> Decimal:
    """Sorts by rate, the highest first. Bans and specific duties have no rate and come before."""
    return -(one.rate.percent or Decimal(1_000))


def _format_total(answer: Answer) -> str:
    span = answer.main_span
    return "" if span is None else words.format_span(*span)


def _list_deciding(answer: Answer) -> Iterator[Component]:
    """The counted duties, then those that apply to some of the goods."""
    yield from answer.components
    reasons = (Reason.SOME_LINES, Reason.LINE_DECIDES, Reason.DEPENDS, Reason.BAN_ON_SOME_LINES)
    for one in answer.not_counted:
        if one.exclusion is not None and one.exclusion.reason in reasons:
            yield one


def _build_component_row(one: Component, answer: Answer) -> GoodsRow:
    name = read_duty_name(one.measure, answer.partner_name)
    law = name.law if name.law not in name.short else ""
    rate = words.describe_rate(one.rate)
    if one.exclusion is not None:
        # A rate that includes the normal duty is not added to another one.
        added = f"+{rate}" if one.calc is Calc.ADDS else rate
        return GoodsRow(name.short, added, ", ".join(filter(None, (law, "some lines"))))
    return GoodsRow(name.short, rate, f"{law}{format_start(one)}".removeprefix(", "))
