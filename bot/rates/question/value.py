"""Finds the entered value in a question: `value 10000`, `$10,000`, `usd 25k worth of`.

An amount after a limit word, or a price of one unit, is no entered value: `parcels under $800`.
"""

import re
from decimal import Decimal

_NUMBER = (
    r"(?P<{0}>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d{{1,3}}(?:\.\d{{3}})+(?!\d)|\d+(?:\.\d+)?)"
    r"\s?(?P<{0}_unit>k|mn|m|thousand|million)?"
)
_DOLLARS = r"(?:us ?dollars?|usd|us\$|dollars?|bucks|\$)"
_KIND = r"(?:(?:entered|customs|declared|invoice|fob|cif|order|shipment|total|commercial)\s+)"
_WORTH = (
    r"(?:\s+(?:worth|(?:shipment|consignment|order|purchase|invoice|container|load|batch)"
    r"(?!s?\s+(?:from|to)\b)))?(?:\s+of\b)?"
)
"""Words after a value that say no more: `worth of`, `shipment of`."""
_VALUE = re.compile(
    rf"(?<![\w.])(?:{_KIND}{{0,2}}(?:value|valued|worth)(?:\s+(?:of|at|is))?\s*[:=]?"
    rf"\s*{_DOLLARS}?\s*{_NUMBER.format('named')}(?:\s*{_DOLLARS})?"
    rf"|{_KIND}{{0,2}}{_DOLLARS}\s*{_NUMBER.format('led')}"
    rf"|{_KIND}{{0,2}}{_NUMBER.format('followed')}\s*{_DOLLARS}"
    rf"|{_NUMBER.format('bare')}(?=\s+worth\s+of\b))(?![\w%]|[.,]\d){_WORTH}"
)
_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+")
"""A number with points between thousands, as many languages write it: `10.000`."""
_LIMIT = re.compile(r"\b(?:under|below|over|above|than|up to|to|least|most|minimis)\s*$")
_PER_UNIT = re.compile(
    r"\s*(?:/|(?:per|each|ea|apiece|a piece|a pair|a unit|a kilo|a ton|an? item)\b)", re.IGNORECASE
)
"""After an amount, it is a price of one unit: `$25 each`."""
_OTHER_CURRENCY = re.compile(
    r"(?:[€£¥₹]|\b(?:eur|euros?|gbp|pounds?|cad|mxn|jpy|yen|cny|rmb|yuan|inr|rupees?|chf|aud))\s*$"
)
_UNITS = {"k": 1_000, "thousand": 1_000} | dict.fromkeys(("m", "mn", "million"), 1_000_000)
MAX_VALUE = Decimal(1_000_000_000_000)


def take_value(text: str) -> tuple[Decimal | None, str]:
    """The first entered value in dollars, and the text without it.

    The text must be in lower case. Amounts of 0 and of more than a trillion are left in the text.
    """
    for match in _VALUE.finditer(text):
        head = text[: match.start()]
        is_price = _PER_UNIT.match(text, match.end())
        if is_price or _LIMIT.search(head) or _OTHER_CURRENCY.search(head):
            continue
        name = next(each for each in ("named", "led", "followed", "bare") if match[each])
        digits = match[name].replace(",", "")
        digits = digits.replace(".", "") if _THOUSANDS.fullmatch(digits) else digits
        value = Decimal(digits) * _UNITS.get(match[f"{name}_unit"] or "", 1)
        if 0 < value <= MAX_VALUE:
            return value, f"{head} {text[match.end() :]}"
    return None, text
