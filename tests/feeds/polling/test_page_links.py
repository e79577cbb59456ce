"""The feeds to which a web page links, and the whole result of checking an address."""

import pytest

from bot.feeds.model import Feed, FeedKind
from bot.feeds.polling.feed_check import FeedCheck, FeedLink, check_address, find_feed_links
from tests.feeds.bodies import GOOD
from tests.feeds.conftest import Reader
from tests.feeds.server import FeedServer

PAGE = "https://h.example/x/y"
RSS, ATOM = "application/rss+xml", "application/atom+xml"


def links(*tags: str, head: str = "") -> tuple[FeedLink, ...]:
    return find_feed_links(f"<html><head>{head}{''.join(tags)}</head></html>".encode(), PAGE)


def link(href: str, kind: str = RSS, rel: str = "alternate", more: str = "") -> str:
    return f'<link rel="{rel}" type="{kind}" href="{href}" {more}>'


def test_links_to_feeds_are_found_with_title_and_type() -> None:
    assert links(
        link("/a", more='title="All <b>news</b>"'),
        link("b", f" {ATOM.upper()} ", "Home ALTERNATE"),
        link("c", "application/rdf+xml"),
        link("d", "application/feed+json", more=f'title="{"x" * 200}"'),
    ) == (
        FeedLink(url="https://h.example/a", title="All news", type=RSS),
        FeedLink(url="https://h.example/x/b", type=ATOM),
        FeedLink(url="https://h.example/x/c", type="application/rdf+xml"),
        FeedLink(url="https://h.example/x/d", title="x" * 99 + "…", type="application/feed+json"),
    )


@pytest.mark.parametrize(
    "tag",
    [
        link("/a", "text/html"),
        link("/a", rel="stylesheet"),
        link("/a", rel=""),
        link("mailto:a"),
        link(""),
        '<link rel="alternate" href="/a">',
    ],
)
def test_other_links_are_no_feeds(tag: str) -> None:
    assert links(tag) == ()


def test_each_address_is_found_once_and_twenty_at_most() -> None:
    found = links(link("/a", more='title="first"'), link("/a", ATOM), link("/b"))
    assert [(each.url[-2:], each.title) for each in found] == [("/a", "first"), ("/b", "")]
    many = links(*(link(f"/{number}") for number in range(21)))
    assert [each.url for each in many] == [f"https://h.example/{number}" for number in range(20)]


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ('<base href="/deep/">', "https://h.example/deep/a"),
        ('<base href="https://other.example/">', "https://other.example/a"),
        ("<base>", "https://h.example/x/a"),
        ('<base href="mailto:x">', "https://h.example/x/a"),
        ("", "https://h.example/x/a"),
    ],
)
def test_relative_links_start_at_the_base(base: str, url: str) -> None:
    assert [each.url for each in links(link("a"), head=base)] == [url]


def test_the_beginning_of_a_page_is_read() -> None:
    assert len(find_feed_links(b" " * 299_900 + link("/a").encode(), PAGE)) == 1
    assert find_feed_links(b" " * 300_000 + link("/a").encode(), PAGE) == ()


def test_a_link_with_the_scheme_of_feeds_is_a_web_address() -> None:
    found = links(link("feed://a.example/x"), link("feed:https://b.example/x"))
    assert [each.url for each in found] == ["http://a.example/x", "https://b.example/x"]


@pytest.mark.parametrize(
    ("comments", "title"),
    [
        ("/comments/feed", ""),
        ("/?feed=comments-rss2", ""),
        ("/first", "Harbour &raquo; Comments Feed"),
        ("/first", "Kommentare zu Harbour"),
        # Only the feed itself says what it lists.
        ("/first", ""),
    ],
)
async def test_a_feed_of_comments_is_used_only_if_there_is_no_other(
    server: FeedServer, reader: Reader, comments: str, title: str
) -> None:
    server.at(comments.partition("?")[0], GOOD.replace("Harbour Wire", "Comments on Harbour"))
    news = server.at("/news", GOOD)
    of_comments = link(comments, more=f'title="{title}"')
    both = f"<html><head>{of_comments}{link('/news', more='title=Commentary')}</head></html>"
    found = await check_address(reader.poller, server.at("/both", both))
    assert found.feed.url == news
    assert [each.url for each in found.others] == [server.url + comments]
    alone = f"<html><head>{of_comments}{link('/gone')}</head></html>"
    found = await check_address(reader.poller, server.at("/alone", alone))
    assert found.feed.url == server.url + comments


async def test_a_check_accepts_the_scheme_of_feeds(server: FeedServer, reader: Reader) -> None:
    url = server.at("/f", GOOD)
    for written in (url.replace("http:", "feed:"), f"feed:{url}", url.replace("http", "HTTP")):
        assert (await check_address(reader.poller, written)).feed.url == url


async def test_a_check_returns_the_feed_and_the_result_of_its_first_poll(
    server: FeedServer, reader: Reader
) -> None:
    hub = '<link rel="hub" href="https://hub.example/" xmlns="http://www.w3.org/2005/Atom"/>'
    body = GOOD.replace("<item>", f"{hub}<item>", 1)
    url = server.at("/f", body, ETag='"1"', Expires="x" * 300, X_Other="no")
    found = await check_address(reader.poller, url)
    assert found == FeedCheck(
        feed=Feed(id="harbour_wire", title="Harbour Wire", url=url, kind=FeedKind.SPECIALIST),
        round=found.round,
        title="Harbour Wire",
        form="rss20",
        listed=2,
        headers=('etag: "1"', f"expires: {'x' * 191}"),
        hubs=("https://hub.example/",),
    )
    state = found.round.state
    assert (found.round.feed_id, state.feed_id, state.configured_url) == (
        "harbour_wire",
        "harbour_wire",
        url,
    )
    assert (state.hub, state.topic) == ("https://hub.example/", url)


async def test_a_feed_without_a_title_is_named_by_its_host(
    server: FeedServer, reader: Reader
) -> None:
    url = server.at("/f", GOOD.replace("<title>Harbour Wire</title>", ""))
    found = await check_address(reader.poller, url, frozenset({"other"}))
    assert (found.feed.title, found.feed.id, found.title) == ("127.0.0.1", "127_0_0_1", "")


async def test_the_first_readable_feed_of_a_page_is_taken_and_the_others_named(
    server: FeedServer, reader: Reader
) -> None:
    server.at("/a", "<html></html>")
    for name in "bc":
        server.at(f"/{name}", GOOD)
    private = ("http://10.0.0.1/f", "http://intranet/f", "http://a.local/f", "http://a.internal/f")
    tags = "".join(link(href) for href in (*private, "/a", "/b", "/c"))
    page = server.at("/home", f"<html><head>{tags}</head></html>")
    found = await check_address(reader.poller, page)
    assert (found.feed.url, found.page) == (f"{server.url}/b", page)
    assert [each.url for each in found.others] == [f"{server.url}/a", f"{server.url}/c"]
