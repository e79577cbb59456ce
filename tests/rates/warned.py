"""Finds warnings of an answer by their kind."""

from typing import TypeVar

from bot.rates.model.answer import Answer
from bot.rates.model.warnings import RateWarning

W = TypeVar("W", bound=RateWarning)


def warned(answer: Answer, kind: type[W]) -> list[W]:
    """The answer's warnings of exactly this kind."""
    return [one for one in answer.warnings if type(one) is kind]


def only(answer: Answer, kind: type[W]) -> W:
    """The answer's one warning of this kind."""
    [one] = warned(answer, kind)
    return one
