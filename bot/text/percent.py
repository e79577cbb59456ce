"""Percents as text."""

from decimal import Decimal


def format_percent(percent: Decimal | None) -> str | None:
    """The percent without trailing zeros: `12.5`, `145`, `0`; None for None."""
    if percent is None:
        return None
    text = f"{percent:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
