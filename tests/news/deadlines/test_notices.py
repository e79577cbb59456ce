"""Made-up notices in the style of agencies, gazettes and courts, with their deadlines."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.feeds.model import FeedKind
from bot.news.deadlines.find import find_deadlines
from bot.news.deadlines.model import Deadline

LINES = (Path(__file__).parent / "notices.jsonl").read_text("utf-8").splitlines()
NOTICES = [json.loads(line) for line in LINES]


def read(notice: dict[str, Any], kind: str) -> tuple[Deadline, ...]:
    published = datetime.fromisoformat(notice["published"])
    return find_deadlines(
        notice["title"], notice["text"], FeedKind(kind), published, notice["link"]
    )


@pytest.mark.parametrize("notice", NOTICES, ids=lambda notice: notice["id"])
def test_the_deadlines_of_a_notice_are_found(notice: dict[str, Any]) -> None:
    found = [
        {
            "kind": each.kind.value,
            "day": each.day.isoformat(),
            "at": each.at.strftime("%H:%M") if each.at else "",
            "zone": each.zone,
            "computed": each.is_computed,
        }
        for each in read(notice, notice["kind"])
    ]
    assert found == notice["deadlines"]


@pytest.mark.parametrize("notice", NOTICES, ids=lambda notice: notice["id"])
def test_reports_of_outlets_state_no_deadlines(notice: dict[str, Any]) -> None:
    for kind in (FeedKind.WIRE, FeedKind.PAPER, FeedKind.SPECIALIST):
        assert read(notice, kind) == ()
