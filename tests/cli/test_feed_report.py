"""The report of `tariffwire feeds check`."""

from collections.abc import Collection

import pytest

from bot.cli.feed_report import format_report
from bot.feeds.model import Entry, Feed, FeedState, PollOutcome, Round
from bot.feeds.polling.feed_check import FeedCheck
from tests.news.examples import NOON, READER


def report(language: str, languages: Collection[str]) -> list[str]:
    feed = Feed(id="tee", title="Tee", url="https://tee.example/rss", language=language)
    entry = Entry(feed_id="tee", key="k", title="Norway plans a tariff on tea")
    checked = Round(
        feed_id="tee",
        outcome=PollOutcome.READ,
        started_at=NOON,
        finished_at=NOON,
        entries=(entry,),
        state=FeedState(feed_id="tee"),
    )
    found = FeedCheck(feed=feed, round=checked, title="Tee", form="rss20", listed=1)
    return format_report(found, READER, languages, NOON)


@pytest.mark.parametrize(
    ("language", "languages", "warned"),
    [
        ("en", {"en"}, False),
        ("en-GB", {"en"}, False),
        ("de", {"en"}, True),
        ("de", {"en", "de"}, False),
    ],
)
def test_a_language_without_topic_rules_is_reported(
    language: str, languages: Collection[str], warned: bool
) -> None:
    lines = report(language, languages)
    assert f"language: {language}" in lines
    assert any(line.startswith("warning: no topic rules") for line in lines) is warned
    assert "1 of 1 entries match a topic:" in lines
