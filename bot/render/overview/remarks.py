"""The warnings without which the number of an answer would be misread."""

from collections.abc import Iterator

from bot.rates.model import warnings as kinds
from bot.rates.model.answer import (
    Answer,
)
from bot.rates.model.warnings import RateWarning, Reason
from bot.render import words

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
    kinds.LookupFailed,
)
"""Warnings that do not lead, without which the number would be taken for that of other goods."""


def list_remarks(answer: Answer) -> Iterator[str]:
    leading = " ".join(
        one.text for one in answer.warnings if isinstance(one, kinds.LeadingPairRemark)
    )
    for one, text in zip(answer.warnings, words.describe_warnings(answer), strict=True):
        # The rows of a law have its import bans.
        is_row = bool(answer.rows) and isinstance(one, kinds.SomeLinesBanned)
        if (is_shown(one) and not is_row) or _changes_number(one, answer, leading):
            yield text


def _changes_number(one: RateWarning, answer: Answer, leading: str) -> bool:
    """Whether the number needs the note: it names other goods, rates, doubts, or a specific duty.

    The headline has the figure with a claim, and `leading` has the leading remarks on the pair.
    """
    if isinstance(one, kinds.NotInTotal):
        return one.exclusion.reason is Reason.SPECIFIC
    if answer.rows or answer.banned or answer.period is not None:
        return False
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
    return any(claim.program in text for claim in answer.entry.others)


def is_shown(one: RateWarning) -> bool:
    """Whether an overview shows the warning as a sentence."""
    return (one.leads and not isinstance(one, _IN_HEADLINE)) or isinstance(one, _SHOWN)
