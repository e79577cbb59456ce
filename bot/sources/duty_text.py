"""The duty column of the US tariff schedule: a percent where it is one, and nothing else.

`Free` is 0, `2.9%` is 2.9. All other wordings (`4.4¢/kg`, `1.5¢/kg + 2.5%`, `The rate applicable to
the article of which it is a part`, `See 9903.88.15`) are no percent of the value by themselves and
stay words. A number after the duty, as in `2.9% 1/`, is the mark of a footnote.
"""

import re
from decimal import Decimal

_FOOTNOTE = re.compile(r"\s*(?:\d{1,2}/|<sup>.{0,20}</sup>)\s*$", re.IGNORECASE)
_FREE = re.compile(r"free", re.IGNORECASE)
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?)\s?%")


def ad_valorem(words: str) -> Decimal | None:
    """The duty in percent of the customs value; None where the words are no plain percent.

    Never raises, and never gives a number that the words don't hold.
    """
    bare = _FOOTNOTE.sub("", words[:300]).strip()
    if _FREE.fullmatch(bare):
        return Decimal(0)
    percent = _PERCENT.fullmatch(bare)
    return Decimal(percent[1]) if percent else None
