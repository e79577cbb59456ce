"""Time zones as people name them: `Asia/Tokyo`, `Tokyo time`, `UTC`."""

from collections.abc import Mapping
from functools import lru_cache
from zoneinfo import available_timezones

_PLAIN = frozenset({"UTC"})


@lru_cache(maxsize=1)
def _list_zones() -> Mapping[str, str]:
    """The IANA names, by the name in lower case and by the name of the city."""
    names = sorted(name for name in available_timezones() if "/" in name or name in _PLAIN)
    # Names with more parts come last, so that they do not take the name of a city.
    names.sort(key=lambda name: (name.count("/"), name.startswith(("Etc/", "US/", "SystemV/"))))
    found: dict[str, str] = {}
    for name in names:
        city = name.rpartition("/")[2].replace("_", " ").lower()
        found.setdefault(city, name)
        found.setdefault(name.lower(), name)
    return found


def find_zone_name(words: str) -> str | None:
    """The IANA name of a zone, given its name in any case, or its city; None if unknown."""
    return _list_zones().get(words.lower())
