"""A short answer has its number first, few words, one chip and buttons; the details the rest."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from bot.commands.answers import AnswerService
from bot.commands.rates.replies import RateAnswers, RateCard
from bot.parties import WORLD
from bot.rates.model.answer import Report
from bot.render import words
from bot.render.freshness import MARKS
from bot.slack.blockkit.blocks import Message
from bot.slack.blockkit.mrkdwn import escape
from bot.slack.views.rates.details import list_pages
from bot.slack.views.rates.screen import MAX_WORDS, count_words
from bot.slack.views.rates.short import render_short_answer
from bot.text.dates import format_day
from bot.text.percent import format_percent
from tests.slack.fakes import ledger
from tests.slack.samples import NOW, PARTIES
from tests.slack.views.accepted import check_accepted

LATE = date(2026, 11, 24)


def reply_to(text: str, today: date = LATE) -> RateAnswers:
    service = AnswerService(ledger())
    now = datetime.combine(today, time(17), UTC)
    reply = asyncio.run(service.answer(service.parse(text, now)))
    assert isinstance(reply, RateAnswers)
    return reply


def answer_to(text: str, today: date = LATE) -> Message:
    return render_short_answer(reply_to(text, today))


def list_markup(blocks: Sequence[dict[str, Any]]) -> list[str]:
    parts = (
        part
        for block in blocks
        for part in ([block["text"]] if "text" in block else block.get("elements", ()))
    )
    return [part["text"] for part in parts if isinstance(part.get("text"), str)]


def text_of(message: Message) -> str:
    return "\n".join(list_markup(message.blocks))


def details_of(reply: RateAnswers) -> str:
    """The text of all pages of the details."""
    return "\n".join(text for page in list_pages(reply) for text in list_markup(page.blocks))


def buttons_of(message: Message) -> dict[str, str]:
    return {
        element["text"]["text"]: element.get("value", "")
        for block in message.blocks
        if block["type"] == "actions"
        for element in block["elements"]
        if element["type"] == "button"
    }


def test_the_number_comes_before_everything_else() -> None:
    blocks = answer_to("us on china").blocks
    assert blocks[0]["type"] == "header"
    assert blocks[1]["text"]["text"].startswith("*12.5% to 37.5%* on most goods")


def test_workspaces_without_tables_get_the_same_rows_as_lines() -> None:
    message = answer_to("us on china")
    assert message.instead is not None
    [table] = [block for block in message.blocks if block["type"] == "table"]
    plain = text_of(message.instead)
    for row in table["rows"][1:]:
        assert f"{row[0]['text']}: *{row[1]['text']}*" in plain


def list_rows(message: Message) -> list[tuple[str, str]]:
    """The goods and the figures of the table."""
    [table] = [block for block in message.blocks if block["type"] == "table"]
    return [(row[0]["text"], row[1]["text"]) for row in table["rows"][1:]]


@pytest.mark.parametrize("text", ["us chna", "us china yesterday", "us china on 2026-12-04"])
def test_a_note_takes_the_place_of_no_row(text: str) -> None:
    today = date(2026, 11, 30)
    rows = list_rows(answer_to("us china", today))
    assert "List 4A (2,638)" in dict(rows)
    assert list_rows(answer_to(text, today)) == rows


@pytest.mark.parametrize("text", ["furniture from vietnam", "HS 9403 from vietnam", "94 vietnam"])
def test_the_next_change_stays_on_a_full_screen(text: str) -> None:
    message = answer_to(text, date(2026, 11, 30))
    assert "*Next:* 1 Jan " in text_of(message)
    assert list_rows(message)


def test_headings_and_dollars_are_shown() -> None:
    reply = reply_to("us on mexico 6109.10.00 $10,000 on 2026-10-07", date(2026, 10, 7))
    shown = text_of(render_short_answer(reply))
    assert "Declare" in shown
    assert (
        "Total on $10,000.00: $2,684.64, with the processing fee of a formal entry, $34.64" in shown
    )
    details = details_of(reply)
    assert "under USMCA: 0% additional, base duty 0%" in details
    assert "merchandise processing fee" in details


def test_the_other_direction_is_a_button_with_its_number() -> None:
    labels = buttons_of(answer_to("us china"))
    turned = reply_to(labels["US goods into China: 10%+"]).query
    assert (turned.imposer, turned.partner) == ("CN", "US")
    labels = buttons_of(answer_to("canada us"))
    assert "Canada goods into the US: 10%" in labels


def test_a_claim_that_decides_is_a_button_and_can_be_taken_back() -> None:
    labels = buttons_of(answer_to("us on mexico 8703.23"))
    claimed = next(value for label, value in labels.items() if label.startswith("Under USMCA"))
    assert reply_to(claimed).answers[0].entry.claim == "under USMCA"
    back = buttons_of(answer_to(claimed))["Not under USMCA"]
    assert reply_to(back).answers[0].entry.claim == "not under USMCA"
    again = buttons_of(answer_to("us on mexico non-usmca 8703.23"))["Under USMCA"]
    assert reply_to(again).answers[0].entry.claim == "under USMCA"


def test_narrower_goods_that_decide_are_buttons() -> None:
    message = answer_to("china on us energy")
    oil = buttons_of(message)["crude oil: 20%"]
    assert reply_to(oil).answers[0].total_percent == 20
    assert "*10% to 25%*" in text_of(message)


def test_an_assumed_importing_country_is_named_with_a_button_for_the_other_reading() -> None:
    reply = reply_to("us on vietnam")
    query = reply.query.model_copy(update={"imposer_assumed": True})
    message = render_short_answer(replace(reply, query=query))
    assert "assuming imports into the US" in text_of(message)
    assert reply_to(buttons_of(message)["Imports into Vietnam instead"]).query.imposer == "VN"


def test_the_menu_shares_shows_a_table_watches_and_reports() -> None:
    [row] = [block for block in answer_to("us china").blocks if block["type"] == "actions"]
    [menu] = [one for one in row["elements"] if one["type"] == "overflow"]
    choices = [option["value"].split(" ", 1)[0] for option in menu["options"]]
    assert choices == ["share", "table", "watch", "report"]


def test_overdue_changes_have_their_own_heading_in_the_details() -> None:
    shown = details_of(reply_to("china on us"))
    ahead, due = shown.split("*Scheduled since our last check, not verified*")
    assert "10 Jan 2027" in ahead[ahead.index("*Next changes*") :]
    assert "*10 Nov 2026*" in due


def test_changes_before_the_asked_day_are_not_listed_as_coming_after_it() -> None:
    shown = details_of(reply_to("us on china on 2030-01-01"))
    coming = shown[shown.index("*Scheduled by 1 Jan 2030, not verified*") :]
    by_then, after = coming.split("*Next changes*")
    assert "4 Dec 2026" in by_then
    assert "15 Aug 2030" in after
    assert "4 Dec 2026" not in after


def test_reports_since_the_check_are_counted_and_linked_in_the_details() -> None:
    reports = tuple(
        Report(f"Title {n}", f"https://a.example/{n}", "Wire", NOW, "") for n in range(5)
    )
    reply = reply_to("us on china")
    reply = replace(reply, answers=(reply.answers[0]._replace(reports=reports),))
    assert "5 reports since" in text_of(render_short_answer(reply))
    details = details_of(reply)
    for n in range(5):
        assert f"<https://a.example/{n}|Title {n}> (Wire, " in details


@pytest.mark.parametrize("imposer", ["CA", "CN", "EU", "MX", "US"])
def test_every_pair_has_few_words_its_number_first_and_one_chip(imposer: str) -> None:
    service = AnswerService(ledger())
    now = datetime.combine(LATE, time(17), UTC)
    own = {WORLD, *ledger().list_codes(imposer)}
    others = [
        one.code for one in PARTIES if own.isdisjoint({one.code, *ledger().list_codes(one.code)})
    ]
    for partner in others:
        reply = asyncio.run(service.answer(service.parse(f"{imposer} on {partner}", now)))
        assert isinstance(reply, RateAnswers)
        message, answer = render_short_answer(reply), reply.answers[0]
        span = answer.main_span
        for shown in (message, message.instead or message):
            check_accepted(shown)
            assert count_words(shown.blocks) <= MAX_WORDS
            said = json.dumps(shown.blocks, ensure_ascii=False)
            assert sum(said.count(chip) for chip in MARKS.values()) == 1
            number = shown.blocks[1]["text"]["text"].split("\n")[0]
            if span is None:
                continue
            if any(span):
                assert all(f"{format_percent(end)}%" in number for end in span), number
            else:
                assert "No additional duty" in number


@pytest.mark.parametrize("partner", ["CN", "CA", "MX", "JP", "DE", "BR", "RU", "GB", "IN", "IS"])
def test_every_fact_of_an_answer_is_in_the_details(partner: str) -> None:
    """All duties with their states, notes and sources, changes, warnings, talks and counts."""
    for text in (f"us on {partner}", f"{partner} on us", f"us on {partner} steel"):
        reply = reply_to(text)
        answer, shown = reply.answers[0], details_of(reply)
        for one in (*answer.components, *answer.not_counted):
            assert escape(one.measure, 200) in shown
            assert escape(one.source.text, 200).rstrip("…").replace("|", "¦") in shown
            assert escape(words.describe_status(one), 200) in shown
            assert escape(words.describe_note(one), 300).rstrip("…") in shown
        for item in answer.next:
            assert f"*{format_day(item.on)}*: {escape(item.measure, 200)}" in shown
        for warning in words.describe_warnings(answer):
            assert escape(warning, 900) in shown
        for talk in answer.talks:
            assert escape(talk.outcome, 600) in shown
        for group in answer.lines:
            assert escape(words.describe_lines(group), 300) in shown


def test_a_law_is_a_table_of_its_duties_and_the_details_have_each() -> None:
    reply = reply_to("us on japan section 232")
    message = render_short_answer(reply)
    assert message.blocks[0]["text"]["text"] == "US Section 232 duties on goods of Japan"
    [table] = [block for block in message.blocks if block["type"] == "table"]
    added = [row[1]["text"] for row in table["rows"][1:]]
    assert added == ["50%", "25%", "10% to 15%"]
    assert "alone" not in json.dumps(message.blocks)
    duties = "\n".join(
        text
        for page in list_pages(reply)
        if page.label.startswith("Duties")
        for text in list_markup(page.blocks)
    )
    for one in reply.answers[0].rows:
        assert escape(one.measure, 200) in duties


def test_the_last_changes_of_a_period_are_a_table() -> None:
    message = answer_to("us on china toys from 2025-06-01 to 2025-12-31")
    [table] = [block for block in message.blocks if block["type"] == "table"]
    assert [cell["text"] for cell in table["rows"][0]] == ["Date", "Added", "What changed"]
    assert table["rows"][1][0]["text"] == "10 Nov 2025"
    assert message.instead is not None
    assert "10 Nov 2025: *20%*" in text_of(message.instead)
    check_accepted(message)
    check_accepted(message.instead)


def test_the_total_before_a_period_is_no_change_in_it() -> None:
    details = details_of(reply_to("us on china last year"))
    assert "1 Jan 2025: *0%* before, unchanged on this day" in details


@pytest.mark.parametrize(
    ("text", "card"),
    [
        ("softwood lumber canada anti-dumping", "antidumping"),
        ("sugar quota brazil", "tariff-rate-quotas"),
        ("us kenya agoa", "preferences"),
    ],
)
def test_what_is_not_covered_has_a_button_to_its_card(text: str, card: str) -> None:
    message = answer_to(text)
    assert "not covered" in text_of(message)
    [asked] = [value for label, value in buttons_of(message).items() if label.startswith("About")]
    service = AnswerService(ledger())
    reply = asyncio.run(service.answer(service.parse(asked, NOW)))
    assert isinstance(reply, RateCard)
    assert reply.facts.card.id == card


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("us vietnam mattresses", ["AD/CVD"]),
        ("us vietnam mattresses antidumping", ["About Antidumping and countervailing duties"]),
        ("us vietnam", []),
        ("china on us pork", []),
    ],
)
def test_goods_into_the_us_have_one_button_to_antidumping_orders(
    text: str, offered: list[str]
) -> None:
    found = buttons_of(answer_to(text))
    assert [label for label, value in found.items() if value == "card antidumping"] == offered


def test_the_history_of_a_percentage_is_behind_a_button() -> None:
    message = answer_to("when did the 145% tariff end")
    assert "history" in buttons_of(message)["History"]
    assert "145" not in buttons_of(message)["History"]
    assert not [block for block in message.blocks if block["type"] == "table"]


def test_a_claim_that_changes_a_pair_is_a_button() -> None:
    claimed = buttons_of(answer_to("us canada"))["Under USMCA: 0%"]
    assert reply_to(claimed).answers[0].entry.claim == "under USMCA"
    assert not [label for label in buttons_of(answer_to("us on mexico steel")) if "USMCA" in label]


def test_duties_that_were_voided_later_have_a_button_to_the_refunds() -> None:
    asked = buttons_of(answer_to("us on vietnam 2025-08-07"))["Refunds"]
    service = AnswerService(ledger())
    reply = asyncio.run(service.answer(service.parse(asked, NOW)))
    assert isinstance(reply, RateCard)
    assert reply.facts.card.id == "refunds"
    assert "Refunds" not in buttons_of(answer_to("us on vietnam"))


@pytest.mark.parametrize("origin", ["canada", "mexico"])
def test_goods_in_general_under_usmca_pay_no_normal_duty(origin: str) -> None:
    shown = text_of(answer_to(f"us {origin} usmca"))
    assert "normal duty 0% on 11," in shown
    assert "plus the normal duty" not in shown
    assert "Goods that qualify also pay Section 232 (steel, aluminum" in shown


def test_goods_at_column_2_rates_add_the_column_2_duty() -> None:
    assert "plus the column 2 duty (half of the lines: 35% or more)" in text_of(
        answer_to("us on belarus")
    )


def test_a_parcel_has_no_fee_of_a_formal_entry() -> None:
    message = answer_to("us on france 6204.43.40 $90")
    assert "processing fee of a formal entry" not in text_of(message)
    assert buttons_of(message)["Low-value parcels"] == "card de-minimis"
