"""Finds times that a question names in words that no rule reads: `before the ruling`."""

import re

_SMALL = r"(?:(?:the|our|a|an|any|its|their|his|this|that|last|next|whole|entire|new|old) )*"
_HEAD = r"(?:before|after|since|until|till|during|prior to|throughout|ahead of|up to)"
_TIME = re.compile(
    rf"(?<!from )\b{_HEAD} {_SMALL}(?P<what>[a-z][\w'-]*)(?: (?:of|to|in) \w+)?"
    r"|\bon the (?P<day>\d{1,2}(?:st|nd|rd|th))\b"
    r"|\bunder (?P<president>biden|obama|trump)\b"
)
_NO_TIMES = frozenset(
    str.split(
        "i we you he she it they there these those all tax taxes duty duties tariff tariffs "
        "effect being importing exporting filing entering clearing shipping ordering and or if "
        "to from my your is are was were has have had i'm we're it's they're we've i've when "
        "what which who usmca freight delivery customs clearance now nothing anything all "
        "considering adding including everything so percent recent ad adcvd ad/cvd cvd antidumping "
        "anti-dumping countervailing dumping"
    )
)
"""Words after which the preposition says no time: `since we import`, `before tax`."""


def find_unread_times(text: str) -> tuple[str, ...]:
    """The times in the text, from which all times that were read are gone."""
    found = (
        match.group()
        for match in _TIME.finditer(text)
        if (match["what"] or "") not in _NO_TIMES and not (match["what"] or "").endswith("ing")
    )
    return tuple(dict.fromkeys(found))
