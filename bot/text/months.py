"""English month names in lower case, for parsing dates in questions and news."""

from collections.abc import Mapping

_NAMES = "january february march april may june july august september october november december"

MONTHS: Mapping[str, int] = {
    name[:size]: number
    for number, name in enumerate(_NAMES.split(), start=1)
    for size in (3, 4, len(name))
}
"""Month numbers by full and short names: `december`, `dece` and `dec` are 12."""

MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
"""A regex alternation of all names, the longest first."""
