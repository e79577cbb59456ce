"""Messages about touched lines fit into Slack's limits and show what people wrote as text."""

from datetime import date
from decimal import Decimal

import pytest

from bot.alerts.delivery import DeliveryKind
from bot.alerts.watch.facts import ChangedDuties, WatchNotice
from bot.commands.lines.replies import TouchedLines
from bot.lines.duties import DutyTotal
from bot.lines.effects import LineEffect
from bot.lines.model import ListedLine
from bot.lines.reports import FollowingChange
from bot.slack.blockkit import limits
from bot.slack.blockkit.blocks import Message, actions, button, context, section
from bot.slack.views.delivery import compose_messages
from bot.slack.views.events.touched import SHOW_TOUCHED, add_touched, render_touched
from tests.slack.samples import HOSTILE, PARTIES, delivery

LINES = tuple(
    ListedLine(code=f"{code:08}", origin="CN", label=HOSTILE) for code in range(85000000, 85000500)
)
TOUCHED = TouchedLines(500, LINES)
OLD, NEW = DutyTotal(Decimal(25), Decimal(25)), DutyTotal(Decimal(50), Decimal(60))


def test_the_lines_are_named_above_the_buttons() -> None:
    message = Message("News", (section("news"), *actions(button("Follow", "follow", "e"))))
    (grown,) = add_touched((message,), TouchedLines(41, LINES[:3]), "d1")
    assert [each["type"] for each in grown.blocks] == ["section", "section", "actions"]
    said = grown.blocks[1]
    assert said["text"]["text"] == "Touches *3 of your 41 lines*"
    assert (said["accessory"]["action_id"], said["accessory"]["value"]) == (SHOW_TOUCHED, "d1")
    assert grown.text == "News\nTouches 3 of your 41 lines"


@pytest.mark.parametrize("reply", [None, TouchedLines(41, ())])
def test_nothing_is_said_if_no_line_is_touched(reply: TouchedLines | None) -> None:
    messages = (Message("News"), Message("More"))
    assert add_touched(messages, reply, "d1") == messages


def test_a_full_message_is_followed_by_one_about_the_lines() -> None:
    full = Message("News", (context("x"),) * limits.MESSAGE_BLOCKS)
    first, said = add_touched((full,), TOUCHED, "d1")
    assert first == full
    assert "500 of your 500 lines" in str(said.blocks)


def test_a_long_list_is_shown_in_part() -> None:
    shown = render_touched(TOUCHED, PARTIES)
    assert len(shown.blocks) <= limits.MESSAGE_BLOCKS
    assert "<!channel>" not in str(shown.blocks)
    count = str(shown.blocks).count("8500.0")
    assert count > 30
    assert f"and {500 - count} more" in str(shown.blocks[-2:])


def test_lines_that_news_touch_say_where_their_duties_are() -> None:
    news = render_touched(TouchedLines(41, LINES[:3]), PARTIES)
    assert "`/tariff my` shows the duties" in str(news.blocks)
    effects = tuple(LineEffect(one, date(2027, 1, 1), OLD, NEW) for one in LINES[:3])
    changed = render_touched(TouchedLines(41, LINES[:3], effects), PARTIES)
    assert "25% → 50%–60%" in str(changed.blocks)
    assert "shows the duties" not in str(changed.blocks)


@pytest.mark.parametrize("count", [1, 100])
def test_a_report_has_the_old_and_the_new_duty(count: int) -> None:
    changes = tuple(LineEffect(one, date(2027, 1, 1), OLD, NEW) for one in LINES[:count])
    following = FollowingChange(date(2027, 3, 5), 3)
    about = ChangedDuties(first=changes, more=400 if count > 1 else 0, of=500, next=following)
    content = WatchNotice(about=about).model_dump_json()
    queued = delivery(kind=DeliveryKind.NOTICE, reason="", content=content, story_ids=())
    (message,) = compose_messages(queued, (), PARTIES)
    text = str(message.blocks)
    assert "25% → 50%–60% from 1 Jan 2027" in text
    assert "5 Mar 2027, on 3 lines" in text
    assert f"New in our data: the duty on {500 if count > 1 else 1} of your 500 lines" in text
    assert "duty changed" not in text + message.text
    shown = text.count("8500.0")
    assert (f"and {500 - shown} more" in text) == (count > 1)
    assert "<!channel>" not in text + message.text
    assert len(message.text) <= limits.NOTICE_CHARACTERS
