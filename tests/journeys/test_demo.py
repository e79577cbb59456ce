"""Starts `tariffwire demo` as a new user does, and reads the local workspace over HTTP."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import feedparser
import pytest
import yaml

from tests.journeys.workspace_reader import Message, WorkspaceReader, eventually, words

WEEK = Path(__file__).parents[2] / "config" / "demo"

REVEALED_AT_THE_LATEST_S = 5
"""Seconds after the last story until all entries were polled; the last ones may be noise."""

pytestmark = pytest.mark.timeout(180)


@dataclass(frozen=True)
class ExpectedEntry:
    """An entry of the demo with its expected event and topics."""

    link: str
    topics: tuple[str, ...]
    optional: tuple[str, ...] = ()
    event: str = ""


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


async def test_a_new_user_sees_all_alerts_of_the_demo_and_asks_questions(
    demo: WorkspaceReader,
) -> None:
    assert await eventually(lambda: demo.messages("trade-news"), within_s=30)
    [subscribed] = await demo.say("#court-watch", "/tariff subscribe court-rulings")
    assert not subscribed["ephemeral"]
    reported = [entry for entry in week() if entry.topics]

    async def all_sent() -> bool:
        shown = "".join(words(m) for m in await demo.everything("trade-news"))
        return all(entry.link in shown for entry in reported)

    assert await eventually(all_sent, within_s=100)
    await asyncio.sleep(REVEALED_AT_THE_LATEST_S)
    _noise_is_silent(await demo.everything("trade-news"))
    _geneva_has_both_figures(await demo.messages("trade-news"))
    await _ruling_and_stay_are_one_thread(demo)
    _only_rulings(await demo.everything("court-watch"))
    await _questions_are_answered(demo)


def _noise_is_silent(news: list[Message]) -> None:
    shown = "".join(map(words, news))
    assert [entry.link for entry in week() if not entry.topics and entry.link in shown] == []


def _geneva_has_both_figures(alerts: list[Message]) -> None:
    links = [entry.link for entry in week() if entry.event == "geneva"]
    [geneva] = [m for m in alerts if any(link in words(m) for link in links)]
    shown = words(geneva)
    for part in ("145%", "30%", "125%", "10%", "🇺🇸", "🇨🇳", "tariff", "negotiation"):
        assert part in shown


async def _ruling_and_stay_are_one_thread(demo: WorkspaceReader) -> None:
    links = [entry.link for entry in week() if entry.event == "ruling"]
    for channel in ("trade-news", "court-watch"):
        alerts = await demo.messages(channel)
        [head] = [m for m in alerts if any(link in words(m) for link in links)]
        replies = "".join(map(words, await demo.thread(channel, head["ts"])))
        assert sum(link in replies for link in links) == len(links) - 1


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
