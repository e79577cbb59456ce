"""Cards of laws and topics fit into Slack's limits and into ten seconds of reading."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.local_slack.state.modals import check_view
from bot.rates.cards.facts import CardFacts, build_card_facts
from bot.rates.cards.model import Card
from bot.rates.ledger import Ledger
from bot.rates.model.law import Effect
from bot.rates.question.parse import parse_query
from bot.rates.question.query import QueryKind, RateQuery, Respelling
from bot.slack.blockkit.blocks import Message
from bot.slack.views.rates.card import (
    MAX_WORDS,
    render_card,
    render_card_details,
    render_card_list,
    render_card_pages,
)
from tests.rates.cards.made import TODAY, card, card_ledger, fact, facts_of
from tests.rates.made import rate, ruling, written
from tests.slack.samples import PARTIES
from tests.slack.views.accepted import as_text, check_accepted

DAYS = (date(2025, 1, 1), date(2026, 2, 22), date(2026, 6, 1), TODAY, date(2027, 6, 30))
CARD_QUERY = RateQuery(kind=QueryKind.CARD)
HOSTILE = "<!channel> *bold* `code` <https://evil.example|click> & \u202e @here \n> quote"


def list_texts(value: Any) -> Iterable[str]:
    """All texts in blocks that a person sees, without those of buttons."""
    if isinstance(value, dict):
        if value.get("type") == "actions":
            return
        if isinstance(value.get("text"), str):
            yield value["text"]
        for each in value.values():
            yield from list_texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from list_texts(each)


def list_markup(value: Any) -> Iterable[str]:
    """All texts in blocks that Slack reads as markup."""
    if isinstance(value, dict):
        if value.get("type") == "mrkdwn":
            yield value["text"]
        for each in value.values():
            yield from list_markup(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from list_markup(each)


def show(
    facts: CardFacts, query: RateQuery = CARD_QUERY, others: Sequence[CardFacts] = ()
) -> Message:
    return render_card(facts, query, PARTIES, others)


def count_words(message: Message) -> int:
    return sum(len(text.split()) for text in list_texts(message.blocks))


def list_commands(message: Message) -> list[str]:
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    return [button["value"] for row in rows for button in row]


def get_first_line(message: Message) -> str:
    """The line below the title."""
    text: str = message.blocks[1]["text"]["text"]
    return text.split("\n", maxsplit=1)[0]


def test_every_card_is_accepted_and_short_on_every_day(ledger: Ledger) -> None:
    for one in ledger.cards.all:
        for day in DAYS:
            facts = build_card_facts(one, ledger, day)
            message = show(facts)
            check_accepted(message)
            check_accepted(message.instead or message)
            check_accepted(render_card_details(facts))
            # Signs between words, such as `·` and `•`, are counted as words here.
            signs = sum(text.count(" · ") + text.count("• ") for text in list_texts(message.blocks))
            assert count_words(message) - signs <= MAX_WORDS, one.id


def test_the_list_has_every_card(ledger: Ledger) -> None:
    message = render_card_list(ledger.cards.all)
    check_accepted(message)
    text = as_text(message)
    unnamed = [one.id for one in ledger.cards.all if f"`{one.names[0]}`" not in text]
    assert unnamed == []
    assert all(title in text for title in ("IEEPA duties", "USMCA origin", "Section 338"))
    assert "section 233" in as_text(render_card_list(ledger.cards.all, "section 233"))


@pytest.mark.parametrize(
    ("card_id", "state"),
    [
        ("section-122", "Charged to 23 Jul 2026"),
        ("ieepa", "Not collected since 24 Feb 2026: held unlawful 20 Feb 2026 (US Supreme Court)"),
        ("section-232-solar", "Begins 4 Dec 2026"),
        ("section-301-forced-labor", "In force since 24 Jul 2026: 10% to 12.5%"),
        ("axle-of-dearborn", "upheld 13 Aug 2026"),
        ("uflpa", "Not a duty"),
        ("section-337", "No duty"),
        ("antidumping", "not in our data"),
    ],
)
def test_the_first_line_has_the_state(ledger: Ledger, card_id: str, state: str) -> None:
    message = show(build_card_facts(ledger.cards.by_id[card_id], ledger, TODAY))
    assert state in get_first_line(message)


def test_the_buttons_run_commands_that_are_understood(ledger: Ledger) -> None:
    facts = build_card_facts(ledger.cards.by_id["section-232"], ledger, TODAY)
    details, *others, example = list_commands(show(facts))
    assert details == "card section-232 sources"
    assert [ledger.cards.find(one) for one in others] == list(facts.card.see)
    assert ledger.cards.find(details) == "section-232"
    assert ledger.cards.find(example) is None


def test_a_button_leaves_out_the_law_that_the_card_is_about(ledger: Ledger) -> None:
    metals = build_card_facts(ledger.cards.by_id["section-232-metals"], ledger, TODAY)
    assert "Cars and car parts" in list_labels(show(metals))
    other_law = build_card_facts(ledger.cards.by_id["section-122"], ledger, TODAY)
    assert "Section 301: forced labor duties" in list_labels(show(other_law))


def test_the_rates_that_a_question_names_are_buttons(ledger: Ledger) -> None:
    query = RateQuery(kind=QueryKind.CARD, card="refunds", partner="VN", versus=("CN",))
    facts = build_card_facts(ledger.cards.by_id["refunds"], ledger, TODAY)
    labels = list_labels(show(facts, query))
    assert labels[1:3] == ["US duties on Vietnam", "US duties on China"]
    steel = query.model_copy(update={"product": "steel", "versus": ()})
    message = show(facts, steel)
    assert "US duties on steel of Vietnam" in list_labels(message)
    [asked] = [one for one in list_commands(message) if "steel" in one]
    read = parse_query(asked, PARTIES, TODAY, ledger.reader, ledger.cards)
    assert (read.imposer, read.partner, read.product) == ("US", "VN", "steel")


@pytest.mark.parametrize(
    ("first", "other", "facts"),
    [
        ("section-232", "section-301", ["national security", "USTR may act"]),
        ("section-122", "ieepa", ["Charged to 23 Jul 2026", "Not collected since 24 Feb 2026"]),
        ("usmca", "section-338", ["1 Jul 2036", "discriminates against US commerce"]),
    ],
)
def test_another_card_of_the_question_is_named_and_summarized(
    ledger: Ledger, first: str, other: str, facts: list[str]
) -> None:
    one, two = (
        build_card_facts(ledger.cards.by_id[card_id], ledger, TODAY) for card_id in (first, other)
    )
    message = show(one, others=[two])
    text = " ".join(list_texts(message.blocks))
    assert all(each in text for each in facts)
    assert f"Also named: {two.card.title}." in text
    assert f"card {other}" in list_commands(message)
    assert len(text.split()) <= MAX_WORDS + 10
    check_accepted(message)


def test_the_reading_of_a_misspelled_word_is_said(ledger: Ledger) -> None:
    respelled = (Respelling(word="drawbak", read_as="drawback"),)
    query = RateQuery(kind=QueryKind.CARD, card="drawback", respelled=respelled)
    facts = build_card_facts(ledger.cards.by_id["drawback"], ledger, TODAY)
    assert "Read 'drawbak' as drawback." in as_text(show(facts, query))


def test_the_day_of_the_facts_is_said_and_the_age_counts_from_today(ledger: Ledger) -> None:
    cards, day = ledger.cards.by_id, date(2026, 2, 23)
    facts = build_card_facts(cards["section-122"], ledger, day, TODAY)
    assert "As of 23 Feb 2026: Begins 24 Feb 2026" in get_first_line(show(facts))
    assert "54 days ago" in as_text(show(facts))
    exclusions = build_card_facts(cards["exclusions"], ledger, date(2026, 11, 10), TODAY)
    assert "As of" not in get_first_line(show(exclusions))
    assert "54 days ago" in as_text(show(exclusions))


@pytest.mark.parametrize(
    ("card_id", "fact"),
    [
        ("usmca", "On 1 Jul 2026 the US declined to extend it"),
        ("refunds", "Duration"),
        ("section-122", "Successor"),
        ("section-301-investigations", "Opened on 12 Mar 2026"),
        ("us-china-truce", "Extended to 10 Jan 2027, according to the US Treasury secretary"),
        ("announced-tariffs", "no additional duty on films"),
        ("port-fees", "Suspended to 9 Nov 2026"),
        ("learning-resources", "stopped collecting IEEPA duties on 24 Feb 2026"),
    ],
)
def test_what_professionals_ask_is_on_the_card_itself(
    ledger: Ledger, card_id: str, fact: str
) -> None:
    facts = build_card_facts(ledger.cards.by_id[card_id], ledger, TODAY)
    assert fact in as_text(show(facts))


def list_labels(message: Message) -> list[str]:
    buttons = [one for block in message.blocks for one in block.get("elements", ())]
    return [one["text"]["text"] for one in buttons if one["type"] == "button"]


def test_the_table_names_its_columns(ledger: Ledger) -> None:
    for card_id, columns in (
        ("section-232", ["Applies to", "Duty"]),
        ("processing-fees", ["Fee", "Amount"]),
    ):
        message = show(build_card_facts(ledger.cards.by_id[card_id], ledger, TODAY))
        [table] = [block for block in message.blocks if block["type"] == "table"]
        assert [cell["text"] for cell in table["rows"][0]] == columns


def test_the_pages_of_the_modal_have_all_details(ledger: Ledger) -> None:
    facts = build_card_facts(ledger.cards.by_id["ieepa"], ledger, TODAY)
    views = [render_card_pages(facts, page) for page in range(4)]
    for view in views:
        check_view(view)
    shown = [block for view in views for block in view["blocks"]]
    for block in render_card_details(facts).blocks:
        if block["type"] == "section":
            assert block in shown
    assert render_card_pages(facts, 99) == views[0]
    assert {view["private_metadata"] for view in views} == {"card ieepa sources"}


def test_the_menu_of_the_list_shows_every_main_card(ledger: Ledger) -> None:
    [chooser] = render_card_list(ledger.cards.all).blocks[1]["elements"]
    options = [one for group in chooser["option_groups"] for one in group["options"]]
    found = [ledger.cards.find(one["value"]) for one in options]
    assert {"ieepa", "section-232", "refunds"} <= set(found)
    assert {"deal-japan", "section-232-metals", "antidumping"}.isdisjoint(found)


def test_the_details_have_the_sources_that_the_card_leaves_out(ledger: Ledger) -> None:
    facts = build_card_facts(ledger.cards.by_id["refunds"], ledger, TODAY)
    short, details = as_text(show(facts)), as_text(render_card_details(facts))
    assert "https://" not in short
    for one in facts.card.points:
        assert (one.source.url or one.source.text) in details


def test_a_card_that_is_not_in_the_rates_says_so(ledger: Ledger) -> None:
    facts = build_card_facts(ledger.cards.by_id["drawback"], ledger, TODAY)
    assert "not in our rates" in as_text(show(facts))


def build_hostile_card(text: str) -> Card:
    return card(
        title=(text * 3)[:100] or "–",
        what=(text * 20)[:500] or "–",
        state=fact((text * 9)[:300] or "–"),
        points=[fact((text * 9)[:300] or "–", label=text[:60]) for _ in range(60)],
        dates=[fact((text * 9)[:300] or "–", on=date(2027, 1, 1)) for _ in range(60)],
        measures=("us-a",),
        rows=[{"what": text.replace("%", "")[:60] or "–", "measures": ["us-a"]} for _ in range(60)],
        example=text,
    )


@given(st.text(min_size=1, max_size=80) | st.just(HOSTILE))
@settings(max_examples=40, deadline=None)
def test_hostile_and_long_texts_are_accepted(text: str) -> None:
    made = build_hostile_card(text)
    events = [
        ruling(date(2026, 3, day), "us-a").model_copy(update={"what": text, "body": text})
        for day in range(1, 30)
    ]
    ledger = card_ledger(made, measures=[written("us-a", rate(10))], legal=events)
    facts = build_card_facts(made, ledger, TODAY)
    listed = render_card_list([made] * 200)
    for message in (show(facts), render_card_details(facts), listed):
        check_accepted(message)
        shown = " ".join([message.text, *list_markup(message.blocks)])
        assert "<!channel>" not in shown
        assert "<https://evil" not in shown


def test_a_ledger_without_cards_has_an_empty_list() -> None:
    check_accepted(render_card_list(()))


def test_a_stayed_ruling_is_named_with_its_stay() -> None:
    held = ruling(date(2026, 3, 1), "us-a")
    stayed = ruling(date(2026, 3, 2), "us-a").model_copy(update={"effect": Effect.STAYED})
    text = as_text(show(facts_of(rate(10), legal=[held, stayed])))
    assert "Held unlawful 1 Mar 2026" in text
    assert "Ruling stayed 2 Mar 2026" in text
