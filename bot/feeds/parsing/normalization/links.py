"""Addresses out of feeds, fit to be shown: web links only, absolute, nothing hidden in them."""

import re
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from bot.text.plain import INVISIBLE

_MAX = 2000
_INVISIBLE = re.compile(rf"[{INVISIBLE}\t\n\x20\x85\xa0\u2028\u2029]")
# An address in which there is nothing to mend, join or encode.
_WHOLE = re.compile(
    r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,4})?"
    r"(?:/[A-Za-z0-9._~!$&'()*+,=:@%/-]*)?(?:\?[A-Za-z0-9._~!$&'()*+,=:@%/-]+)?"
)
_UNSAFE = re.compile(r"[<>\"|\\^`{}\s]")


def web_link(link: str, base: str = "") -> str:
    """The link as an absolute http or https address; empty where it is none.

    Characters that could end a link in a message are percent-encoded; a user name before the host,
    which makes one site look like another, is taken out.
    """
    link = link.strip()
    if not link or len(link) > _MAX:
        return ""
    if is_whole(link):
        return link
    try:
        parts = urlsplit(urljoin(base, link))
        host, _ = parts.hostname, parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host or _INVISIBLE.search(parts.netloc):
        return ""
    return _encoded(parts)


def is_whole(address: str) -> bool:
    """Whether it is a web address that joining with another, taking apart and encoding would all
    leave as it is; the test for it costs a tenth of these."""
    return _WHOLE.fullmatch(address) is not None


def _encoded(parts: SplitResult) -> str:
    netloc = parts.netloc.rpartition("@")[2]
    if _UNSAFE.search(netloc):
        return ""
    whole = urlunsplit(parts._replace(netloc=netloc))
    safe = _INVISIBLE.sub(_percent, _UNSAFE.sub(_percent, whole))
    return safe if len(safe) <= _MAX else ""


def _percent(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found.group().encode("utf-8", "replace"))
