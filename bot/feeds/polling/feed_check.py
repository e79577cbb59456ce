"""What does an address give? For adding a feed, and for `feeds check`."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from bot.errors import FeedError, NotAFeed
from bot.feeds.feed_id import feed_id
from bot.feeds.http.address_guard import numeric_refusal
from bot.feeds.http.fetch import Fetched, plain_address, shown
from bot.feeds.http.limits import FetchLimits
from bot.feeds.model import Feed, FeedState, Round, Validators
from bot.feeds.parsing.autodiscovery import Candidate, feed_links
from bot.feeds.polling.next_poll import begun
from bot.feeds.polling.poller import Poller
from bot.values import Frozen

_CACHING = ("etag", "last-modified", "cache-control", "expires", "retry-after")
_HEADER_CHARS = 200
_TRIED = 3
"""Of the feeds that a page names; many sites still name some that are long gone."""


class FeedCheck(Frozen):
    """A feed that was found, and what its first poll brought.

    Adding `feed` with `round` spares the publisher a second fetch.
    """

    feed: Feed
    """Ready to be added; its address is the one to poll."""
    round: Round
    page: str = ""
    """The page on which the feed was found; empty where the address is the feed's own."""
    others: tuple[Candidate, ...] = ()
    """Further feeds that the page offers."""
    title: str = ""
    form: str = ""
    listed: int = 0
    """Entries in the body."""
    headers: tuple[str, ...] = ()
    """The caching headers of the answer as they came, but for what no terminal should get."""
    hubs: tuple[str, ...] = ()


async def check(poller: Poller, address: str, taken: frozenset[str] = frozenset()) -> FeedCheck:
    """The feed at the address, or the first that can be read of those the page there names.

    `taken` are the ids in use. Raises FeedError where there is none or it cannot be fetched.
    """
    fetched = await poller.fetch(address, Validators())
    try:
        return await _looked_at(poller, address, fetched, taken)
    except NotAFeed as error:
        found = _public(feed_links(fetched.body, fetched.url), poller.limits)
        if not found:
            raise NotAFeed(shown(address), error.cause, "Give the address of a feed") from error
    failed: list[FeedError] = []
    for candidate in found[:_TRIED]:
        try:
            answer = await poller.fetch(candidate.url, Validators())
            checked = await _looked_at(poller, candidate.url, answer, taken)
        except FeedError as error:
            failed.append(error)
            continue
        others = tuple(each for each in found if each is not candidate)
        return checked.model_copy(update={"page": fetched.url, "others": others})
    raise failed[0]


async def _looked_at(
    poller: Poller, address: str, fetched: Fetched, taken: frozenset[str]
) -> FeedCheck:
    now = poller.clock()
    url = plain_address(fetched.moved_to or address)
    draft = Feed(id=feed_id("", url), title=shown(url), url=url)
    parsed = await poller.parse(draft, fetched, now)
    title = parsed.title or urlsplit(address).hostname or draft.title
    feed = draft.model_copy(update={"id": feed_id(title, address, taken), "title": title})
    entries = tuple(e.model_copy(update={"feed_id": feed.id}) for e in parsed.entries)
    parsed = parsed.model_copy(update={"entries": entries})
    state = begun(FeedState(feed_id=feed.id), feed)
    return FeedCheck(
        feed=feed,
        round=poller.taken_in(feed, state, now, fetched, parsed),
        title=parsed.title,
        form=parsed.form,
        listed=parsed.listed,
        headers=_caching(fetched.headers),
        hubs=parsed.hubs,
    )


def _caching(headers: Mapping[str, str]) -> tuple[str, ...]:
    lines = (f"{name}: {headers[name]}" for name in _CACHING if name in headers)
    return tuple("".join(filter(str.isprintable, line))[:_HEADER_CHARS] for line in lines)


def _public(found: tuple[Candidate, ...], limits: FetchLimits) -> tuple[Candidate, ...]:
    """Those whose host is not plainly a private one; names are looked up when they are fetched."""
    return tuple(each for each in found if not _plainly_private(each.url, limits))


def _plainly_private(url: str, limits: FetchLimits) -> bool:
    host = urlsplit(url).hostname or ""
    at_home = not set(host) & set(".:") or host.endswith((".local", ".internal", ".localhost"))
    return at_home or bool(numeric_refusal(url, limits.allowed_networks))
