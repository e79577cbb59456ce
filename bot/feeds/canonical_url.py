"""What an address or a guid names, however it is spelled: for `bot.feeds.identity`."""

import re
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

# Never part of what an address names, whatever the site.
_TRACKING = re.compile(
    r"(utm_|at_|pk_|mtm_|mc_|hsa_|_hs)\w+|fbclid|gclid|dclid|msclkid|yclid|igshid|twclid|xtor",
    re.IGNORECASE,
)
# Usually noise, but `ref=` or `sid=` may name a document: dropped only where the text is the same.
_SESSION = re.compile(
    r"(source|src|ref|referrer|rss|feed|partner|cmp|cmpid|ftag|smid|ocid|oc|sid|s_?id|token|ts|_)"
    r"|sess(ion)?(_?id)?|phpsessid|jsessionid|aspsessionid\w*|cfid|cftoken|rnd|rand|nocache",
    re.IGNORECASE,
)
_SESSION_PATH = re.compile(r";jsessionid=[^?#]*", re.IGNORECASE)
_TRACKING_FRAGMENT = re.compile(r"tk\.|xtor=|ref=|rss|utm_", re.IGNORECASE)


# What folding only shortens at both ends: no query, no fragment, no port.
_PLAIN_ADDRESS = re.compile(r"https?://([A-Za-z0-9.-]+)((?:/[A-Za-z0-9._~!$&'()*+,=:@%/-]*)?)")


def plain_parts(address: str) -> tuple[str, str] | None:
    """Host and path of a web address that has nothing else."""
    found = _PLAIN_ADDRESS.fullmatch(address)
    return (found.group(1), found.group(2)) if found else None


def is_no_web_address(address: str) -> bool:
    """Whether that shows without taking it apart: what is not printable might hide."""
    return address[:4].lower() != "http" and address.isprintable()


def fold_guid(guid: str) -> str:
    """A guid as an identity: as an address where it is one."""
    guid = guid.strip()
    # The BBC counts a story's edits in the fragment of its guid.
    return fold_address(re.sub(r"^(https?:.*)#\d{1,4}$", r"\1", guid) if "#" in guid else guid)


def fold_address(address: str) -> str:
    """An address as an identity: no scheme, `www.`, tracking or trailing slash.

    What is no web address (a `tag:` URI, a number) comes back as it is.
    """
    address = address.strip()
    plain = plain_parts(address)
    if plain is not None:
        host, path = plain
        return f"//{host.lower().removeprefix('www.')}{path.rstrip('/')}"
    if is_no_web_address(address):
        return address
    parts = _split(address)
    if parts is None or parts.scheme not in ("http", "https"):
        return address
    host = parts.netloc.rpartition("@")[2].lower().removeprefix("www.")
    host = re.sub(r":(80|443)?$", "", host)
    fragment = "" if _TRACKING_FRAGMENT.match(parts.fragment) else parts.fragment
    folded = f"//{host}{parts.path.rstrip('/')}"
    query = _without(parts.query, _TRACKING)
    return folded + (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")


def without_session(folded: str) -> str:
    """A folded address without what a server adds for one visitor."""
    address, mark, query = _SESSION_PATH.sub("", folded).partition("?")
    query, hash_mark, fragment = query.partition("#")
    kept = _without(query, _SESSION)
    return address + (f"{mark}{kept}" if kept else "") + hash_mark + fragment


def _without(query: str, names: re.Pattern[str]) -> str:
    if not query:
        return ""
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if not names.fullmatch(name)]
    return urlencode(kept, errors="surrogatepass")


def _split(address: str) -> SplitResult | None:
    try:
        return urlsplit(address)
    except ValueError:
        return None
