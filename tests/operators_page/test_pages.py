"""The operators' page is read-only, asks for the token, and escapes everything."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from selectolax.lexbor import LexborHTMLParser

from bot.http_server.rejections import Rejection
from bot.operators_page.access import MOST_FAILURES
from tests.journeys.workspace_reader import eventually
from tests.operators_page.served import HOSTILE, SECRET, TOKEN, ServedPage, fill, serving_page
from tests.store.examples import delivery

PATHS = ("", "/feeds", "/events", "/events/e1", "/proposals", "/conversations")


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[ServedPage]:
    async with serving_page(tmp_path) as served:
        await fill(served)
        yield served


@pytest.mark.parametrize("path", PATHS)
async def test_every_page_needs_a_session(page: ServedPage, path: str) -> None:
    for cookie in ("", "tariffwire_operators=", "tariffwire_operators=99999999999.abc"):
        assert await page.get(path, cookie) == (303, "")
    status, text = await page.get(path, await page.open_session())
    assert status == 200
    assert "Log out" in text


async def test_the_cookie_is_only_for_this_page_and_not_for_scripts(page: ServedPage) -> None:
    answer = await page.log_in()
    assert answer.status == 303
    assert answer.headers["Location"] == "/operators"
    cookie = answer.headers["Set-Cookie"]
    for part in ("HttpOnly", "SameSite=Strict", "Path=/operators", "Max-Age=28800"):
        assert part in cookie
    assert "Secure" not in cookie
    assert TOKEN not in cookie
    behind_tls = await page.log_in(**{"X-Forwarded-Proto": "https"})
    assert "Secure" in behind_tls.headers["Set-Cookie"]


async def test_a_wrong_token_opens_nothing_and_tries_are_limited(page: ServedPage) -> None:
    answers = [await page.log_in("wrong") for _ in range(MOST_FAILURES + 1)]
    assert [answer.status for answer in answers] == [401] * MOST_FAILURES + [429]
    assert all("Set-Cookie" not in answer.headers for answer in answers)
    assert page.rejections.counts()[Rejection.UNAUTHORIZED] == MOST_FAILURES + 1
    assert (await page.log_in()).status == 303


async def test_another_site_cannot_log_in(page: ServedPage) -> None:
    assert (await page.log_in(**{"Sec-Fetch-Site": "cross-site"})).status == 403
    assert (await page.log_in(**{"Sec-Fetch-Site": "same-origin"})).status == 303


async def test_a_large_body_is_refused(page: ServedPage) -> None:
    assert (await page.log_in("x" * 10_000)).status == 413


async def test_a_form_with_too_many_fields_is_refused_and_counted(
    page: ServedPage, caplog: pytest.LogCaptureFixture
) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{page.address}/login", data={f"f{n}": "x" for n in range(99)}) as answer,
    ):
        assert answer.status == 400
    assert page.rejections.counts() == {Rejection.MALFORMED: 1}
    assert caplog.records == []


@pytest.mark.parametrize(("site", "logs_out"), [("same-origin", True), ("cross-site", False)])
async def test_logging_out_removes_the_cookie_and_other_sites_cannot(
    page: ServedPage, site: str, logs_out: bool
) -> None:
    headers = {"Cookie": await page.open_session(), "Sec-Fetch-Site": site}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{page.address}/logout", headers=headers, allow_redirects=False) as answer,
    ):
        assert answer.status == 303
        assert ("Max-Age=0" in answer.headers.get("Set-Cookie", "")) is logs_out


@pytest.mark.parametrize("path", PATHS)
async def test_foreign_texts_are_escaped_and_secrets_removed(page: ServedPage, path: str) -> None:
    _, text = await page.get(path, await page.open_session())
    for node in LexborHTMLParser(text).css("*"):
        assert node.tag not in ("script", "img", "style", "iframe")
        for name, value in node.attributes.items():
            assert not name.startswith(("on", "style")), name
            assert not (value or "").lower().startswith("javascript:")
    if path not in ("", "/conversations"):
        shown = LexborHTMLParser(text).body
        assert shown is not None
        assert HOSTILE[:60] in shown.text()
        assert "{{7*7}}" in shown.text()
    assert SECRET not in text
    assert "hunter22" not in text


async def test_no_page_allows_scripts(page: ServedPage) -> None:
    async with aiohttp.ClientSession() as session:
        for path in ("/login", "/page.css", ""):
            async with session.get(page.address + path, allow_redirects=False) as answer:
                policy = answer.headers["Content-Security-Policy"]
                assert "default-src 'none'" in policy
                assert "script" not in policy
                assert "unsafe" not in policy
                assert answer.headers["Cache-Control"] == "no-store"


async def test_the_pages_show_what_the_database_has(page: ServedPage) -> None:
    cookie = await page.open_session()

    async def show(path: str) -> str:
        status, text = await page.get(path, cookie)
        assert status == 200
        return text

    overview = await show("")
    assert "workspace refuses posts" in overview
    assert "<dt>failing</dt><dd>1</dd>" in overview
    assert "<dt>held</dt><dd>1</dd>" in overview
    feeds = await show("/feeds?search=HOST")
    assert "<code>hostile</code>" in feeds
    assert "<code>wire</code>" not in feeds
    assert "3 in a row" in feeds
    unwell = await show("/feeds?show=unwell")
    assert unwell.count("<li>\n    <h2>") == 1
    event = await show("/events/e2")
    assert "A second report" in event
    assert "failed" in event
    assert "https://wire.example/2" in event
    assert "is_archived" in await show("/conversations")
    assert "40%" in await show("/proposals?state=approved")
    assert "No rejected proposals" in await show("/proposals?state=rejected")
    for unknown in ("unknown", "%00", "a%2Fb", "é", "x" * 3000):
        assert (await page.get(f"/events/{unknown}", cookie))[0] == 404


@pytest.mark.parametrize(("path", "first", "second"), [("/feeds", "hostile", "z059")])
async def test_long_lists_have_pages(page: ServedPage, path: str, first: str, second: str) -> None:
    cookie = await page.open_session()
    one = (await page.get(path, cookie))[1]
    two = (await page.get(f"{path}?page=2", cookie))[1]
    assert f"<code>{first}</code>" in one
    assert f"<code>{second}</code>" in two
    assert f"<code>{first}</code>" not in two
    assert "Next page" in one
    assert "Previous page" in two
    assert "Next page" not in two


@pytest.mark.parametrize("number", ["0", "-1", "x", "²", "99999", "999999999999", ""])
async def test_a_wrong_number_of_a_page_is_no_error(page: ServedPage, number: str) -> None:
    cookie = await page.open_session()
    for path in ("/feeds", "/events", "/proposals", "/conversations"):
        assert (await page.get(f"{path}?page={number}", cookie))[0] == 200


async def test_events_have_pages_too(page: ServedPage) -> None:
    cookie = await page.open_session()
    one = (await page.get("/events", cookie))[1]
    assert one.count("/operators/events/") == 50
    two = (await page.get("/events?page=2", cookie))[1]
    assert two.count("/operators/events/") == 12


async def test_without_the_database_the_page_says_so(page: ServedPage) -> None:
    cookie = await page.open_session()
    await page.store.database.close()
    status, text = await page.get("/events", cookie)
    assert status == 503
    assert "database does not answer" in text


async def test_a_message_without_stories_is_listed(page: ServedPage) -> None:
    await page.store.queue(delivery("gone", "C9"))
    text = (await page.get("/conversations", await page.open_session()))[1]
    assert "C9" in text


async def test_pages_that_the_database_delays_are_unavailable_until_it_answers(
    tmp_path: Path,
) -> None:
    hold = asyncio.Event()
    async with serving_page(tmp_path, hold, read_s=0.2) as page:
        cookie = await page.open_session()
        # The first two wait for the database, the others for these two.
        for _ in range(4):
            status, text = await page.get("", cookie)
            assert (status, "database does not answer" in text) == (503, True)
        hold.set()

        async def is_shown() -> bool:
            return (await page.get("", cookie))[0] == 200

        assert await eventually(is_shown)
