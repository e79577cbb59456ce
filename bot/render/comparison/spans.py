"""The total of an answer as a span, and what it includes."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from bot.rates.model import warnings as kinds
from bot.rates.model.answer import Answer, BaseShare, TotalBasis
from bot.rates.model.measure import Calc
from bot.render import words
from bot.text.percent import format_percent


class ComparedTotal(NamedTuple):
    """An answer with a total, as a span."""

    answer: Answer
    low: Decimal
    high: Decimal
    share: BaseShare
    on_most_lines: bool

    @property
    def includes_base(self) -> bool:
        return self.share is not BaseShare.ADDED


def read_span(answer: Answer) -> ComparedTotal | None:
    span = answer.main_span
    if span is None:
        return None
    usual = find_usual_total(answer)
    if usual is None:
        return ComparedTotal(answer, *span, answer.base_share, on_most_lines=False)
    return ComparedTotal(answer, *usual, find_usual_share(answer, usual), on_most_lines=True)


def find_usual_total(answer: Answer) -> tuple[Decimal, Decimal] | None:
    """The total of most tariff lines of named goods; None if they have no one total."""
    found = answer.typical
    is_one = found is not None and found[0] == found[1] and answer.total_range is not None
    return found if is_one and answer.basis is TotalBasis.GOODS else None


def find_usual_share(answer: Answer, usual: tuple[Decimal, Decimal]) -> BaseShare:
    """Whether the total of most lines includes the base duty, by the duties that make it up."""
    paid = {name for one in answer.lines if (one.low, one.high) == usual for name in one.duties}
    counted = (*answer.components, *answer.not_counted)
    all_in = any(one.measure in paid and one.calc is not Calc.ADDS for one in counted)
    return BaseShare.INCLUDED if all_in else BaseShare.ADDED


def describe_shared_base(compared: Sequence[ComparedTotal]) -> str:
    """The normal duty that comes on top of all totals; empty if it differs or is not known."""
    if not compared or any(one.share is not BaseShare.ADDED for one in compared):
        return ""
    answers = [one.answer for one in compared]
    if all(one.basis is TotalBasis.GOODS for one in answers):
        [base, *others] = {name_base(one) for one in answers}
        return "" if others or base == "normal duty" else base
    if any(one.basis is not TotalBasis.GENERAL for one in answers):
        return "normal duty"
    if any(one.entry.has_column2 for one in answers):
        [base, *others] = {name_base(one) for one in answers}
        return "" if others else words.describe_claimed_base(answers[0])
    averages = {one.mfn.percent for one in answers if one.mfn is not None}
    misled = any(isinstance(w, kinds.LeadingPairRemark) for one in answers for w in one.warnings)
    if len(averages) != 1 or misled or not all(one.mfn for one in answers):
        return "normal duty"
    return f"normal duty (average {format_percent(averages.pop())}%)"


def name_base(answer: Answer) -> str:
    """`normal duty 3.7% to 11%`, as far as the base duty of the goods is known."""
    base = answer.base
    if base is not None and base.exact:
        rate = base.words if base.percent is None else f"{format_percent(base.percent)}%"
        return f"{words.name_base(base)} {rate}".replace(" (MFN)", "")
    found = words.describe_base_range(answer).replace(" (MFN)", "")
    return found or ("column 2 duty" if answer.entry.has_column2 else "normal duty")


def sum_with_base(one: ComparedTotal) -> tuple[Decimal, Decimal] | None:
    """The lowest and the highest sum of the total and the normal duty, if both are known.

    None also if the total is that of most lines, and the normal duty differs between lines.
    """
    base = _find_base(one.answer)
    if base is None or one.share is BaseShare.MIXED:
        return None
    if one.on_most_lines and base[0] != base[1]:
        return None
    if one.share is BaseShare.ADDED:
        return one.low + base[0], one.high + base[1]
    # A normal duty that is higher than the rate that includes it is due alone.
    return max(one.low, base[0]), max(one.high, base[1])


def _find_base(answer: Answer) -> tuple[Decimal, Decimal] | None:
    """The lowest and the highest normal duty of the goods; None if some are not percentages."""
    base, found = answer.base, answer.base_range
    if base is not None and base.exact:
        return None if base.percent is None else (base.percent, base.percent)
    return None if found is None or found.not_percent else found.span
