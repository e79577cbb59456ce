"""A check reads an address, which is a feed or a web page that links to feeds."""

from ipaddress import ip_network

import pytest
from aiohttp import web

from bot.errors import FeedError, NotAFeed
from bot.feeds.model import PollOutcome
from bot.feeds.polling.feed_check import check_address, find_feed_links
from tests.feeds.bodies import GOOD, PAGE, item, rss
from tests.feeds.conftest import LIMITS, Reader
from tests.feeds.server import FeedServer


async def test_the_address_of_a_feed_is_accepted(server: FeedServer, reader: Reader) -> None:
    url = server.at("/f", GOOD, ETag='"1"', Cache_Control="max-age=60")
    found = await check_address(reader.poller, url, frozenset({"other"}))
    assert (found.feed.id, found.feed.title, found.feed.url) == (
        "harbour_wire",
        "Harbour Wire",
        url,
    )
    assert (found.page, found.form, found.listed) == ("", "rss20", 2)
    assert found.headers == ('etag: "1"', "cache-control: max-age=60")
    assert found.round.outcome is PollOutcome.READ
    assert {entry.feed_id for entry in found.round.entries} == {"harbour_wire"}


GERMAN = item(1, "Zoll auf Tee", summary="Der Zoll auf Tee steigt im Mai, und das ist nicht viel.")


@pytest.mark.parametrize(
    ("entries", "head", "language"),
    [
        (GERMAN, "", "de"),
        # Many publishing systems declare English, so the text decides.
        (GERMAN, "<language>en-US</language>", "de"),
        # The text is too short, so the declared language counts.
        (item(1, "Tee", summary=""), "<language>de-AT</language>", "de-AT"),
        (item(1, "Tee", summary=""), "", "en"),
    ],
)
async def test_the_language_of_a_feed_is_found(
    server: FeedServer, reader: Reader, entries: str, head: str, language: str
) -> None:
    found = await check_address(reader.poller, server.at("/f", rss(entries, head)))
    assert found.feed.language == language


async def test_a_check_counts_as_the_first_poll(server: FeedServer, reader: Reader) -> None:
    url = server.at("/f", GOOD, ETag='"1"')
    found = await check_address(reader.poller, url)
    life = reader.follow(url, found.feed.id)
    life.state = found.round.state
    assert life.state.next_poll_at is not None
    assert (life.state.next_poll_at - reader.clock.now).total_seconds() >= LIMITS.poll_s
    assert (await life.poll()).outcome is PollOutcome.SAME_BODY
    assert server.headers("If-None-Match") == [None, '"1"']


async def test_a_page_leads_to_its_feed(server: FeedServer, reader: Reader) -> None:
    server.at("/feed.xml", GOOD)
    found = await check_address(reader.poller, server.at("/home", PAGE))
    assert found.feed.url == server.url + "/feed.xml"
    assert found.page == server.url + "/home"


async def test_unreachable_feeds_of_a_page_are_skipped(server: FeedServer, reader: Reader) -> None:
    server.at("/gone", lambda _: web.Response(status=404))
    server.at("/good", GOOD)
    link = '<link rel="alternate" type="application/rss+xml" href="%s">'
    page = f"<html><head>{link % '/gone'}{link % '/good'}</head></html>"
    found = await check_address(reader.poller, server.at("/home", page))
    assert found.feed.url == server.url + "/good"
    assert [other.url for other in found.others] == [server.url + "/gone"]
    none = "".join(link % f"/gone?{number}" for number in range(20))
    with pytest.raises(FeedError, match="answered 404"):
        await check_address(reader.poller, server.at("/none", f"<html><head>{none}</head></html>"))
    assert sum(path.startswith("/gone?") for path in server.paths()) == 3


async def test_an_id_in_use_is_not_used_again(server: FeedServer, reader: Reader) -> None:
    found = await check_address(reader.poller, server.at("/f", GOOD), frozenset({"harbour_wire"}))
    assert found.feed.id.startswith("harbour_wire_")


async def test_a_permanent_redirect_leads_to_the_address_to_store(
    server: FeedServer, reader: Reader
) -> None:
    new = server.at("/new", GOOD)
    old = server.at("/old", lambda _: web.Response(status=301, headers={"Location": "/new"}))
    assert (await check_address(reader.poller, old)).feed.url == new


@pytest.mark.parametrize("body", ["<html><body>no feed here</body></html>", "<opml/>", "", "{}"])
async def test_an_address_without_a_feed_gives_an_error_with_a_cure(
    server: FeedServer, reader: Reader, body: str
) -> None:
    with pytest.raises(NotAFeed, match="Give the address of a feed"):
        await check_address(reader.poller, server.at("/f", body))


async def test_an_error_status_is_named(server: FeedServer, reader: Reader) -> None:
    url = server.at("/f", lambda _: web.Response(status=404))
    with pytest.raises(FeedError, match="answered 404 Not Found"):
        await check_address(reader.poller, url)


async def test_private_addresses_of_a_page_are_skipped(server: FeedServer, reader: Reader) -> None:
    links = "".join(
        f'<link rel="alternate" type="application/rss+xml" href="{href}">'
        for href in ("http://10.0.0.1/f", "http://localhost/f", "http://[::1]/f", "/good")
    )
    server.at("/good", GOOD)
    found = await check_address(
        reader.poller, server.at("/home", f"<html><head>{links}</head></html>")
    )
    assert found.feed.url == server.url + "/good"
    assert found.others == ()
    assert ip_network("127.0.0.1/32") in LIMITS.allowed_networks


def test_only_feeds_are_found_each_once_and_not_too_many() -> None:
    page = (
        '<html><head><base href="/deep/"><link rel="stylesheet" type="text/css" href="s.css">'
        '<link rel="alternate" hreflang="de" href="/de"><link rel="alternate" '
        'type="application/atom+xml" title="All &lt;b&gt;news" href="all.atom">'
        + '<link REL="Alternate Home" TYPE="Application/RSS+XML" href="all.atom">'
        + "".join(
            f'<link rel="alternate" type="application/rss+xml" href="/{n}">' for n in range(5000)
        )
        + '<link rel="alternate" type="application/rss+xml" href="javascript:1"></head></html>'
    )
    found = find_feed_links(page.encode(), "https://h.example/x/y")
    assert (found[0].url, found[0].title) == ("https://h.example/deep/all.atom", "All news")
    assert len({each.url for each in found}) == len(found) == 20
