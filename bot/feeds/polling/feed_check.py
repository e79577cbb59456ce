"""Checks whether an address is that of a feed, or of a web page that names feeds."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from bot.errors import FeedError, NotAFeed
from bot.feeds.canonical_url import to_web_address
from bot.feeds.http.address_guard import find_url_refusal
from bot.feeds.http.fetch import Fetched, normalize_address, redact_address
from bot.feeds.http.limits import FetchLimits
from bot.feeds.model import Entry, Feed, FeedState, Round, Validators, make_feed_id
from bot.feeds.parsing.links import clean_link
from bot.feeds.polling.next_poll import prepare_state
from bot.feeds.polling.poller import Poll, Poller
from bot.text.languages import detect_language
from bot.text.plain import to_plain_text
from bot.values import Frozen

_CACHING_HEADERS = ("etag", "last-modified", "cache-control", "expires", "retry-after")
_HEADER_CHARS = 200
_TRIED_FEEDS = 3
"""Maximum feeds of a page that are tried, because many sites name dead feeds first."""
_FEED_TYPES = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"}
)
_COMMENTS = re.compile(
    r"(?<![a-z])(?:comments?|replies|commentaires?|kommentare?|comentarios?|comentários?|commenti"
    r"|reacties|kommentarer)(?=[^a-z]|\Z|feed|rss|atom)",
    re.IGNORECASE,
)
"""Matches the title or the address of a feed that lists the comments of readers."""
_HEAD_BYTES = 300_000
_MAX_FEED_LINKS = 20


class FeedLink(Frozen):
    """A feed that a web page names."""

    url: str
    title: str = ""
    type: str = ""


class FeedCheck(Frozen):
    """A feed, and the result of its first poll.

    Saving `round` together with `feed` makes a second fetch unnecessary.
    """

    feed: Feed
    """The feed, ready to be added. Its address is the one to poll."""
    round: Round
    page: str = ""
    """The page that names the feed; empty if the checked address is the feed's own."""
    others: tuple[FeedLink, ...] = ()
    """Other feeds that the page names."""
    title: str = ""
    form: str = ""
    listed: int = 0
    """The number of entries in the body."""
    headers: tuple[str, ...] = ()
    """The caching headers of the response as lines, without unprintable characters."""
    hubs: tuple[str, ...] = ()


async def check_address(
    poller: Poller, address: str, taken: frozenset[str] = frozenset()
) -> FeedCheck:
    """The feed at the address, or the first readable feed that the page at the address names.

    A feed of comments is used only if the page names no other readable feed. `taken` contains the
    ids in use. Raises FeedError if there is no feed or it cannot be fetched.
    """
    address = to_web_address(address)
    fetched = await poller.fetch(address, Validators())
    try:
        return await _check_body(poller, address, fetched, taken)
    except NotAFeed as error:
        named = find_feed_links(fetched.body, fetched.url)
        links = [each for each in named if not _is_private(each.url, poller.limits)]
        if not links:
            raise NotAFeed(
                redact_address(address), error.cause, "Give the address of a feed"
            ) from error
    errors: list[FeedError] = []
    of_comments = None
    for link in sorted(links, key=_is_named_for_comments)[:_TRIED_FEEDS]:
        try:
            response = await poller.fetch(link.url, Validators())
            checked = await _check_body(poller, link.url, response, taken)
        except FeedError as error:
            errors.append(error)
            continue
        others = tuple(each for each in links if each is not link)
        checked = checked.model_copy(update={"page": fetched.url, "others": others})
        if not _COMMENTS.search(checked.title):
            return checked
        of_comments = of_comments or checked
    if of_comments is None:
        raise errors[0]
    return of_comments


def _is_named_for_comments(link: FeedLink) -> bool:
    parts = urlsplit(link.url)
    return bool(_COMMENTS.search(link.title) or _COMMENTS.search(f"{parts.path}?{parts.query}"))


def find_feed_links(page: bytes, url: str) -> tuple[FeedLink, ...]:
    """The feeds that the page at `url` names, in the page's order, each once, at most 20."""
    tree = LexborHTMLParser(page[:_HEAD_BYTES])
    base_tag = tree.css_first("base[href]")
    base = clean_link((base_tag.attributes.get("href") or "") if base_tag else "", url) or url
    found: dict[str, FeedLink] = {}
    for link in tree.css("link[rel][href][type]"):
        kind = (link.attributes.get("type") or "").strip().lower()
        rel = (link.attributes.get("rel") or "").lower().split()
        address = clean_link(to_web_address(link.attributes.get("href") or ""), base)
        if kind in _FEED_TYPES and "alternate" in rel and address and len(found) < _MAX_FEED_LINKS:
            title = to_plain_text(link.attributes.get("title") or "", 100)
            found.setdefault(address, FeedLink(url=address, title=title, type=kind))
    return tuple(found.values())


async def _check_body(
    poller: Poller, address: str, fetched: Fetched, taken: frozenset[str]
) -> FeedCheck:
    now = poller.clock()
    url = normalize_address(fetched.moved_to or address)
    unnamed = Feed(id=make_feed_id("", url), title=redact_address(url), url=url, language="")
    parsed = await poller.parse(unnamed, fetched, now)
    title = parsed.title or urlsplit(address).hostname or unnamed.title
    feed = unnamed.model_copy(
        update={
            "id": make_feed_id(title, address, taken),
            "title": title,
            "language": _find_language(parsed.entries),
        }
    )
    entries = tuple(e.model_copy(update={"feed_id": feed.id}) for e in parsed.entries)
    parsed = parsed.model_copy(update={"entries": entries})
    state = prepare_state(feed, FeedState(feed_id=feed.id))
    return FeedCheck(
        feed=feed,
        round=poller.read_round(Poll(feed, state, now), fetched, parsed),
        title=parsed.title,
        form=parsed.form,
        listed=parsed.listed,
        headers=_list_caching_headers(fetched.headers),
        hubs=parsed.hubs,
    )


def _find_language(entries: Sequence[Entry]) -> str:
    """The language of the entries' text, else the declared one, else English.

    The text comes first because many publishing systems declare English unless they are changed.
    """
    found = detect_language(f"{entry.title}\n{entry.summary}" for entry in entries)
    return found or next((entry.language for entry in entries if entry.language), "en")


def _list_caching_headers(headers: Mapping[str, str]) -> tuple[str, ...]:
    lines = (f"{name}: {headers[name]}" for name in _CACHING_HEADERS if name in headers)
    return tuple("".join(filter(str.isprintable, line))[:_HEADER_CHARS] for line in lines)


def _is_private(url: str, limits: FetchLimits) -> bool:
    """Whether the host is clearly private. Names are checked again when they are resolved."""
    host = urlsplit(url).hostname or ""
    is_local = not set(host) & set(".:") or host.endswith((".local", ".internal", ".localhost"))
    return is_local or bool(find_url_refusal(url, limits.allowed_networks))
