"""The sentence of a comparison: who has the lowest and the highest total."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import groupby

from bot.rates.model.answer import Answer, BaseShare, TotalBasis
from bot.rates.model.customs_entry import ClaimTotal
from bot.render import words
from bot.render.comparison.cases import describe_points, find_points
from bot.render.comparison.names import RowNames, name_group
from bot.render.comparison.spans import ComparedTotal, name_base, sum_with_base
from bot.render.duty_names import (
    name_importer,
    name_origin,
)
from bot.render.overview.headline import describe_law_rows, find_span, is_other_figure

_MOST_OTHERS = 3
_MOST_SUMS = 4


def describe_totals(
    compared: Sequence[ComparedTotal], others: Sequence[Answer], names: RowNames
) -> str:
    def name(group: Sequence[ComparedTotal]) -> str:
        return name_group([one.answer for one in group], names)

    if names.importers and (ranges := _describe_by_side(compared)):
        return ranges
    rest = _describe_others(others, names)
    if len(compared) < 2:
        return rest
    if any(one.answer.rows for one in compared):
        return " ".join(filter(None, (_describe_laws(compared, name), rest)))
    differ = _describe_different_bases(compared, name) if names.origins and not names.goods else ""
    order = _describe_order(compared, name)
    claims = _describe_claims(compared, name)
    silent = [one for one in compared if not (claims and one.answer.entry.others)]
    lowered = _name_lowered(silent, name)
    return " ".join(filter(None, (order, differ, claims, lowered, rest)))


def _describe_laws(
    compared: Sequence[ComparedTotal], name: Callable[[Sequence[ComparedTotal]], str]
) -> str:
    """What each origin pays under a law, whose duties on particular goods have no one total."""
    texts = (
        f"{name([one])} {describe_law_rows(one.answer) or words.format_span(one.low, one.high)}"
        for one in compared
    )
    listed = "; ".join(texts)
    return f"A law has no single total: {listed}. Name the goods to compare totals."


def _describe_by_side(compared: Sequence[ComparedTotal]) -> str:
    """The lowest and the highest total that one economy charges, and that its goods pay."""
    charged: dict[str, list[ComparedTotal]] = {}
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


def _count_economies(some: Sequence[ComparedTotal]) -> str:
    count = len({(one.answer.imposer, one.answer.partner) for one in some})
    return f"{count} {'economy' if count == 1 else 'economies'}"


def _describe_ends(some: Sequence[ComparedTotal]) -> str:
    text = words.format_span(min(one.low for one in some), max(one.high for one in some))
    return f"{text}{', some with the normal duty' * any(one.includes_base for one in some)}"


def _describe_order(
    compared: Sequence[ComparedTotal], name: Callable[[Sequence[ComparedTotal]], str]
) -> str:
    duty = _name_duty(compared)
    shares = {one.share for one in compared}
    mixed = len(shares) > 1

    def describe(one: ComparedTotal) -> str:
        return _describe_total(one, mixed=mixed)

    groups = [
        list(group) for _, group in groupby(compared, key=lambda one: (one[1:], describe(one)))
    ]
    lowest, highest = groups[0], groups[-1]
    if len({(one.low, one.high, describe(one)) for one in compared}) == 1:
        return f"The same {duty}: {name(compared)}, {describe(lowest[0])}."
    if mixed and (together := _describe_together(compared, name) or _list_sums(compared, name)):
        return together
    if _differ_in_basis(groups):
        listed = "; ".join(f"{name(group)} {describe(group[0])}" for group in groups[:4])
        return f"Only some of these include the normal duty, so the lowest depends on it: {listed}."
    others = [one for group in groups[1:] for one in group]
    if any(one.low < lowest[0].high for one in others):
        if by_case := _describe_by_case(groups, name, describe):
            return f"Lowest {duty}: {by_case}."
        listed = "; ".join(f"{name(group)} {describe(group[0])}" for group in groups[:4])
        # One may still be the lowest on each line, so it does not say that the line decides.
        return f"The ranges overlap, so compare the same goods or tariff line: {listed}."
    first = f"Lowest {duty}: {name(lowest)}, {describe(lowest[0])}"
    below = [one for group in groups[:-1] for one in group]
    if all(one.high <= highest[0].low for one in below):
        return f"{first}; highest: {name(highest)}, {describe(highest[0])}."
    top = max(one.high for one in others)
    return f"{first}; the others pay up to {_format_percent(top)}."


def _describe_by_case(
    groups: Sequence[Sequence[ComparedTotal]],
    name: Callable[[Sequence[ComparedTotal]], str],
    describe: Callable[[ComparedTotal], str],
) -> str:
    """The total that is the lowest for the same goods, and by how many points.

    Empty if the first group is not the lowest for all goods.
    """
    lowest, others = groups[0], groups[1:]
    if any(words.describe_unchecked(one.answer) for group in groups for one in group):
        return ""
    texts = []
    for group in others[:_MOST_OTHERS]:
        points = [find_points(first, second) for first in lowest for second in group]
        known = [one for one in points if one is not None]
        if len(known) < len(points) or not max(high for _, high in known):
            return ""
        span = min(low for low, _ in known), max(high for _, high in known)
        texts.append(f"{describe_points(span)} than {name(group)}, {describe(group[0])}")
    if len(others) > len(texts):
        return ""
    return f"{name(lowest)}, {describe(lowest[0])}; for the same goods {'; '.join(texts)}"


def _describe_together(
    compared: Sequence[ComparedTotal], name: Callable[[Sequence[ComparedTotal]], str]
) -> str:
    """The order of the sums with the normal duty; empty if they are not known or overlap."""
    known = _list_known_sums(compared)
    if not known:
        return ""
    known.sort(key=lambda each: each[0])
    groups = [
        (span, [one for _, one in group])
        for span, group in groupby(known, key=lambda each: each[0])
    ]
    (low, lowest), (high, highest) = groups[0], groups[-1]
    sums = _name_sums(compared)
    shown = f"{name(lowest)}, {words.format_span(*low)}"
    if len(groups) == 1:
        return f"The same {sums}: {shown}." if low[0] == low[1] else ""
    if any(span[0] < low[1] for span, _ in groups[1:]):
        return ""
    if any(high[0] < span[1] for span, _ in groups[:-1]):
        top = max(span[1] for span, _ in groups)
        return f"Lowest {sums}: {shown}; the others pay up to {_format_percent(top)}."
    return f"Lowest {sums}: {shown}; highest: {name(highest)}, {words.format_span(*high)}."


def _list_sums(
    compared: Sequence[ComparedTotal], name: Callable[[Sequence[ComparedTotal]], str]
) -> str:
    """The sums with the normal duty, which overlap; empty if they are not known."""
    known = _list_known_sums(compared)
    if not known:
        return ""
    texts = (f"{name([one])} {words.format_span(*span)}" for span, one in known[:_MOST_SUMS])
    return (
        f"The totals {_name_sums(compared)} overlap, so compare the same goods: {'; '.join(texts)}."
    )


def _list_known_sums(
    compared: Sequence[ComparedTotal],
) -> list[tuple[tuple[Decimal, Decimal], ComparedTotal]]:
    """Each sum with the normal duty; empty if one of them is not known."""
    known = [(span, one) for one in compared if (span := sum_with_base(one)) is not None]
    return known if len(known) == len(compared) else []


def _name_sums(compared: Sequence[ComparedTotal]) -> str:
    most = any(one.on_most_lines for one in compared)
    return "with the normal duty, on most tariff lines" if most else "with the normal duty"


def _describe_different_bases(
    compared: Sequence[ComparedTotal], name: Callable[[Sequence[ComparedTotal]], str]
) -> str:
    """Says that normal duties on top of the totals may change their order; empty if they do not."""
    bases = {name_base(one.answer) for one in compared}
    if len(bases) < 2 or any(one.share is not BaseShare.ADDED for one in compared):
        return ""
    return _describe_together(compared, name) or (
        "The normal duties differ, so the sums with them may be in another order."
    )


def _describe_claims(
    compared: Sequence[ComparedTotal], name: Callable[[Sequence[ComparedTotal]], str]
) -> str:
    """The totals that goods have with a claim, such as under USMCA, if they are other totals."""
    changed = {
        claim.program
        for one in compared
        for claim in one.answer.entry.others
        if is_other_figure(claim, (one.low, one.high))
        and is_other_figure(claim, one.answer.main_span)
    }
    # All goods under the program are named, also those whose total it does not change.
    figures: dict[str, dict[str, list[ComparedTotal]]] = {}
    for one in compared:
        for claim in one.answer.entry.others:
            if claim.program in changed:
                group = figures.setdefault(claim.program, {})
                group.setdefault(_format_claim(claim), []).append(one)
    return " ".join(
        f"Under {program}: {'; '.join(f'{name(some)}, {each}' for each, some in group.items())}."
        for program, group in figures.items()
    )


def _name_lowered(
    compared: Sequence[ComparedTotal], name: Callable[[Sequence[ComparedTotal]], str]
) -> str:
    """The origins whose goods pay a lower normal duty under a program that no figure counts."""
    lowered = [
        one
        for one in compared
        if one.answer.basis is TotalBasis.GOODS
        and not one.includes_base
        and any(each.covered and each.base is not None for each in one.answer.entry.programs)
    ]
    if not lowered or len(lowered) == len(compared):
        return ""
    return f"A trade agreement lowers the normal duty of {name(lowered)}."


def _format_claim(claim: ClaimTotal) -> str:
    if claim.banned:
        return "not importable"
    zero = Decimal(0)
    return words.format_span(*(claim.span or (claim.percent or zero, claim.percent or zero)))


def _differ_in_basis(groups: Sequence[Sequence[ComparedTotal]]) -> bool:
    """Whether a total on top of the normal duty precedes one that includes it.

    In the other order, the totals can be compared: the normal duty only adds to the higher one.
    """
    if any(one.share is BaseShare.MIXED for group in groups for one in group):
        return len({one.share for group in groups for one in group}) > 1
    bases = [one.includes_base for group in groups for one in group]
    return bases != sorted(bases, reverse=True)


def _name_duty(compared: Sequence[ComparedTotal]) -> str:
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


def _describe_total(one: ComparedTotal, *, mixed: bool) -> str:
    """The total, and what it includes; with `mixed`, the normal duty that comes on top of it."""
    included = _SHARES[one.share]
    if mixed and one.share is BaseShare.ADDED:
        included = f" plus the {name_base(one.answer)}"
    text = words.format_span(one.low, one.high)
    if one.low != one.high:
        text = f"between {text.replace(' to ', ' and ')}"
    unchecked = words.describe_unchecked(one.answer)
    return f"{text}{included}{f', {unchecked}' if unchecked else ''}"


def _format_percent(percent: Decimal) -> str:
    return words.format_span(percent, percent)


def _describe_others(answers: Sequence[Answer], names: RowNames) -> str:
    banned = [one for one in answers if one.banned]
    spans = [(one, find_span(one)) for one in answers if not one.banned]
    unknown = [one for one, span in spans if span is None]
    texts = [
        f"{words.format_span(*span)}, or banned, by tariff line: {name_group([one], names)}."
        for one, span in spans
        if span is not None
    ]
    if banned:
        texts.append(f"May not be imported: {name_group(banned, names)}.")
    if unknown:
        texts.append(f"No total in our data: {name_group(unknown, names)}.")
    return " ".join(texts)
