"""The English names of months, as questions and news write them, in lower case."""

from collections.abc import Mapping

_NAMES = "january february march april may june july august september october november december"

MONTHS: Mapping[str, int] = {
    name[:size]: number
    for number, name in enumerate(_NAMES.split(), start=1)
    for size in (3, 4, len(name))
}
"""The number of each month by its name, whole or cut: `december`, `dece`, `dec`."""

MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
"""A pattern of all of them, the longest first."""
