"""Stacks the duties on goods of tariff lines, with the lists of the tariff schedule.

The lists, and not the scopes of measures, decide which measures on particular goods apply, and
which goods are exempt from a measure on all goods. If the goods under the code differ, the duties
are stacked for each case (see `bot.rates.schedule.schedule`). The result has the range of the
totals, and the questions whose answers change the total.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple, overload

from bot.rates.model.goods import Fit, format_code
from bot.rates.model.line_totals import CaseTotal, LinesTotal
from bot.rates.model.measure import Exemption, Measure, RatePeriod, Scope
from bot.rates.model.warnings import Exclusion, Reason
from bot.rates.schedule.asked_line import NAMING, AskedLine
from bot.rates.schedule.model import MembershipGroup, MembershipKind
from bot.rates.schedule.schedule import LineCase
from bot.rates.stacking import ExcludedLayer, Layer, StackedLayers, stack

_ZERO = Decimal(0)
_CODES_SHOWN = 6
_MIN_SHARE = Decimal("0.05")
"""A duty is named with a total only if at least this share of the total's lines pay it."""


class _StackedCase(NamedTuple):
    case: LineCase
    stacked: StackedLayers


@dataclass(frozen=True)
class LineFinding:
    """The stacked duties on the goods of a question."""

    stacked: StackedLayers
    cases: tuple[_StackedCase, ...] = ()
    find_base: Callable[[str], Decimal | None] | None = None
    """Returns the base duty of a line in percent; None if it is unknown or not ad valorem."""

    @cached_property
    def questions(self) -> tuple[str, ...]:
        """The questions whose answers change the total. Computed on first use."""
        return _list_questions(self.cases)

    @cached_property
    def added(self) -> tuple[Decimal, Decimal] | None:
        """The lowest and highest percent that the duties add to the base duty; None if unknown."""
        return _compute_added(self.cases, self.find_base)

    @cached_property
    def totals(self) -> tuple[LinesTotal, ...]:
        """The totals of the lines, the lowest first; empty for a single line.

        Counted when first needed: a history has many findings, and shows no lines.
        """
        return _count_lines(self.cases)

    @property
    def case_totals(self) -> tuple[CaseTotal, ...]:
        """The total of each case of a single line; empty if it has only one case."""
        if len(self.lines) != 1 or len(self.cases) < 2:
            return ()
        return tuple(
            CaseTotal(
                one.case.code,
                one.case.yes,
                one.case.no,
                one.stacked.total if one.stacked.ban is None else None,
            )
            for one in self.cases
        )

    @cached_property
    def lines(self) -> frozenset[str]:
        """The lines of the goods."""
        return frozenset().union(*(one.case.lines for one in self.cases))


def stack_line(
    asked: AskedLine,
    day: date,
    charged: Collection[str],
    measures: Sequence[Measure],
    others: Sequence[Layer],
    one_of: Sequence[Mapping[str, int]],
    find_base: Callable[[str], Decimal | None] | None = None,
) -> LineFinding:
    """The duties on the goods on the day.

    `charged` has the codes of the partner and its blocs. `measures` have lists; `others` are the
    layers of measures without lists. The result keeps `find_base`.
    """
    levied: list[_LeviedDuty] = []
    unlevied: list[tuple[Measure, RatePeriod]] = []
    for one in measures:
        period = one.find_period(day)
        if period is not None and is_levied(period):
            levied.append(_build_levied(asked, one, period, charged, day))
        elif period is not None:
            unlevied.append((one, period))
    fixed = [*others, *_list_unlevied(asked, day, unlevied)]
    lists = frozenset[str]().union(*(one.lists for one in levied if one.tells_cases_apart))
    # Cases of several codes are often in the same groups, and then have the same duties. Groups
    # and exemptions are compared by identity, because hashing them would be slow.
    known: dict[object, StackedLayers] = {}
    stacked = []
    for case in asked.list_cases(day, lists):
        for each, exempt in _split_by_claim(asked, case, levied, charged, day):
            key = (tuple(map(id, each.groups)), tuple(map(id, exempt.values())))
            if key not in known:
                layers = [*fixed, *_build_layers(asked, each, levied, exempt)]
                known[key] = stack([*_exclude_replaced(layers)], one_of)
            stacked.append(_StackedCase(each, known[key]))
    if not stacked:
        return LineFinding(stack(others, one_of))
    return LineFinding(_merge(stacked, asked), tuple(stacked), find_base)


class _LeviedDuty(NamedTuple):
    """A measure that charges a duty on the day."""

    measure: Measure
    period: RatePeriod
    lists: frozenset[str]
    exclusion: Exclusion | None
    """Why goods of the partner do not pay it; None if they pay it."""
    partly_exempt: tuple[Exemption, ...]
    """Its conditional exemptions for the goods of the question."""

    @property
    def tells_cases_apart(self) -> bool:
        """Whether its lists make a difference between the cases."""
        return self.exclusion is None or bool(self.exclusion.text)


def _build_levied(
    asked: AskedLine, measure: Measure, period: RatePeriod, charged: Collection[str], day: date
) -> _LeviedDuty:
    exclusion = None
    if not set(period.not_for).isdisjoint(charged):
        exclusion = Exclusion(Reason.PARTNER_EXEMPT, text=period.not_for_caveat)
    partly = (
        one
        for one in (measure.exempt if asked.goods else ())
        if one.only_if and asked.goods in one.scope.goods and one.applies_to(day, charged)
    )
    return _LeviedDuty(measure, period, asked.lists_of[measure.id], exclusion, tuple(partly))


def is_levied(period: RatePeriod) -> bool:
    """Whether customs charges something in the period: a percent, a specific duty, or a ban."""
    return period.is_charged and bool(period.percent or period.banned or period.specific)


def _list_unlevied(
    asked: AskedLine, day: date, dated: Sequence[tuple[Measure, RatePeriod]]
) -> Iterator[Layer]:
    """The layers of measures that charge nothing on the day, such as suspended ones."""
    if not dated:
        return
    groups = asked.list_groups(asked.list_names(one for one, _ in dated))
    names = {one.list for one in groups if one.kind in NAMING and one.covers(day)}
    for measure, period in dated:
        if measure.applies_to_all_goods or not names.isdisjoint(asked.lists_of[measure.id]):
            yield Layer(measure, period, Fit.NAMED)


def _split_by_claim(
    asked: AskedLine,
    case: LineCase,
    levied: Iterable[_LeviedDuty],
    charged: Collection[str],
    day: date,
) -> Iterator[tuple[LineCase, Mapping[str, Exemption]]]:
    """The case with the exemptions that the claim in the question gives, by measure id.

    A claim can exempt only a part of the value, such as the US content of a car. Then the case is
    returned twice: with the duty on the whole value, and without the duty.
    """
    whole: dict[str, Exemption] = {}
    part: dict[str, Exemption] = {}
    claimed = set(asked.treatment.claimed_goods)
    for duty in _list_applying(case, levied) if claimed else ():
        for one in duty.measure.exempt:
            if not claimed.isdisjoint(one.scope.goods) and one.applies_to(day, charged):
                (part if one.only_if else whole)[duty.measure.id] = one
    if not part:
        yield case, whole
        return
    questions = {f"How much of the value is exempt ({one.only_if})?" for one in part.values()}
    yield case._replace(no=case.no | questions), whole
    yield case._replace(yes=case.yes | questions), {**whole, **part}


def _list_applying(case: LineCase, levied: Iterable[_LeviedDuty]) -> Iterator[_LeviedDuty]:
    """The duties that apply to the goods of the case or explicitly exempt them."""
    named = {one.list for one in case.groups if one.kind in NAMING}
    for duty in levied:
        if duty.measure.applies_to_all_goods or not named.isdisjoint(duty.lists):
            yield duty


def _build_layers(
    asked: AskedLine,
    case: LineCase,
    levied: Iterable[_LeviedDuty],
    claimed: Mapping[str, Exemption],
) -> Iterator[Layer]:
    """The layers of the measures that apply to the goods of the case, or exempt them.

    `claimed` has the exemptions that the question's claim gives, by measure id.
    """
    for duty in _list_applying(case, levied):
        groups = [one for one in case.groups if one.list in duty.lists]
        exclusion = duty.exclusion or _exempt_goods(asked, duty.measure, groups, claimed)
        conditional = (
            Exemption(scope=Scope(), why=_describe_group(one, asked), only_if=one.note)
            for one in groups
            if one.claim
        )
        partly_exempt = (*conditional, *duty.partly_exempt)
        yield Layer(duty.measure, duty.period, Fit.NAMED, exclusion, partly_exempt)


def _exempt_goods(
    asked: AskedLine,
    measure: Measure,
    groups: Sequence[MembershipGroup],
    claimed: Mapping[str, Exemption],
) -> Exclusion | None:
    """Why goods in these groups are exempt from the measure; None if they are not."""
    if (group := _find_exemption(groups)) is not None:
        return Exclusion(Reason.GOODS_EXEMPT, text=_describe_group(group, asked))
    if (claim := claimed.get(measure.id)) is not None:
        why = ", ".join(filter(None, (claim.why, claim.only_if)))
        return Exclusion(Reason.GOODS_EXEMPT, text=why)
    return None


_FREEING = (MembershipKind.EXEMPT, MembershipKind.EXEMPT_IF, MembershipKind.EXCLUSION)


def _exclude_replaced(layers: Sequence[Layer]) -> Iterator[Layer]:
    """The layers; goods exempt from a duty on the partner do not pay the general duty instead."""
    exempt = {
        one.measure.id: one.measure
        for one in layers
        if one.measure.applies_to_all_goods and one.exclusion is not None
    }
    if not exempt:
        yield from layers
        return
    for one in layers:
        over = next((exempt[each] for each in one.measure.excluded_by if each in exempt), None)
        if over is not None and one.measure.applies_to_all_goods and one.exclusion is None:
            yield one._replace(exclusion=Exclusion(Reason.GIVES_WAY, over.ref))
        else:
            yield one


def _find_exemption(groups: Iterable[MembershipGroup]) -> MembershipGroup | None:
    return next((one for one in groups if one.kind in _FREEING and not one.claim), None)


def _describe_group(group: MembershipGroup, asked: AskedLine) -> str:
    """The heading, the note and the source of a group."""
    heading = f"HTS {group.heading}" if group.heading else ""
    note = "" if group.claim else group.note
    source = asked.schedule.header.sources[group.source].text
    return ", ".join(filter(None, (heading, note, source)))


def _merge(stacked: Sequence[_StackedCase], asked: AskedLine) -> StackedLayers:
    """One result for all cases.

    It counts the layers that all cases count. Layers that only some cases count are among the
    excluded ones, as layers that may apply.
    """
    first = stacked[0].stacked
    bans = [one for one in stacked if one.stacked.ban is not None]
    if len(stacked) == 1 or len(bans) == len(stacked):
        return first
    free = [one for one in stacked if one.stacked.ban is None]
    totals = [one.stacked.total for one in free]
    if not bans and len({_split_total(one.stacked) for one in free}) == 1:
        return _add_possible(first, free)
    always = set.intersection(*map(_list_counted_ids, free))
    seen: dict[str, ExcludedLayer] = {}
    for one in bans[:1]:
        if (ban := one.stacked.ban) is not None:
            seen[ban.measure.id] = ExcludedLayer(ban, Exclusion(Reason.BAN_ON_SOME_LINES), True)
    for one in free:
        for layer in one.stacked.counted:
            if layer.measure.id not in always and layer.measure.id not in seen:
                why = _explain(layer.measure, free, asked)
                seen[layer.measure.id] = ExcludedLayer(layer, why, True)
    for one in free:
        for left in one.stacked.excluded:
            if left.layer.measure.id not in always:
                seen.setdefault(left.layer.measure.id, left)
    counted = tuple(one for one in free[0].stacked.counted if one.measure.id in always)
    # No total is given if some of the goods may not be imported.
    span = None if bans else (min(totals), max(totals))
    return StackedLayers(counted, tuple(seen.values()), span=span)


def _add_possible(first: StackedLayers, stacked: Sequence[_StackedCase]) -> StackedLayers:
    """The layers of the first case, with those that may apply in others: specific duties."""
    known = {one.layer.measure.id for one in first.excluded if one.may_apply}
    more = {
        left.layer.measure.id: left
        for one in stacked[1:]
        for left in one.stacked.excluded
        if left.may_apply and left.layer.measure.id not in known
    }
    kept = (one for one in first.excluded if one.layer.measure.id not in more)
    return first._replace(excluded=(*kept, *more.values())) if more else first


def _split_total(stacked: StackedLayers) -> tuple[Decimal, Decimal]:
    """The total, and the part of it that includes the base duty."""
    all_in = (one.period.percent or _ZERO for one in stacked.counted if one.period.is_all_in)
    return stacked.total, sum(all_in, _ZERO)


def _explain(measure: Measure, stacked: Sequence[_StackedCase], asked: AskedLine) -> Exclusion:
    """Why only some cases count the measure: questions, tariff numbers, or another measure."""
    lists = asked.lists_of.get(measure.id, frozenset())
    groups = [one for case in stacked for one in case.case.groups if one.list in lists]
    questions = dict.fromkeys(one.question for one in groups if one.question and not one.claim)
    if questions:
        return Exclusion(Reason.DEPENDS, text=" ".join(questions))
    lefts = [left for one in stacked for left in one.stacked.excluded]
    own = [left.exclusion for left in lefts if left.layer.measure.id == measure.id]
    by = next((one.by for one in own if one.by is not None), None)
    if by is not None:
        return Exclusion(Reason.DEPENDS, by)
    counting = (one for one in stacked if measure.id in _list_counted_ids(one))
    codes = dict.fromkeys(one.case.code for one in counting if one.case.code != asked.code)
    shown = [format_code(code) for code in codes][:_CODES_SHOWN]
    more = " and others" if len(codes) > len(shown) else ""
    if not shown:
        return Exclusion(Reason.DEPENDS, text=next((one.text for one in own if one.text), ""))
    return Exclusion(Reason.DEPENDS, text=f"HTS {', '.join(shown)}{more}")


def _list_counted_ids(found: _StackedCase) -> set[str]:
    return {layer.measure.id for layer in found.stacked.counted}


def _list_questions(stacked: Sequence[_StackedCase]) -> tuple[str, ...]:
    """The questions whose answer changes the total if all other answers stay the same."""
    by_code: dict[str, list[_StackedCase]] = {}
    for one in stacked:
        by_code.setdefault(one.case.code, []).append(one)
    found: dict[str, None] = {}
    for one in stacked:
        for question in one.case.yes:
            other = _find_case(by_code[one.case.code], one.case.yes - {question})
            if other is None:
                # The words of the question answer it.
                continue
            if (other.total, other.ban is None) != (one.stacked.total, one.stacked.ban is None):
                found[question] = None
    return tuple(sorted(found))


def _find_case(cases: Sequence[_StackedCase], yes: frozenset[str]) -> StackedLayers | None:
    """The duties of the case that answers these questions with yes and all others with no.

    Questions that a case does not have are ignored for it. None if no goods are such a case.
    """
    fits = (one for one in cases if one.case.yes == yes & (one.case.yes | one.case.no))
    return next((one.stacked for one in fits), None)


def _compute_added(
    stacked: Sequence[_StackedCase], find_base: Callable[[str], Decimal | None] | None
) -> tuple[Decimal, Decimal] | None:
    """The lowest and highest percent that the duties add; None if a base duty is unknown."""
    found: list[Decimal] = []
    for one in stacked:
        counted = one.stacked.counted
        if one.stacked.ban is not None:
            continue
        bases: set[Decimal | None] = {None}
        if find_base is not None and any(layer.period.is_all_in for layer in counted):
            bases = {find_base(line) for line in one.case.lines}
        for base in bases:
            added = compute_added(counted, base)
            if added is None:
                return None
            found.append(added)
    return (min(found), max(found)) if found else None


@overload
def compute_added(layers: Iterable[Layer], base: Decimal) -> Decimal: ...
@overload
def compute_added(layers: Iterable[Layer], base: Decimal | None) -> Decimal | None: ...
def compute_added(layers: Iterable[Layer], base: Decimal | None) -> Decimal | None:
    """The percent that the layers add to the base duty; None if that depends on an unknown base."""
    added = _ZERO
    for layer in layers:
        percent = layer.period.percent or _ZERO
        if layer.period.is_all_in:
            if base is None:
                return None
            percent = max(_ZERO, percent - base)
        added += percent
    return added


def _count_lines(stacked: Sequence[_StackedCase]) -> tuple[LinesTotal, ...]:
    """The number of lines for each total or range; empty if the cases are of one line.

    A line with several cases has a range, without the goods that may not be imported. A line is
    banned if no other goods are left.
    """
    by_line: dict[str, list[int]] = {}
    for place, one in enumerate(stacked):
        for line in one.case.lines:
            by_line.setdefault(line, []).append(place)
    if len(by_line) < 2:
        return ()
    counts: Counter[tuple[Decimal, Decimal, bool]] = Counter()
    unlisted: Counter[tuple[Decimal, Decimal, bool]] = Counter()
    names: dict[tuple[Decimal, Decimal, bool], Counter[str]] = {}
    # Most lines share their cases with others, so each combination of cases is summed up once.
    for places, lines in Counter(map(tuple, by_line.values())).items():
        cases = [stacked[place] for place in places]
        totals = [one.stacked.total for one in cases if one.stacked.ban is None]
        key = (min(totals, default=_ZERO), max(totals, default=_ZERO), not totals)
        counts[key] += lines
        groups = (group for one in cases for group in one.case.groups)
        if not any(group.kind in NAMING for group in groups):
            unlisted[key] += lines
        duties = {name for one in cases for name in _list_duties(one.stacked)}
        names.setdefault(key, Counter()).update(dict.fromkeys(duties, lines))
    return tuple(
        LinesTotal(
            lines,
            low,
            high,
            duties=choose_names(names[low, high, banned], lines),
            banned=banned,
            unlisted=unlisted[low, high, banned],
        )
        for (low, high, banned), lines in sorted(counts.items())
    )


def _list_duties(stacked: StackedLayers) -> Iterator[str]:
    if stacked.ban is not None:
        yield stacked.ban.measure.name
    yield from (layer.measure.name for layer in stacked.counted)


def choose_names(names: Mapping[str, int], lines: int) -> tuple[str, ...]:
    """The duties on at least `_MIN_SHARE` of the lines, those on the most lines first."""
    ordered = sorted(names.items(), key=lambda item: (-item[1], item[0]))
    return tuple(name for name, number in ordered if number >= lines * _MIN_SHARE)
