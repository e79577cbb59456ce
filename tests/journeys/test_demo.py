"""Starts `tariffwire demo` as a new user does. When the replay is over, reads the local workspace
over HTTP and in the browser, and uses its page with the keyboard alone."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import feedparser
import pytest
import yaml
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from tests.journeys.bot_process import BotProcess, environment
from tests.journeys.test_accessibility import use_the_keyboard
from tests.journeys.test_in_the_browser import read_developments
from tests.journeys.workspace_reader import Message, WorkspaceReader, eventually, free_port, words

WEEK = Path(__file__).parents[2] / "config" / "demo"

REVEALED_AT_THE_LATEST_S = 5
"""Seconds after the last story until all entries were polled; the last ones may be noise."""

pytestmark = pytest.mark.timeout(240)


@dataclass(frozen=True)
class ExpectedEntry:
    """An entry of the demo with its expected event and topics."""

    link: str
    topics: tuple[str, ...]
    optional: tuple[str, ...] = ()
    event: str = ""


@cache
def events() -> dict[str, list[str]]:
    """The events of the demo, each with those whose alert may be about it, too."""
    rows = yaml.safe_load((WEEK / "expected.yaml").read_text(encoding="utf-8"))["events"]
    return {row["id"]: row["may_join"] for row in rows}


@cache
def week() -> list[ExpectedEntry]:
    """Every entry of the demo's feeds. Entries without topics must not become messages."""
    rows = yaml.safe_load((WEEK / "expected.yaml").read_text(encoding="utf-8"))["stories"]
    labels = {row["guid"]: row for row in rows}
    found = []
    for path in (*WEEK.glob("*.rss"), *WEEK.glob("*.atom")):
        for entry in feedparser.parse(path.read_bytes()).entries:
            label = labels.get(entry.id, {})
            optional = tuple(label.get("optional", ()))
            topics = tuple(label.get("topics", ()))
            found.append(ExpectedEntry(entry.link, topics, optional, label.get("event", "")))
    return found


@pytest.fixture
async def demo_process(tmp_path: Path) -> AsyncIterator[WorkspaceReader]:
    """The demo in its own process, as users start it."""
    port = free_port()
    # This proxy does not exist, so requests to any other host than loopback fail.
    env = environment(tmp_path / "data", PORT=str(port), HTTP_PROXY="http://127.0.0.1:9")
    process = await BotProcess(("demo",), env, tmp_path).start()
    try:
        yield WorkspaceReader(f"http://127.0.0.1:{port}")
    finally:
        code = await process.stop()
    assert code == 0, "\n".join(process.output)
    assert "Traceback" not in "\n".join(process.output)


async def test_a_new_user_sees_each_event_and_what_became_of_it(
    demo_process: WorkspaceReader, browser: Chrome
) -> None:
    demo = demo_process
    assert await eventually(lambda: demo.messages("trade-news"), within_s=30)
    await asyncio.to_thread(browser.get, demo.address)
    [subscribed] = await demo.say("#court-watch", "/tariff subscribe court-rulings")
    assert not subscribed["ephemeral"]

    async def last_event_is_shown() -> bool:
        return bool(_find(await demo.messages("trade-news"), "canada_off"))

    assert await eventually(last_event_is_shown, within_s=100)
    await asyncio.sleep(REVEALED_AT_THE_LATEST_S)
    await _every_event_has_one_alert(demo)
    _noise_is_silent(await demo.everything("trade-news"))
    for channel in ("trade-news", "court-watch"):
        await _the_channel_shows_the_stay_of_the_ruling(demo, channel)
    await _the_channel_shows_the_delay_of_the_duty_on_the_eu(demo)
    await _the_channel_shows_two_rates_on_two_days(demo)
    await _a_correction_marks_its_alert(demo)
    _a_threat_has_no_rate(await demo.messages("trade-news"))
    _talks_that_break_off_have_ended(await demo.messages("trade-news"))
    _geneva_has_both_figures(await demo.messages("trade-news"))
    _only_rulings(await demo.everything("court-watch"))
    assert "The replay is over" in browser.find_element(By.ID, "banner").text
    await asyncio.to_thread(use_the_keyboard, browser)
    await asyncio.to_thread(read_developments, browser, demo.address)
    await _questions_are_answered(demo)


def _links(*events: str) -> list[str]:
    return [entry.link for entry in week() if entry.event in events]


def _find(shown: list[Message], *events: str) -> list[Message]:
    """The alerts about these events: messages that are no replies and link to their first story."""
    alerts = [m for m in shown if m.get("thread_ts") in (None, m["ts"])]
    return [m for m in alerts if any(link in words(m) for link in _links(*events))]


def _replies(shown: list[Message], alert: Message) -> list[Message]:
    """The replies to an alert that the channel itself shows."""
    return [m for m in shown if m["ts"] != alert["ts"] and m.get("thread_ts") == alert["ts"]]


async def _check_development(
    demo: WorkspaceReader, channel: str, event: tuple[str, ...], new: str, now: str
) -> None:
    """Checks that the channel shows an alert and, after it, a reply with `new`; and that the alert
    was edited to show `now`."""

    async def is_shown() -> bool:
        shown = await demo.messages(channel)
        found = _find(shown, *event)
        if len(found) != 1:
            return False
        replies = _replies(shown, found[0])
        return now in words(found[0]) and any(new in words(reply) for reply in replies)

    assert await eventually(is_shown, within_s=30), words({"shown": await demo.messages(channel)})


async def _every_event_has_one_alert(demo: WorkspaceReader) -> None:
    shown = await demo.messages("trade-news")
    for event, may_join in events().items():
        assert len(_find(shown, event)) <= 1, event
        assert _find(shown, event, *may_join), event


def _noise_is_silent(news: list[Message]) -> None:
    shown = "".join(map(words, news))
    assert [entry.link for entry in week() if not entry.topics and entry.link in shown] == []


async def _the_channel_shows_the_stay_of_the_ruling(demo: WorkspaceReader, channel: str) -> None:
    state = "RULING STAYED 29 May 2025"
    new = f"New: {state} · duties still collected"
    await _check_development(demo, channel, ("ruling",), new, f"*{state}* · duties still collected")


async def _the_channel_shows_the_delay_of_the_duty_on_the_eu(demo: WorkspaceReader) -> None:
    new, now = "New: DELAYED to 9 Jul 2025", "*DELAYED to 9 Jul 2025*"
    await _check_development(demo, "trade-news", ("eu_threat", "eu_delay"), new, now)
    [alert] = _find(await demo.messages("trade-news"), "eu_threat", "eu_delay")
    assert "*Rate* 50%" in words(alert)


async def _the_channel_shows_two_rates_on_two_days(demo: WorkspaceReader) -> None:
    new, now = "84% → 125%", "*Rate* 84% → 125%"
    await _check_development(demo, "trade-news", ("china_84", "china_125"), new, now)


async def _a_correction_marks_its_alert(demo: WorkspaceReader) -> None:
    [alert] = _find(await demo.messages("trade-news"), "china_84", "china_125")
    assert "*Corrected:*" in words(alert)
    assert "not 48%" in words(alert)


def _a_threat_has_no_rate(shown: list[Message]) -> None:
    [threat] = _find(shown, "phones")
    assert "*THREATENED" in words(threat)
    assert "*Rate*" not in words(threat)


def _talks_that_break_off_have_ended(shown: list[Message]) -> None:
    [talks] = _find(shown, "canada_off")
    assert "*TALKS ENDED 27 Jun 2025*" in words(talks)


def _geneva_has_both_figures(shown: list[Message]) -> None:
    [geneva] = _find(shown, "geneva")
    for part in (
        "United States on China: 145% → 30%",
        "China on United States: 125% → 10%",
        "Tariff, negotiation",
        "4 sources · official",
        "Rate now",
    ):
        assert part in words(geneva)


def _only_rulings(shown: list[Message]) -> None:
    texts = "".join(map(words, shown))
    for entry in week():
        if "court_ruling" not in entry.topics + entry.optional:
            assert entry.link not in texts


async def _questions_are_answered(demo: WorkspaceReader) -> None:
    answers = await demo.say("#trade-news", "/tariff us china")
    shown = "".join(map(words, answers))
    assert "12.5" in shown
    assert "Section 301" in shown
    assert "7 Oct 2026" in shown
    [other] = await demo.say("#trade-news", "/tariff china us")
    assert "10" in words(other)
    [suggestion] = await demo.say("#trade-news", "/tariff us chnia")
    assert "China" in words(suggestion)
