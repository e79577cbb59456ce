"""How the number of an answer relates to the normal duty."""

from decimal import Decimal
from itertools import pairwise

from bot.rates.model import warnings as kinds
from bot.rates.model.answer import Answer, BaseShare, TotalBasis
from bot.rates.model.base_duty import BaseRange, BaseRate
from bot.rates.model.measure import Calc
from bot.render import words
from bot.text.dates import format_day
from bot.text.percent import format_percent


def describe_basis(answer: Answer) -> str:
    """The normal duty of the goods, and how the number relates to it."""
    text = _describe_base(answer)
    programs = list_programs(answer)
    which = "normal duty " if programs and answer.base_share is BaseShare.INCLUDED else ""
    return f"{text}, {which}{programs}" if text and programs else text


def list_programs(answer: Answer) -> str:
    """What trade programs make of a normal duty that changes the total."""
    if answer.banned or answer.rows or answer.main_span is None:
        return ""
    if answer.base_share is BaseShare.INCLUDED and not _may_exceed(answer):
        return ""
    # The headline has the figures with these claims.
    claimed = {one.program for one in answer.entry.others}
    on_goods = answer.basis is TotalBasis.GOODS
    return ", ".join(
        words.describe_program(one)
        for one in answer.entry.programs
        if one.program not in claimed or (on_goods and one.base is not None)
    )


def _describe_base(answer: Answer) -> str:
    if answer.period is not None and (changed := _describe_basis_of_period(answer)):
        return changed
    if answer.rows:
        some = any(one.calc is not Calc.ADDS for one in answer.rows)
        return f"plus the normal duty{', which some of them include' * some}"
    if answer.banned or (answer.main_span is None and not answer.lines):
        # An average says nothing about named goods.
        average = None if answer.basis is TotalBasis.GOODS else answer.mfn
        return f"normal duty: {format_percent(average.percent)}% on average" if average else ""
    if answer.includes_base:
        return "normal duty included"
    if answer.base is not None and answer.base.exact:
        return _describe_exact_base(answer, answer.base)
    found = words.describe_base_range(answer).replace(" (MFN)", "")
    if answer.base_share is BaseShare.MIXED:
        return f"plus the {found or 'normal duty'}, which some of the rates include"
    if answer.base_share is BaseShare.INCLUDED:
        together = _describe_sum_with_range(answer)
        more = "" if _is_below(answer.base_range, answer.main_span) else f" ({_ALONE})"
        return f"{found or 'normal duty'} included{together or more}"
    misled = any(isinstance(one, kinds.LeadingPairRemark) for one in answer.warnings)
    if answer.basis is TotalBasis.LAYER:
        # The average of all goods says nothing about the goods of one duty.
        return "plus the normal duty, which depends on the goods"
    if answer.basis is TotalBasis.GENERAL and answer.entry.base is not None:
        return _describe_base_of_claim(answer)
    if answer.basis is TotalBasis.GENERAL and answer.mfn is not None and not misled:
        mean = f" (average {format_percent(answer.mfn.percent)}%)"
        return f"plus the normal duty{mean}"
    if found:
        return f"plus the {found}"
    on_goods = answer.basis is TotalBasis.GOODS
    return "plus the normal duty" + (", which depends on the tariff line" * on_goods)


def _describe_base_of_claim(answer: Answer) -> str:
    """The base duty of goods in general under a trade program, or at the rates of column 2."""
    text = words.describe_claimed_base(answer)
    return text if text.startswith("normal duty 0%") else f"plus the {text}"


def _describe_basis_of_period(answer: Answer) -> str:
    """Says it if the totals of only a part of the period include the normal duty."""
    steps = [step for step in answer.history if step.ruling is None and not step.is_open]
    changes = [
        (step.on, step.includes_base)
        for before, step in pairwise(steps)
        if before.includes_base != step.includes_base and (before.percent or before.up_to)
    ]
    if not changes:
        return ""
    texts = [f"{_INCLUDED[included]} from {format_day(day)}" for day, included in changes]
    return f"normal duty {_INCLUDED[not changes[0][1]]} at first, {', '.join(texts)}"


_INCLUDED = {True: "included", False: "on top"}


def _describe_exact_base(answer: Answer, base: BaseRate) -> str:
    """The base duty of the line, and the sum with it if there is one."""
    rate = base.words if base.percent is None else f"{format_percent(base.percent)}%"
    kind = words.name_base(base).replace(" (MFN)", "")
    share, span = answer.base_share, answer.main_span
    if share is BaseShare.MIXED:
        return f"plus the {kind} {rate}, which some of the rates include"
    if share is BaseShare.INCLUDED:
        if base.with_duties is not None and base.with_duties != answer.total_percent:
            return f"{kind} {rate}, together {format_percent(base.with_duties)}%"
        within = base.percent is not None and span is not None and base.percent <= span[0]
        return f"{kind} {rate} included{'' if within else f' ({_ALONE})'}"
    if base.with_duties is not None:
        return f"{kind} {rate}, together {format_percent(base.with_duties)}%"
    return f"plus the {kind} {rate}"


def _may_exceed(answer: Answer) -> bool:
    """Whether the base duty of some of the goods is known to be above the total."""
    base, span = answer.base_range, answer.main_span
    if base is None or base.span is None or span is None:
        return False
    return base.span[1] > span[1]


def _is_below(base: BaseRange | None, span: tuple[Decimal, Decimal] | None) -> bool:
    """Whether no line has a higher base duty than the lowest total."""
    if base is None or base.span is None or base.not_percent or span is None:
        return False
    return base.span[1] <= span[0]


def _describe_sum_with_range(answer: Answer) -> str:
    """The lowest and the highest total of one all-in rate, where the base duty may be higher."""
    base, [*counted] = answer.base_range, answer.components
    if base is None or base.span is None or answer.total_percent is None:
        return ""
    if len(counted) != 1 or base.span[1] <= answer.total_percent:
        return ""
    low, high = (max(end, answer.total_percent) for end in base.span)
    return f", in total {words.format_span(low, high)}"


_ALONE = "alone where it is higher"
