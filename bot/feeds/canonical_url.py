"""Normalizes addresses and guids, so that two spellings of the same address are equal."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

# Query parameters that are used for tracking, on any site.
_TRACKING = re.compile(
    r"(utm_|at_|pk_|mtm_|mc_|hsa_|_hs)\w+|fbclid|gclid|dclid|msclkid|yclid|igshid|twclid|xtor",
    re.IGNORECASE,
)
# Query parameters that usually do not matter, but may: `sid=` can name a document. So an address
# without them identifies an entry only in combination with its text.
_SESSION = re.compile(
    r"(source|src|ref|referrer|rss|feed|partner|cmp|cmpid|ftag|smid|ocid|oc|sid|s_?id|token|ts|_)"
    r"|sess(ion)?(_?id)?|phpsessid|jsessionid|aspsessionid\w*|cfid|cftoken|rnd|rand|nocache",
    re.IGNORECASE,
)
_SESSION_PATH = re.compile(r";jsessionid=[^?#]*", re.IGNORECASE)
_TRACKING_FRAGMENT = re.compile(r"tk\.|xtor=|ref=|rss|utm_", re.IGNORECASE)
_DEFAULT_PORT = re.compile(r":(80|443)?$")
# The BBC puts the number of a story's edits into the fragment of its guid. On other sites, another
# number there can mean another story.
_EDIT_NUMBER = re.compile(r"^(https?://(?:[\w-]+\.)*bbc\.(?:co\.uk|com)/[^#]*)#\d{1,4}$")


_FEED_SCHEME = re.compile(
    r"(?:web\+)?(?P<scheme>feeds?|rss|itpc|pcast):(?://)?(?:(?P<inner>https?):?//)?"
    r"(?![a-z][a-z\d+.-]*:(?!\d))",
    re.IGNORECASE,
)
_WEB_ADDRESS = re.compile(r"(https?)://([^/?#]*)", re.IGNORECASE)


def to_web_address(address: str) -> str:
    """The http or https address that browsers and feed readers write in another way.

    `feed://a.example/x` becomes `http://a.example/x` and `feeds:` means https; `feed:https://...`
    contains the address. Scheme and host are written in lower case. Other addresses are returned
    unchanged.
    """
    address = address.strip()
    if prefix := _FEED_SCHEME.match(address):
        scheme = "https" if prefix["scheme"].lower() == "feeds" else "http"
        address = f"{prefix['inner'] or scheme}://{address[prefix.end() :]}"
    start = _WEB_ADDRESS.match(address)
    if start is None:
        return address
    user, at, host = start.group(2).rpartition("@")
    return f"{start.group(1).lower()}://{user}{at}{host.lower()}{address[start.end() :]}"


def fold_guid(guid: str) -> str:
    """The normalized guid. A guid that is an address is normalized by `fold_address`."""
    return fold_address(_EDIT_NUMBER.sub(r"\1", guid.strip()))


def fold_address(address: str) -> str:
    """The address without scheme, `www.`, default port, tracking parameters and trailing slash.

    An identifier that is not a web address, such as a `tag:` URI or a number, is returned
    unchanged.
    """
    address = address.strip()
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    if parts.scheme not in ("http", "https"):
        return address
    host = parts.netloc.rpartition("@")[2].lower().removeprefix("www.")
    folded = f"//{_DEFAULT_PORT.sub('', host)}{parts.path.rstrip('/')}"
    query = _strip_parameters(parts.query, _TRACKING)
    fragment = "" if _TRACKING_FRAGMENT.match(parts.fragment) else parts.fragment
    return folded + (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")


def strip_session(folded: str) -> str:
    """A folded address without session parameters."""
    address, mark, query = _SESSION_PATH.sub("", folded).partition("?")
    query, hash_mark, fragment = query.partition("#")
    kept = _strip_parameters(query, _SESSION)
    return address + (f"{mark}{kept}" if kept else "") + hash_mark + fragment


def strip_query(folded: str) -> str:
    """A folded address without session path and query; its fragment stays."""
    address, _, query = _SESSION_PATH.sub("", folded).partition("?")
    _, hash_mark, fragment = query.partition("#")
    return address + hash_mark + fragment


def _strip_parameters(query: str, names: re.Pattern[str]) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if not names.fullmatch(name)]
    return urlencode(kept, errors="surrogatepass")
