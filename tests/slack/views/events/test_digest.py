"""Digests show every event once, the first ones on one screen, and missed stories come in pages."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alerts.digest import Bundle, BundleKind
from bot.alerts.mutes import MuteKind
from bot.commands.replies import MissedStories
from bot.news.state import EventState, EventStatus, NewFact, NewFactKind, Relation, Severity
from bot.news.story import Story
from bot.slack.blockkit.blocks import Message
from bot.slack.views.events.digest import (
    MOST_EVENTS,
    render_digest,
    render_missed,
    render_offer,
)
from tests.slack.samples import NOW, PARTIES, nasty_text, stories, story
from tests.slack.views.accepted import as_text, check_accepted

DAILY = Bundle()


def _event(number: int, **changes: object) -> Story:
    name = f"s{number}"
    return story(**{"id": name, "event_id": name, "title": f"Story {number}.", **changes})


@settings(max_examples=20, deadline=None)
@given(st.lists(stories, max_size=3), st.integers(1, 60), st.sampled_from(BundleKind), nasty_text)
def test_slack_accepts_bundles_of_any_length(
    found: list[Story], times: int, kind: BundleKind, name: str
) -> None:
    many = [
        each.model_copy(update={"id": f"{each.id}{n}", "event_id": f"{each.event_id}{n}"})
        for n in range(times)
        for each in found
    ]
    bundle = Bundle(kind=kind, mute=MuteKind.TOPIC, subject=name)
    for message in render_digest(many, PARTIES, bundle):
        check_accepted(message)
    check_accepted(render_offer("d1", many, bundle))
    check_accepted(render_missed(MissedStories(many, "d1", times), PARTIES))


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        (BundleKind.DAILY, "Daily digest: 1 story"),
        (BundleKind.HOURLY, "Hourly digest: 1 story"),
        (BundleKind.WEEKLY, "Weekly digest: 1 story"),
        (BundleKind.QUIET, "During the quiet time: 1 story"),
    ],
)
def test_a_title_says_which_bundle_it_is(kind: BundleKind, title: str) -> None:
    [message] = render_digest([story()], PARTIES, Bundle(kind=kind))
    assert message.blocks[0]["text"]["text"] == f"*{title}*"
    assert message.text.startswith(f"{title}: United States")


def test_a_digest_that_may_be_a_repeat_says_so() -> None:
    assert "(may repeat)" in as_text(render_digest([story()], PARTIES, DAILY, may_repeat=True)[0])
    assert "(may repeat)" not in as_text(render_digest([story()], PARTIES, DAILY)[0])


@pytest.mark.parametrize("again", [False, True])
def test_every_event_is_shown_once_and_the_rest_is_in_the_thread(again: bool) -> None:
    many = [_event(n, title=f"Story {n}. " + "x" * 400) for n in range(90)]
    messages = render_digest(many, PARTIES, DAILY, may_repeat=again)
    assert "90 stories" in messages[0].text
    places = [
        next(place for place, each in enumerate(messages) if f"|Story {n}." in as_text(each))
        for n in range(90)
    ]
    assert places == sorted(places)
    assert set(places) == set(range(len(messages)))
    assert sum(as_text(each).count("|Story ") for each in messages) == 90
    assert f"{90 - places.count(0)} more events in the thread" in as_text(messages[0])


def test_a_digest_counts_the_stories_for_which_it_has_no_room() -> None:
    many = [_event(n, title=f"Story {n}.") for n in range(MOST_EVENTS + 2)]
    messages = render_digest(many, PARTIES, DAILY, left_out=5)
    assert f"{MOST_EVENTS + 7} stories" in messages[0].text
    assert "7 more stories: `/tariff latest`" in as_text(messages[0])
    assert sum(as_text(each).count("|Story ") for each in messages) == MOST_EVENTS
    assert "more stories" not in as_text(render_digest(many[:2], PARTIES, DAILY)[0])
    offer = render_offer("d1", many[:2], Bundle(kind=BundleKind.MISSED), 3)
    assert offer.text.startswith("5 stories")


def test_the_first_message_fits_on_a_phone() -> None:
    messages = render_digest([_event(n) for n in range(30)], PARTIES, DAILY)
    assert 3 <= as_text(messages[0]).count("|Story ") <= 8


def test_an_event_has_one_item_with_its_status_its_changes_and_the_number_of_outlets() -> None:
    announced = EventState(status=EventStatus.ANNOUNCED)
    stayed = EventState(status=EventStatus.DELAYED)
    rate = NewFact(kind=NewFactKind.RATE, before="10", after="30")
    reports = [
        _event(1, state=announced),
        _event(1, id="b", feed_id="b", title="Same", relation=Relation.REPORT),
        _event(1, id="c", feed_id="c", title="Same", relation=Relation.REPORT),
        _event(
            1,
            id="d",
            title="Changed.",
            relation=Relation.DEVELOPMENT,
            state=stayed,
            new_facts=(rate,),
            published=NOW + timedelta(hours=2),
        ),
    ]
    [message] = render_digest(reports, PARTIES, DAILY)
    assert "*Daily digest: 4 stories on 1 event*" in as_text(message)
    [item] = message.blocks[1:]
    text = item["text"]["text"]
    assert text.startswith("*DELAYED 12 May 2025*")
    assert "|Changed.>" in text
    assert "*New:* rate 10% → 30%" in text
    assert text.endswith("2 more outlets")


def test_the_most_severe_event_comes_first() -> None:
    later = NOW + timedelta(hours=1)
    breaking = EventState(severity=Severity.BREAKING)
    given = [_event(1), _event(2), _event(3, published=later, state=breaking)]
    [message] = render_digest(given, PARTIES, DAILY)
    assert [_title(block["text"]["text"]) for block in message.blocks[1:]] == [3, 1, 2]


@pytest.mark.parametrize(
    ("mute", "subject", "text"),
    [
        (MuteKind.EVENT, "s1", "2 stories arrived while an event was muted"),
        (MuteKind.TOPIC, "court_ruling", "2 stories arrived while court rulings were muted"),
        (MuteKind.CONVERSATION, "", "2 stories arrived while this conversation was muted"),
    ],
)
def test_missed_stories_are_only_offered(mute: MuteKind, subject: str, text: str) -> None:
    bundle = Bundle(kind=BundleKind.MISSED, mute=mute, subject=subject)
    message = render_offer("d1", [_event(1), _event(2)], bundle)
    assert message.text == text
    assert [block["type"] for block in message.blocks] == ["section", "actions"]
    assert message.blocks[1]["elements"][0]["value"] == "d1 1"


def test_missed_stories_have_pages() -> None:
    missed = [_event(n) for n in range(12)]
    shown: list[int] = []
    page: int | None = 1
    while page is not None:
        message = render_missed(MissedStories(missed, "d1", page), PARTIES)
        assert f"12 missed stories, page {page} of 3" in as_text(message)
        shown += [_title(b["text"]["text"]) for b in message.blocks[1:] if b["type"] == "section"]
        page = _find_next(message)
    assert shown == list(range(12))


def test_each_page_of_missed_stories_names_those_that_had_no_room() -> None:
    missed = [_event(n) for n in range(6)]
    for page in (1, 2):
        message = render_missed(MissedStories(missed, "d1", page, left_out=2), PARTIES)
        assert "2 earlier stories: `/tariff latest`" in as_text(message)


def _find_next(message: Message) -> int | None:
    for element in message.blocks[-1]["elements"]:
        if element["text"]["text"] == "More":
            return int(element["value"].removeprefix("d1 "))
    return None


def _title(text: str) -> int:
    return int(text.partition("|Story ")[2].partition(".")[0])
