"""Calendars are tables of a window, page by page; overdue changes are for operators."""

import asyncio
import json
import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands.rates.replies import RateCalendar
from bot.rates.calendar.upcoming import CheckedPeriod, find_checked_period, list_calendar
from bot.rates.model.changes import Upcoming
from bot.rates.question.query import QueryKind, RateQuery
from bot.slack.blockkit.blocks import Message
from bot.slack.views.rates.calendar import render_calendar
from tests.slack.fakes import answer_message, ledger
from tests.slack.samples import PARTIES, nasty_text
from tests.slack.views.accepted import as_text, check_accepted
from tests.slack.views.rates.test_answer import days, upcoming
from tests.slack.views.rates.test_history import table_of

TODAY = date(2026, 11, 30)


def build_reply(**fields: Any) -> RateCalendar:
    query = RateQuery(**{"kind": QueryKind.UPCOMING, **fields})
    period = find_checked_period(query, ledger(), TODAY)
    return RateCalendar(query, TODAY, list_calendar(query, ledger(), TODAY), period)


def render(**fields: Any) -> Message:
    message = render_calendar(build_reply(**fields), PARTIES)
    check_accepted(message)
    if message.instead is not None:
        check_accepted(message.instead)
    return message


def list_commands(message: Message) -> dict[str, str]:
    """The command of each button and of each choice of the menu, by label."""
    elements = [one for block in message.blocks for one in block.get("elements", ())]
    chosen = [one for element in elements for one in element.get("options", ())]
    clickable = [one for one in (*elements, *chosen) if "value" in one]
    return {one["text"]["text"]: one["value"] for one in clickable}


def count_visible_words(message: Message) -> int:
    count = 0
    for block in message.blocks:
        for text in re.findall(r'"text": "((?:[^"\\]|\\.)*)"', json.dumps(block)):
            shown = json.loads(f'"{text}"')
            count += sum(any(map(str.isalnum, word)) for word in shown.split())
    for block in message.blocks:
        for element in block.get("elements", ()):
            for option in element.get("options", ()):
                count -= len(option["text"]["text"].split())
    return count


def test_the_next_sixty_days_are_a_table_with_day_duty_parties_and_rate() -> None:
    titles, *rows = table_of(render())
    assert titles == ["Date", "What", "Who", "Rate"]
    assert rows[0] == ["4 Dec", "polysilicon derivatives", "US on all", "10% to 15%"]
    assert ["31 Dec", "AGOA preferences end unless extended", "US on 32 origins", "–"] in rows


def test_the_first_screen_has_at_most_120_words() -> None:
    for fields in ({}, {"partner": "CN"}, {"until": date(2030, 12, 31)}, {"partner": "CA"}):
        assert count_visible_words(render(**fields)) <= 120


def test_pages_show_every_change_of_a_window_once() -> None:
    since, last = TODAY, TODAY + timedelta(days=60)
    seen: list[tuple[str, ...]] = []
    pages = 0
    while True:
        message = render(since=since, until=last)
        rows = [tuple(row) for row in table_of(message)[1:]]
        assert not set(rows) & set(seen)
        seen += rows
        pages += 1
        if "Later" not in list_commands(message):
            break
        shown = {row[0] for row in rows}
        items = build_reply(since=since, until=last).items
        since = min(
            one.on for one in items if f"{one.on.day} {one.on:%b}" not in shown and not one.passed
        )
    assert pages > 1
    assert {row[1] for row in seen} >= {"polysilicon derivatives", "upholstered wooden furniture"}
    assert any("USMCA review" in row[1] for row in seen)


def test_a_window_has_only_its_days() -> None:
    message = render(since=date(2027, 1, 1), until=date(2027, 1, 31))
    assert message.blocks[0]["text"]["text"] == "Duty changes, January 2027"
    assert {row[0].split()[1] for row in table_of(message)[1:]} == {"Jan"}


def test_past_changes_of_a_window_are_listed_newest_first() -> None:
    message = render(
        kind=QueryKind.CHANGES, since=date(2026, 7, 1), until=date(2026, 7, 31), partner="BR"
    )
    assert message.blocks[0]["text"]["text"] == "Duty changes, July 2026 (Brazil)"
    shown = [row[0] for row in table_of(message)[1:]]
    assert shown[0] == "31 Jul"
    assert "24 Jul" in shown
    assert "ics" not in " ".join(list_commands(message).values())


def test_a_change_on_the_first_day_of_a_window_belongs_to_it() -> None:
    day = date(2026, 7, 24)
    rows = table_of(render(kind=QueryKind.CHANGES, since=day, until=day))[1:]
    assert ["24 Jul", "forced labor", "US on 60 origins", "10% to 12.5%"] in rows


def test_overdue_changes_are_a_count_except_for_operators() -> None:
    reply = build_reply(partner="CN")
    overdue = [one for one in reply.items if one.passed]
    assert overdue
    public = render_calendar(reply, PARTIES)
    label = f"{len(overdue)} due, not verified"
    first = min(one.on for one in overdue)
    assert list_commands(public)[label] == f"changes from {first} to {TODAY} 🇨🇳"
    assert "intermodal chassis" not in as_text(public)
    shown = render_calendar(replace(reply, shows_overdue=True), PARTIES)
    check_accepted(shown)
    assert "intermodal chassis" in as_text(shown)


def test_only_operators_are_shown_overdue_changes_when_they_ask() -> None:
    asked = asyncio.run(answer_message("upcoming china", TODAY))
    assert "Scheduled since our last check" in as_text(asked)
    stranger = asyncio.run(answer_message("upcoming china", TODAY, user="U9STRANGER"))
    assert "Scheduled since our last check" not in as_text(stranger)


@pytest.mark.parametrize("kind", [QueryKind.CHANGES, QueryKind.UPCOMING])
def test_scheduled_changes_of_a_past_month_are_listed_as_not_verified(kind: QueryKind) -> None:
    message = render(kind=kind, since=date(2026, 11, 1), until=TODAY)
    rows = table_of(message)[1:]
    cranes = [row for row in rows if "cranes" in row[1]]
    assert cranes == [
        [
            "10 Nov",
            "intermodal chassis; ship-to-shore cranes",
            "US on China",
            "100% announced, not verified",
        ]
    ]
    assert any("178 product exclusions" in row[1] for row in rows)
    assert all(row[3].endswith("not verified") for row in rows)
    assert message.instead is not None
    assert "not verified" in as_text(message.instead)


def test_overdue_changes_are_listed_if_there_are_no_others() -> None:
    reply = build_reply(partner="CN")
    overdue = tuple(one for one in reply.items if one.passed)
    message = render_calendar(replace(reply, items=overdue), PARTIES)
    assert "No changes in our data" not in as_text(message)
    assert len(table_of(message)) > 1


def test_the_first_page_reaches_the_changes_of_the_new_year() -> None:
    rows = table_of(render())[1:]
    new_year = [row[1] for row in rows if row[0] == "1 Jan"]
    assert new_year[:2] == ["kitchen cabinets and vanities", "upholstered wooden furniture"]


def test_a_window_of_one_day_has_its_date_as_title() -> None:
    day = date(2027, 1, 1)
    title = render(since=day, until=day).blocks[0]["text"]["text"]
    assert title == "Duty changes, 1 Jan 2027"


def test_buttons_add_the_dates_to_a_calendar_remind_and_change_the_window() -> None:
    commands = list_commands(render(partner="CN", product="steel"))
    assert commands["Add to calendar"] == "upcoming 🇨🇳 steel ics"
    assert commands["Remind this channel"] == "reminders on"
    assert commands["Next 90 days"] == "upcoming 🇨🇳 steel next 90 days"
    assert "Next 60 days" in commands
    assert "Next 60 days" not in list_commands(render(partner="CN"))


def test_without_tables_each_change_has_its_full_text_and_source() -> None:
    message = render()
    assert message.instead is not None
    shown = as_text(message.instead)
    assert "USD 21/kg for polysilicon" in shown
    assert "<https://" in shown


def test_an_empty_window_says_so() -> None:
    message = render(since=date(2027, 3, 1), until=date(2027, 3, 31))
    assert message.instead is None
    assert message.blocks[1]["text"]["text"] == "*No changes in our data for these days.*"
    assert "Next 365 days" in list_commands(message)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(upcoming, max_size=20),
    st.integers(1, 10),
    st.sampled_from([QueryKind.UPCOMING, QueryKind.CHANGES]),
    nasty_text,
    days,
)
def test_slack_accepts_a_calendar_of_any_length(
    found: list[Upcoming], times: int, kind: QueryKind, product: str, today: date
) -> None:
    sound = product.encode(errors="replace").decode()
    query = RateQuery(kind=kind, product=sound or None, until=date(2030, 1, 1))
    period = CheckedPeriod(date(2018, 1, 1), today, today)
    items = tuple(one._replace(passed=n % 3 == 0) for n, one in enumerate(found * times))
    for shows_overdue in (False, True):
        reply = RateCalendar(query, today, items, period, shows_overdue=shows_overdue)
        message = render_calendar(reply, PARTIES)
        check_accepted(message)
        if message.instead is not None:
            check_accepted(message.instead)


@pytest.mark.parametrize("kind", [QueryKind.UPCOMING, QueryKind.CHANGES])
def test_a_day_with_more_changes_than_a_table_has_rows_is_cut(kind: QueryKind) -> None:
    [first, *_] = list_calendar(RateQuery(kind=QueryKind.UPCOMING), ledger(), TODAY)
    items = tuple(first._replace(measure=f"Duty {'long ' * 10}{n}") for n in range(300))
    message = render_calendar(RateCalendar(RateQuery(kind=kind), TODAY, items, None), PARTIES)
    check_accepted(message)
    shown = len(table_of(message)) - 1
    assert f'"{300 - shown} more."' in as_text(message)
