"""Rows with counts of tariff lines."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from bot.rates.model.answer import Answer, TotalBasis
from bot.rates.model.component import Component
from bot.rates.model.line_totals import LinesTotal
from bot.render import words
from bot.render.duty_names import (
    DutyName,
    join_subjects,
    read_duty_name,
)
from bot.render.overview.model import GoodsRow
from bot.text.dates import format_day
from bot.text.percent import format_percent

_ZERO = Decimal(0)
_LAW_OF_LISTS = re.compile(r"^(Section \d+) lists? ", re.IGNORECASE)
_ON_NO_LIST = "on no list"
_BANNED = "import ban"


class _LineGroup(NamedTuple):
    """Lines with the same label in a table."""

    label: str
    groups: tuple[LinesTotal, ...]

    @property
    def lines(self) -> int:
        return sum(group.lines for group in self.groups)

    @property
    def is_banned(self) -> bool:
        return self.groups[0].banned


class _ListedDuty(NamedTuple):
    name: DutyName
    percent: Decimal


class _AnswerDuties:
    """An answer, with its duties by name."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.is_general = answer.basis is TotalBasis.GENERAL
        self._rates = {one.measure: one.rate.percent for one in answer.not_counted}
        self._general = {one.measure for one in answer.components} if self.is_general else set()

    def list_selective(self, group: LinesTotal) -> list[_ListedDuty]:
        """The duties of a group that are not on goods in general."""
        return [
            _ListedDuty(self.read_name(name), self._rates.get(name) or _ZERO)
            for name in group.duties
            if name not in self._general
        ]

    def read_name(self, name: str) -> DutyName:
        return read_duty_name(name, self.answer.partner_name)


def build_line_rows(answer: Answer, most: int) -> tuple[GoodsRow, ...]:
    """Rows with counts of tariff lines. Lines that may not be imported have their own row."""
    duties = _AnswerDuties(answer)
    labeled: dict[tuple[str, object], list[LinesTotal]] = {}
    for group in answer.lines:
        label = _label_lines(group, duties)
        # Lines without a list are one row; lines on lists have a row for each total.
        is_one_row = group.banned or group.unlisted == group.lines
        key = (label, None if is_one_row else (group.low, group.high))
        labeled.setdefault(key, []).append(group)
    found = [_LineGroup(label, tuple(groups)) for (label, _), groups in labeled.items()]
    found.sort(key=lambda each: (-each.lines, each.label))
    shown, rest = _choose_groups(found, most)
    rows = _name_law_once([_build_line_row(each, duties) for each in shown if not each.is_banned])
    rows += [
        GoodsRow(each.label, "banned", _join_laws(each.groups, duties), each.lines)
        for each in shown
        if each.is_banned
    ]
    return (*rows, *([_build_rest_row(rest, duties)] if rest else []))


def _choose_groups(
    found: Sequence[_LineGroup], most: int
) -> tuple[Sequence[_LineGroup], Sequence[_LineGroup]]:
    """The groups that have a row of their own, and those that share the last of `most` rows.

    Import bans are kept first, then the largest groups.
    """
    if len(found) <= most:
        return found, ()
    by_weight = sorted(found, key=lambda each: not each.is_banned)
    kept = by_weight[: most - 1]
    return [one for one in found if one in kept], [one for one in found if one not in kept]


def _build_rest_row(rest: Sequence[_LineGroup], duties: _AnswerDuties) -> GoodsRow:
    groups = [one for each in rest for one in each.groups]
    charged = [one for one in groups if not one.banned]
    added = [words.format_span(min(one.low for one in charged), max(one.high for one in charged))]
    added += ["banned"] * (len(charged) < len(groups))
    lines = sum(one.lines for one in groups)
    return GoodsRow("other goods", " or ".join(added), _join_laws(groups, duties, 1), lines)


def _name_law_once(rows: Sequence[GoodsRow]) -> list[GoodsRow]:
    """The rows, with the law of lists only in the first: `Section 301 Lists 1-3`, `List 4A`."""
    named: list[GoodsRow] = []
    known: set[str] = set()
    for row in rows:
        found = _LAW_OF_LISTS.match(row.goods)
        law = found[1] if found else ""
        goods = row.goods.removeprefix(law).strip() if law in known else row.goods
        named.append(row._replace(goods=goods))
        known.add(law)
    return named


def _join_laws(groups: Iterable[LinesTotal], duties: _AnswerDuties, most: int = 2) -> str:
    """The laws of the duties on lists, that of the most lines first: `Section 232 and others`."""
    lines: Counter[str] = Counter()
    for group in groups:
        names = [duties.read_name(name) for name in group.duties]
        listed = [one.name for one in duties.list_selective(group)]
        lines.update(
            dict.fromkeys((one.law or one.subject for one in listed or names), group.lines)
        )
    laws = [law for law, _ in lines.most_common()]
    return ", ".join(laws[:most]) + " and others" * (len(laws) > most)


def _label_lines(group: LinesTotal, duties: _AnswerDuties) -> str:
    """What the lines of a group are, by the duties on particular goods that they pay."""
    if group.banned:
        return _BANNED
    answer, selective = duties.answer, duties.list_selective(group)
    if selective:
        main = max(selective, key=lambda one: one.percent)
        names = [one.name for one in selective if one.name.law == main.name.law]
        return join_subjects(names)
    if not duties.is_general:
        return "tariff lines" if group.duties else "other tariff lines"
    general = answer.total_percent or _ZERO
    if (group.low, group.high) == (general, general):
        return _ON_NO_LIST if answer.on_goods else "all goods"
    if group.unlisted < group.lines and not group.high:
        return "exempt"
    return "exempt, some in part"


def _build_line_row(one: _LineGroup, duties: _AnswerDuties) -> GoodsRow:
    low = min(group.low for group in one.groups)
    high = max(group.high for group in one.groups)
    why = _name_parts_of_total(one.groups[0], duties) if low == high else "depending on the goods"
    if not (low or high or one.groups[0].duties):
        why = "no additional duty"
    selective = duties.list_selective(one.groups[0])
    if not selective and duties.is_general and not (low == high > 0):
        why = "depending on the goods" if high else "exempt" * bool(duties.answer.total_percent)
    alone = _find_alone(one.groups[0], duties) if low == high > 0 else None
    if alone is not None and len(one.groups) == 1:
        return GoodsRow(
            one.label,
            words.format_span(low, high),
            _explain_alone(alone, duties),
            one.lines,
            brief=why,
        )
    return GoodsRow(one.label, words.format_span(low, high), why, one.lines)


def _name_parts_of_total(group: LinesTotal, duties: _AnswerDuties) -> str:
    """The duties that make up a total: `forced labor 12.5% + 301 25%`.

    If they do not add up to the total, for example because one includes the normal duty, only
    their names are given.
    """
    general = [
        _ListedDuty(duties.read_name(one.measure), one.rate.percent or _ZERO)
        for one in duties.answer.components
        if duties.is_general and one.measure in group.duties
    ]
    selective = {(one.name.law, one.percent): one for one in duties.list_selective(group)}
    parts = [*general, *selective.values()]
    if not parts:
        return ""
    added = sum((one.percent for one in parts), _ZERO) == group.low
    texts = [_name_part(one, general) for one in parts]
    if not added:
        return ", ".join(dict.fromkeys(texts))
    if len(parts) == 1:
        return texts[0]
    return " + ".join(
        f"{text} {format_percent(one.percent)}%" for text, one in zip(texts, parts, strict=True)
    )


def _find_alone(group: LinesTotal, duties: _AnswerDuties) -> Component | None:
    """The duty on goods in general, if it is the only duty of the lines."""
    if not duties.is_general or len(group.duties) != 1:
        return None
    return next((one for one in duties.answer.components if one.measure == group.duties[0]), None)


def _explain_alone(one: Component, duties: _AnswerDuties) -> str:
    """The law, the subject and the first day of a duty."""
    name = duties.read_name(one.measure)
    law = f"{name.law} " if name.law and name.law not in name.short else ""
    return f"{law}{name.short}{format_start(one)}"


def _name_part(one: _ListedDuty, general: Sequence[_ListedDuty]) -> str:
    """A duty on all goods by its subject, a duty on a list by its law."""
    return one.name.short if one in general else one.name.law_number or one.name.short


def format_start(one: Component) -> str:
    first = one.rate_since or one.from_
    return f", since {format_day(first)}" if first else ""
