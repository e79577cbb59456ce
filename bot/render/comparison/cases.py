"""Compares two ranges case by case: the answers to the same questions decide within both."""

from decimal import Decimal

from bot.rates.model.answer import BaseShare
from bot.render.comparison.spans import ComparedTotal
from bot.text.percent import format_percent


def find_points(one: ComparedTotal, other: ComparedTotal) -> tuple[Decimal, Decimal] | None:
    """By how many points `one` is lower for the same goods, at least and at most.

    None if it is higher for some goods, if a duty may be unknown, or if the answers have no
    cases in common.
    """
    if any(
        each.share is not BaseShare.ADDED or each.answer.base_share is not BaseShare.ADDED
        for each in (one, other)
    ):
        return None
    pairs = [
        (first.total, second.total)
        for first in one.answer.cases
        for second in other.answer.cases
        if first.may_be(second)
    ]
    codes = [{each.code for each in side.answer.cases} for side in (one, other)]
    if not pairs or codes[0] != codes[1]:
        return None
    differences = [
        second - first for first, second in pairs if first is not None and second is not None
    ]
    if len(differences) < len(pairs) or min(differences) < 0:
        return None
    return min(differences), max(differences)


def describe_points(points: tuple[Decimal, Decimal]) -> str:
    """`always 27.5 points lower`, or `up to 15 points lower, never higher`."""
    low, high = map(format_percent, points)
    if points[0] == points[1]:
        return f"always {low} points lower"
    return (
        f"always {low} to {high} points lower"
        if points[0]
        else f"up to {high} points lower, never higher"
    )
