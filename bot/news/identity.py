"""Has the bot seen this entry before? One rule for the store, the tests and the demo.

No single field can be trusted: court feeds give one guid to many docket entries, some publishers
give a new guid or a session's link at every fetch, others edit a headline in place. So an entry has
several identities, each a digest of two of the three things guid, link and text:

1. `key`: guid, link and text together. Known: nothing changed.
2. `aliases`: link and text (the guid changed), guid and text (the link changed). Known: the same.
3. `place`: guid and link. Known, while 1 and 2 are not: the publisher edited the text (revised).

Rule 3 is left out where it would swallow news: for courts, and where one body has two texts at one
place. Dates are in no rule, because publishers move them without any news.

For the store: keep every string of `identities(entry)` per feed for each entry that was new or
revised, with the key of the entry it belongs to, for as long as the feed may still list the entry;
ask `sift` what is new in a round.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum
from hashlib import blake2b
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from bot.news.entry import Entry, FeedKind


class Sighting(StrEnum):
    """What an entry is to a feed's memory."""

    NEW = "new"
    REVISED = "revised"
    """Seen before with another text: worth a correction, never a second alert."""
    KNOWN = "known"


def identities(entry: Entry) -> tuple[str, ...]:
    """Every digest the entry is to be remembered by, `key` first."""
    return tuple(filter(None, (entry.key, *entry.aliases, entry.place)))


def sight(entry: Entry, known: Collection[str]) -> Sighting:
    """What the entry is, given the identities that are remembered for its feed."""
    if entry.key in known or any(alias in known for alias in entry.aliases):
        return Sighting.KNOWN
    return Sighting.REVISED if entry.place and entry.place in known else Sighting.NEW


def sift(
    entries: Iterable[Entry], known: Collection[str]
) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """The new and the revised among a round's entries, each once, in the order given.

    `known` holds at least those identities of these entries that the feed's memory has.
    """
    seen = set(known)
    found: dict[Sighting, list[Entry]] = {each: [] for each in Sighting}
    for entry in entries:
        found[sight(entry, seen)].append(entry)
        seen.update(identities(entry))
    return tuple(found[Sighting.NEW]), tuple(found[Sighting.REVISED])


def identify(entries: Sequence[Entry], kind: FeedKind, home: str = "") -> tuple[Entry, ...]:
    """The entries of one body with `key`, `aliases` and `place` filled in.

    `home` is the address of the site the feed belongs to: a link to it says nothing of an entry.
    """
    site = _fold_address(home)
    named = [_name(entry, kind, site) for entry in entries]
    texts: dict[str, str] = {}
    shared = {
        entry.place for entry in named if texts.setdefault(entry.place, entry.key) != entry.key
    }
    return tuple(
        entry.model_copy(update={"place": ""}) if entry.place in shared else entry
        for entry in named
    )


def _name(entry: Entry, kind: FeedKind, site: str) -> Entry:
    """The entry with its identities; `site` is the folded address of the site it belongs to."""
    link = _fold_address(entry.link)
    guid = _fold_guid(entry.guid)
    text = _fold(f"{entry.title}\n{entry.summary}")
    court = kind is FeedKind.COURT
    aliases = []
    if guid:
        aliases.append(_digest("guid", guid, text))
    if link and not (court and guid):
        aliases.append(_digest("link", _without_session(link), text))
    placeless = court or not (guid or (link and link != site))
    return entry.model_copy(
        update={
            "key": _digest("entry", guid, link, text),
            "aliases": tuple(aliases),
            "place": "" if placeless else _digest("place", guid, link),
        }
    )


def _digest(*parts: str) -> str:
    packed = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return blake2b(packed, digest_size=16).hexdigest()


def _fold(text: str) -> str:
    """Text without what publishers change and readers do not see: case, width, blanks."""
    if text.isascii():
        return " ".join(text.lower().split())
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


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


def _fold_guid(guid: str) -> str:
    guid = guid.strip()
    # The BBC counts a story's edits in the fragment of its guid.
    return _fold_address(re.sub(r"^(https?:.*)#\d{1,4}$", r"\1", guid) if "#" in guid else guid)


def _fold_address(address: str) -> str:
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


def _without_session(folded: str) -> str:
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
