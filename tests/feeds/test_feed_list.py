"""`feeds.yaml`: the shipped list is valid, and errors name file, line and key."""

from pathlib import Path

import pytest

from bot.errors import ConfigError
from bot.feeds.model import FeedKind
from bot.feeds.opml import read_opml, write_opml
from bot.runtime.config.news_loader import load_feeds

SHIPPED = Path(__file__).parents[2] / "config" / "feeds.yaml"


def test_the_shipped_list_has_no_duplicate_address_and_no_enabled_placeholder() -> None:
    feeds = load_feeds(SHIPPED)
    assert len({feed.url for feed in feeds}) == len(feeds)
    on = [feed for feed in feeds if feed.enabled]
    assert len(on) > 60
    assert {feed.kind for feed in on} == set(FeedKind)
    assert not [feed.id for feed in on if "{" in feed.url or "[" in feed.url]
    assert all(feed.poll_minutes for feed in on)


def test_the_shipped_list_survives_an_opml_export_and_import() -> None:
    feeds = load_feeds(SHIPPED)
    assert read_opml(write_opml(feeds)).feeds == feeds


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("feeds:\n- id: a\n  title: A\n  url: ftp://a.example/\n", "feeds.yaml:4: feeds.0.url"),
        (
            "feeds:\n- id: a\n  title: A\n  url: https://a.example/\n  poll_minute: 5\n",
            "poll_minute",
        ),
        ("feeds:\n- {id: a, title: A, url: 'https://a.example/', kind: rumour}\n", "kind"),
        (
            "feeds:\n- {id: a, title: A, url: 'https://a.example/'}\n"
            "- {id: a, title: B, url: 'https://b.example/'}\n",
            "feeds.yaml:3: feeds.1.id: a is given twice",
        ),
    ],
)
def test_a_mistake_is_named_with_file_line_and_key(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_feeds(path)
    assert message in str(caught.value)
