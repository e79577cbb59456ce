"""What the figures of an answer are about, in words: goods, base duty, headings, value."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from bot.rates.model.answer import Answer, BaseShare, OnGoods, TotalBasis
from bot.rates.model.base_duty import BaseRange, BaseRate, ProgramBase
from bot.rates.model.component import Component
from bot.rates.model.customs_entry import ClaimTotal, EntryValue
from bot.rates.model.goods import format_code
from bot.rates.model.line_totals import LinesTotal
from bot.rates.model.measure import Calc, Status
from bot.rates.model.warnings import Reason
from bot.render.words.amounts import format_dollars, format_span
from bot.text.dates import format_day
from bot.text.percent import format_percent

NO_GENERAL_DUTY = "no additional duty on goods in general in our data"
"""Follows a total of 0% without components."""
_LINES_SHOWN = 6
_DUTIES_SHOWN = 4
_LONGEST = 30
_WORDS_SHOWN = 3
"""Specific base duties that are named; if the lines have more, one less."""


def format_total(answer: Answer) -> str | None:
    """The total in percent, as `12.5` or `12.5 to 37.5`; None if the answer has none."""
    if answer.total_range is not None:
        ends = dict.fromkeys(str(format_percent(end)) for end in answer.total_range)
        return " to ".join(ends)
    return format_percent(answer.total_percent)


def describe_range(answer: Answer) -> str:
    """The facts on which the total depends; empty if there is only one total."""
    if answer.total_range is None:
        return ""
    if any(one.rate.low is not None for one in answer.components):
        # A list with several rates, or a duty above a quota.
        return "depending on the goods and their conditions"
    same_lines = len({(group.low, group.high, group.banned) for group in answer.lines}) < 2
    by_goods = answer.rows or answer.choices or (answer.questions and same_lines)
    return "depending on the goods" if by_goods else "depending on the tariff line"


def list_unchecked(answer: Answer) -> list[Component]:
    """The duties on the goods that may add to the total; their current status is not checked."""
    if answer.basis is not TotalBasis.GOODS:
        return []
    return [
        one
        for one in answer.not_counted
        if one.exclusion is not None
        and one.exclusion.reason is Reason.NEVER_SUMMED
        and one.status is Status.IN_FORCE
        and one.calc is Calc.ADDS
        and one.percent
    ]


def describe_unchecked(answer: Answer, *, brief: bool = False) -> str:
    """`possibly also up to 25% (status not checked since 6 May 2019)`; empty without them.

    With `brief`, the note in parentheses is left out.
    """
    found = list_unchecked(answer)
    if not found:
        return ""
    total = sum((one.percent or Decimal(0) for one in found), Decimal(0))
    days = [one.checked for one in found if one.checked is not None]
    since = f" since {format_day(min(days))}" if days else ""
    note = "" if brief else f" (status not checked{since})"
    return f"possibly also up to {format_percent(total)}%{note}"


def describe_lines(group: LinesTotal) -> str:
    """How many lines pay a total: `31 lines: 12.5% to 37.5%`, and which duties make it up."""
    noun = "line" if group.lines == 1 else "lines"
    duties = "" if not group.duties else f" ({', '.join(group.duties[:_DUTIES_SHOWN])})"
    rate = "may not be imported" if group.banned else format_span(group.low, group.high)
    return f"{group.lines:,} {noun}: {rate}{duties}"


def list_lines(answer: Answer) -> list[str]:
    """How many lines pay which total. For goods in general, rare totals are one entry."""
    if answer.basis is not TotalBasis.GENERAL:
        return [describe_lines(group) for group in answer.lines]
    shown, rest = answer.lines[:_LINES_SHOWN], answer.lines[_LINES_SHOWN:]
    texts = [describe_lines(group) for group in shown]
    if rest:
        count = sum(group.lines for group in rest)
        low, high = min(group.low for group in rest), max(group.high for group in rest)
        texts.append(f"{count:,} other lines: {format_span(low, high)}")
    return texts


def count_lines(answer: Answer) -> int:
    """The number of tariff lines that the counts of an answer are about."""
    return sum(group.lines for group in answer.lines)


def describe_usual_total(lines: Sequence[LinesTotal]) -> str:
    """The one total that most tariff lines pay: `40 of 54 lines pay 37.5%`.

    Empty if fewer than two thirds of the lines that may be imported pay the same total.
    """
    counts: Counter[tuple[Decimal, Decimal]] = Counter()
    for one in lines:
        counts[one.low, one.high] += 0 if one.banned else one.lines
    if not counts:
        return ""
    [((low, high), usual)] = counts.most_common(1)
    if low != high or usual * 3 < counts.total() * 2:
        return ""
    return f"{usual:,} of {sum(one.lines for one in lines):,} lines pay {format_span(low, high)}"


def describe_checked(answer: Answer) -> str:
    """When the sources were last checked and, if an operator confirmed it, by whom."""
    if answer.checked is None:
        return ""
    by = f" by {answer.checked_by}" if answer.checked_by else ""
    return f"last checked {format_day(answer.checked)}{by}"


def describe_left_out(answer: Answer) -> str:
    """The title above the duties that the figure of an answer does not include."""
    return "not included" if answer.basis is TotalBasis.GENERAL else "not in the total"


def name_law_duties(answer: Answer) -> str:
    """The duties of a question about a law: `Section 232 duties`."""
    laws = dict.fromkeys(one.legal_basis for one in answer.rows)
    return f"{' and '.join(laws)} duties"


def list_counted(answer: Answer) -> tuple[Component, ...]:
    """The duties that an answer is about: those of its law, else those that it counts."""
    return answer.rows or answer.components


def list_left_out(answer: Answer) -> tuple[Component, ...]:
    """The duties that an answer is not about, or does not count."""
    return tuple(one for one in answer.not_counted if one not in answer.rows)


_MAX_CODES = 6
"""Maximum codes of goods in words that are all named."""
_CODES_OF_MANY = 3


def describe_goods(answer: Answer) -> str:
    """The goods of the total: `goods in general`, `toys (HS 9503)`, or a duty."""
    if answer.rows:
        return name_law_duties(answer)
    shown = [f"HS {format_code(code)}" for code in answer.codes]
    if len(shown) > _MAX_CODES:
        shown[_CODES_OF_MANY:] = [f"{len(shown) - _CODES_OF_MANY} more codes"]
    codes = ", ".join(shown)
    codes = f"listed lines of {codes}" if answer.codes_in_part else codes
    claim = answer.entry.claim
    own = [one for one in answer.goods if not claim or claim not in one]
    names = ", ".join(own or answer.goods)
    goods = f"{names} ({codes})" if names and codes else names or codes or "goods in general"
    named = answer.entry.claim and answer.codes
    return f"{goods} {answer.entry.claim}" if named else goods


_DEFINITIONS = {
    BaseShare.ADDED: "on top of the normal (MFN) duty",
    BaseShare.INCLUDED: "including the normal (MFN) duty",
    BaseShare.MIXED: "with the normal (MFN) duty, which some of the rates include",
}


def describe_definition(answer: Answer) -> str:
    """Which duties the total counts. Published figures often count other duties."""
    mfn = _DEFINITIONS[answer.base_share]
    if answer.rows:
        return "each duty of the law separately; the goods determine which one applies"
    if answer.basis is TotalBasis.LAYER:
        return f"this duty alone, {mfn}"
    if answer.basis is TotalBasis.GENERAL:
        goods = "goods that no product list names" if answer.on_goods else "goods in general"
        of = ""
        if answer.lines:
            unlisted = sum(group.unlisted for group in answer.lines)
            of = f" ({unlisted:,} of {count_lines(answer):,} tariff lines)"
        return (
            f"{_name_ad_valorem(answer)} on {goods}{of}, {mfn}; duties on particular goods "
            "are not in it"
        )
    if answer.includes_base and answer.base is not None:
        goods = describe_goods(answer)
        return f"all duties on {goods}, including the normal (MFN) duty of {answer.base.line}"
    if answer.any_origin:
        return (
            f"the duty on {describe_goods(answer)} whatever their origin, {mfn}; deals with single "
            "partners and duties on goods in general are not in it"
        )
    kind = "additional ad valorem" if answer.base_share is BaseShare.ADDED else "ad valorem"
    return f"all {kind} duties on {describe_goods(answer)}, {mfn}"


def _name_ad_valorem(answer: Answer) -> str:
    is_added = answer.base_share is BaseShare.ADDED
    return "additional ad valorem duty" if is_added else "ad valorem duty"


def name_kind(answer: Answer) -> str:
    """`additional duty` or, if a figure includes the base duty, `duty`."""
    return "additional duty" if answer.base_share is BaseShare.ADDED else "duty"


def describe_base(answer: Answer) -> str:
    """The normal (MFN) rate, and the sum with it: `2.9%; with it 52.9%`. Empty if unknown."""
    base = answer.base
    if base is None:
        return ""
    rate = base.words if base.percent is None else f"{format_percent(base.percent)}%"
    if base.with_duties is None:
        return rate
    word = "with it" if base.exact else "for an example line, in total"
    return f"{rate}; {word} {format_percent(base.with_duties)}%"


def describe_base_range(answer: Answer) -> str:
    """The base duties of the goods' tariff lines; empty if unknown or the same for all.

    `normal (MFN) duty 0% to 48% by line (16 of 147 lines: not a percentage)`
    """
    found = answer.base_range
    if found is None or (answer.base is not None and answer.base.exact):
        return ""
    specific = [_shorten_specific(each) for each in found.words[: _WORDS_SHOWN - 1]]
    specific += ["…"] * (len(found.words) > len(specific))
    # Compound duties, such as those on watches, are too long to name.
    is_short = specific and max(map(len, specific)) <= _LONGEST
    unlike = ", ".join(specific) if is_short else "not a percentage"
    others = f" ({found.not_percent:,} of {found.lines:,} lines: {unlike})"
    some = others * bool(found.not_percent)
    if found.span is None:
        if 0 < len(found.words) <= _WORDS_SHOWN:
            return f"{name_base(found)} {' or '.join(map(_shorten_specific, found.words))}"
        if found.words:
            first = ", ".join(map(_shorten_specific, found.words[: _WORDS_SHOWN - 1]))
            return f"{name_base(found)} {first} or others by line"
        return f"{name_base(found)} (not a percentage)"
    ends = dict.fromkeys(f"{format_percent(end)}%" for end in found.span)
    by_line = " by line" if len(ends) > 1 else ""
    return f"{name_base(found)} {' to '.join(ends)}{by_line}{some}"


def _shorten_specific(text: str) -> str:
    """A specific duty without the words about the container, which is weighed with the goods."""
    return text.removesuffix(" on contents and container").replace("See ", "see ")


def name_base(base: BaseRate | BaseRange) -> str:
    """The name of a base duty: `normal (MFN) duty`, `column 2 duty`."""
    if not base.column:
        return "normal (MFN) duty"
    return f"{base.column} duty" if base.column == "column 2" else f"duty under {base.column}"


def describe_claimed_base(answer: Answer) -> str:
    """The base duty of goods in general under the claim: `normal duty 0% on 9 of 10 tariff lines`,
    `column 2 duty (half of the lines: 35% or more)`."""
    base = answer.entry.base
    if base is None:
        return "normal duty"
    if base.free * 2 >= base.lines:
        some = (
            "" if base.free == base.lines else f" on {base.free:,} of {base.lines:,} tariff lines"
        )
        return f"normal duty 0%{some}"
    name = "column 2 duty" if answer.entry.has_column2 else "normal duty"
    if base.median is None:
        return name
    return f"{name} (half of the lines: {format_percent(base.median)}% or more)"


def describe_programs(answer: Answer) -> str:
    """The base duties under trade programs that the question does not claim; empty for none.

    `0% under KORUS`, `may be 0% under AGOA (not covered)`
    """
    return ", ".join(map(describe_program, answer.entry.programs))


def describe_program(one: ProgramBase) -> str:
    """The base duty of the goods under a trade program, as far as it is known."""
    if not one.covered:
        return f"may be 0% under {one.program} (not covered)"
    base = one.base
    if base is None or (base.span is None and not base.words):
        return f"may be lower under {one.program}"
    if base.span is None:
        return f"{' or '.join(base.words[:_WORDS_SHOWN])} under {one.program}"
    lines = f" on {base.lines - base.not_percent:,} of {base.lines:,} lines"
    return f"{format_span(*base.span)} under {one.program}{lines * bool(base.not_percent)}"


def describe_claim_total(one: ClaimTotal) -> str:
    """The figures of goods with a claim: `under USMCA: 0% additional, base duty 0%`."""
    if one.banned:
        return f"under {one.program}: may not be imported"
    ends = [one.percent] if one.span is None else list(dict.fromkeys(one.span))
    if ends[0] is None:
        return f"under {one.program}: no total"
    total = f"{' to '.join(str(format_percent(end)) for end in ends)}% additional"
    if one.base is None:
        return f"under {one.program}: {total}"
    percent = one.base.percent
    base = one.base.words if percent is None else f"{format_percent(percent)}%"
    return f"under {one.program}: {total}, base duty {base}"


def describe_headings(answer: Answer) -> str:
    """The headings to declare, in filing order; empty if they are unknown."""
    entry = answer.entry
    if not entry.headings:
        return ""
    text = "declare " + ", ".join(entry.headings)
    if answer.total_range is not None:
        text += "; more headings, depending on the goods"
    if entry.unnamed:
        text += f"; the heading of {', '.join(map(str, entry.unnamed))} is not in our data"
    return text


def describe_value(one: EntryValue) -> list[str]:
    """The duties and fees on an entered value, one line for each, then the total."""
    lines = [
        f"{duty.measure}: {format_dollars(duty.dollars)}"
        for duty in one.duties
        if duty.dollars is not None
    ]
    if one.base is not None:
        lines.append(f"base duty: {format_dollars(one.base)}")
    if one.informal_up_to is not None:
        limit = format_dollars(one.informal_up_to).removesuffix(".00")
        lines.append(f"no merchandise processing fee of a formal entry, which is due above {limit}")
    elif one.merchandise_fee is not None:
        some = " (some trade agreements exempt goods from it)" if one.fee_unsure else ""
        lines.append(f"merchandise processing fee: {format_dollars(one.merchandise_fee)}{some}")
    else:
        lines.append("customs fees of this day are not in our data")
    ends = dict.fromkeys(map(format_dollars, one.total))
    plus = "".join(f", plus {each}" for each in one.not_summed)
    fee = ""
    if one.informal_up_to is not None:
        fee = ", without the fee of an informal entry, a few dollars"
    elif one.merchandise_fee is not None:
        fee = f", with the processing fee of a formal entry, {format_dollars(one.merchandise_fee)}"
    lines.append(f"total on {format_dollars(one.value)}: {' to '.join(ends)}{plus}{fee}")
    if one.low_value_until is not None:
        until = format_day(one.low_value_until)
        lines.append(f"low-value parcels were exempt only until {until}")
    if one.harbor_fee is not None:
        fee = format_dollars(one.harbor_fee)
        lines.append(f"by sea only: harbor maintenance fee {fee}, not in the total")
    return lines


def describe_goods_duties(left_out: OnGoods) -> str:
    """The duties that a general total leaves out: `3 duties on particular goods (up to 100%)`."""
    duties = "duty" if left_out.how_many == 1 else "duties"
    up_to = format_percent(left_out.up_to)
    return f"{left_out.how_many} {duties} on particular goods (up to {up_to}%)"
