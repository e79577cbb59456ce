"""Finds the entered value in a question: `value 10000`, `$10,000`, `usd 25k`.

An amount after a limit word is no entered value: `parcels under $800`.
"""

import re
from decimal import Decimal

_NUMBER = (
    r"(?P<{0}>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)\s?(?P<{0}_unit>k|m|thousand|million)?"
)
_VALUE = re.compile(
    r"(?<![\w.])(?:(?:entered\s+|customs\s+)?(?:value|valued|worth)(?:\s+(?:of|at|is))?\s*[:=]?"
    rf"\s*(?:usd|us\$|\$)?\s*{_NUMBER.format('named')}(?:\s*(?:usd|dollars))?"
    rf"|(?:usd|us\$|\$)\s*{_NUMBER.format('led')}"
    rf"|{_NUMBER.format('followed')}\s*(?:usd|dollars))(?![\w%]|[.,]\d)"
)
_LIMIT = re.compile(r"\b(?:under|below|over|above|than|up to|to|least|most|minimis)\s*$")
_UNITS = {"k": 1_000, "thousand": 1_000, "m": 1_000_000, "million": 1_000_000}
MAX_VALUE = Decimal(1_000_000_000_000)


def take_value(text: str) -> tuple[Decimal | None, str]:
    """The first entered value in dollars, and the text without it.

    The text must be in lower case. Amounts of 0 and of more than a trillion are left in the text.
    """
    for match in _VALUE.finditer(text):
        head = text[: match.start()]
        if _LIMIT.search(head):
            continue
        name = next(each for each in ("named", "led", "followed") if match[each])
        value = Decimal(match[name].replace(",", "")) * _UNITS.get(match[f"{name}_unit"] or "", 1)
        if 0 < value <= MAX_VALUE:
            return value, f"{head} {text[match.end() :]}"
    return None, text
