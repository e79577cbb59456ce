"""Makes the links of feeds safe to show: absolute web addresses without hidden characters."""

import re
from urllib.parse import urljoin, urlsplit, urlunsplit

from bot.text.plain import INVISIBLE

_MAX_CHARS = 2000
_INVISIBLE = re.compile(rf"[{INVISIBLE}\t\n\x20\x85\xa0\u2028\u2029]")
_UNSAFE = re.compile(r"[<>\"|\\^`{}\s]")


def clean_link(link: str, base: str = "") -> str:
    """The link as an absolute http or https address; empty if it is not one.

    Characters that could end the link in a message are percent-encoded. A user name before the host
    is removed, because it can make the address look like that of another site.
    """
    link = link.strip()
    if not link or len(link) > _MAX_CHARS:
        return ""
    try:
        parts = urlsplit(urljoin(base, link))
        host, _ = parts.hostname, parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host or _INVISIBLE.search(parts.netloc):
        return ""
    netloc = parts.netloc.rpartition("@")[2]
    if _UNSAFE.search(netloc):
        return ""
    address = urlunsplit(parts._replace(netloc=netloc))
    safe = _INVISIBLE.sub(_percent_encode, _UNSAFE.sub(_percent_encode, address))
    return safe if len(safe) <= _MAX_CHARS else ""


def _percent_encode(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found.group().encode("utf-8", "replace"))
