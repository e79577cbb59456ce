"""The warnings without which the number of an answer would be misread."""

import re
from collections.abc import Iterator

from bot.rates.model import warnings as kinds
from bot.rates.model.answer import (
    Answer,
    TotalBasis,
)
from bot.rates.model.warnings import RateWarning, Reason
from bot.render import words
from bot.render.duty_names import drop_qualifiers, read_duty_name
from bot.render.overview.rows import is_charged_on_goods
from bot.text.dates import format_day

_STEM = 4
"""The first letters of a word that also begin its other forms."""
_GOODS_SHOWN = 9
_IN_HEADLINE = (kinds.ImportBan, kinds.ZeroInData)
_SHOWN = (
    kinds.BeforeData,
    kinds.UnknownProduct,
    kinds.NoMeasureOnGoods,
    kinds.SpellingRead,
    kinds.UnknownWords,
    kinds.NoSuchLayer,
    kinds.ClaimRefused,
    kinds.ClaimNotCovered,
    kinds.AskedNotCovered,
    kinds.VoidButCharged,
    kinds.LaterVoid,
    kinds.OnOtherLines,
    kinds.LookupFailed,
)
"""Warnings that do not lead, without which the number would be taken for that of other goods."""


def describe_reading(answer: Answer) -> Iterator[str]:
    """Says as which goods the product was read, if no word of it is in their name.

    Goods that a name stands for may be narrower or wider: "marble" is read as worked stone.
    """
    asked = re.findall(r"[a-z]{3,}", (answer.product or "").casefold())
    others = (kinds.SpellingRead, kinds.ClaimNotCovered, kinds.ClaimRefused)
    is_said = bool(answer.entry.claim_of) or any(isinstance(one, others) for one in answer.warnings)
    is_code = any(character.isdigit() for character in answer.product or "")
    if answer.basis is not TotalBasis.GOODS or not answer.goods or is_code or is_said:
        return
    name = ", ".join(answer.goods)
    if not any(word.removesuffix("s")[:_STEM] in name.casefold() for word in asked):
        yield f"Read “{answer.product}” as {name}."


def list_remarks(answer: Answer) -> Iterator[str]:
    leading = " ".join(
        one.text for one in answer.warnings if isinstance(one, kinds.LeadingPairRemark)
    )
    if text := _describe_duties_of_claim(answer, leading):
        yield text
    for duty in words.list_unchecked(answer):
        covers = f" on {duty.covers}" if duty.covers else ""
        since = f", since {format_day(duty.from_)}" if duty.from_ else ""
        yield f"Possibly also charged: {duty.measure}{covers}{since}."
    for one, text in zip(answer.warnings, words.describe_warnings(answer), strict=True):
        # The rows of a law have its import bans.
        is_row = bool(answer.rows) and isinstance(one, kinds.SomeLinesBanned)
        if (is_shown(one) and not is_row) or _changes_number(one, answer, leading):
            yield text


def _describe_duties_of_claim(answer: Answer, leading: str) -> str:
    """The duties on particular goods that also goods under a trade program pay, by law.

    `leading` are the leading remarks, which name some of these laws.
    """
    entry = answer.entry
    if entry.base is None or not entry.claim_of or entry.is_denied or answer.period is not None:
        return ""
    laws: dict[str, list[str]] = {}
    particular = filter(is_charged_on_goods, answer.not_counted)
    # The duties of a deal repeat subjects of other duties.
    for one in sorted(particular, key=lambda each: "deal" in each.measure):
        name = read_duty_name(one.measure, answer.partner_name)
        if name.law and name.law not in leading:
            laws.setdefault(name.law, []).append(drop_qualifiers(name.subject))
    texts = []
    for law, subjects in laws.items():
        goods = list(dict.fromkeys(filter(None, subjects)))
        more = ", …" if len(goods) > _GOODS_SHOWN else ""
        texts.append(f"{law} ({', '.join(goods[:_GOODS_SHOWN])}{more})" if goods else law)
    return f"Goods that qualify also pay {' and '.join(texts)}." if texts else ""


def _changes_number(one: RateWarning, answer: Answer, leading: str) -> bool:
    """Whether the number needs the note: it names other goods, rates, doubts, or a specific duty.

    The headline has the figure with a claim, and `leading` has the leading remarks on the pair.
    """
    if isinstance(one, kinds.NotInTotal):
        return one.exclusion.reason is Reason.SPECIFIC
    if answer.rows or answer.banned or answer.period is not None:
        return False
    if isinstance(one, kinds.InTransit):
        return True
    if isinstance(one, kinds.PartlyExempt):
        # The questions of a range have the conditions already.
        in_words = bool(one.condition) and not _is_in_headline(one.condition, answer)
        return in_words and answer.total_range is None
    if not isinstance(one, kinds.RateCaveat) or one.text in leading:
        return False
    # A duty that only some goods of a range pay is within the range anyway.
    within = any(
        each.measure_id == one.measure.id
        and each.exclusion is not None
        and each.exclusion.reason is Reason.DEPENDS
        for each in answer.not_counted
    )
    return not within and not _is_in_headline(one.text, answer)


def _is_in_headline(text: str, answer: Answer) -> bool:
    """Whether the text is about a claim, such as USMCA, whose figure the headline has."""
    programs = [claim.program for claim in answer.entry.others]
    programs += [answer.entry.claim_of] if answer.entry.is_denied else []
    return any(program in text for program in programs)


def is_shown(one: RateWarning) -> bool:
    """Whether an overview shows the warning as a sentence."""
    return (one.leads and not isinstance(one, _IN_HEADLINE)) or isinstance(one, _SHOWN)
