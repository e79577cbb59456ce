"""The state of an event follows from its stories."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.model import FeedKind
from bot.news.events.event import Event, summarize_event
from bot.news.state import (
    CollectionEffect,
    EventState,
    EventStatus,
    NewFact,
    NewFactKind,
    Relation,
)
from bot.news.story import Figure, Story
from bot.values import Topic

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def report(number: int, outlet: str = "wire", *, hours: float = 0.0, **changes: Any) -> Story:
    """The report with this number by an outlet, some hours after the first one."""
    given: dict[str, Any] = {
        "id": f"s{number}",
        "feed_id": outlet,
        "entry_key": f"k{number}",
        "source": outlet.title(),
        "kind": FeedKind.WIRE,
        "title": f"Report {number}",
        "link": f"https://{outlet}.example/{number}",
        "published": START + timedelta(hours=hours),
        "seen_at": START + timedelta(hours=hours),
        "topics": (Topic.TARIFF,),
        "event_id": "s1",
        "relation": Relation.NEW if number == 1 else Relation.REPORT,
    }
    return Story(**{**given, **changes})


def state(status: EventStatus | None, **more: Any) -> EventState:
    return EventState(status=status, **more)


def duty(percent: float, before: float | None = None, **more: Any) -> tuple[Figure, ...]:
    """A duty of the US on goods of India."""
    given = {"imposer": "US", "partner": "IN", "to_percent": Decimal(str(percent)), **more}
    if before is not None:
        given["from_percent"] = Decimal(str(before))
    return (Figure(**given),)


def percents(event: Event) -> list[Decimal | None]:
    return [figure.to_percent for figure in event.duties]


def test_a_development_sets_the_status_and_a_report_does_not() -> None:
    ruling = report(1, state=state(EventStatus.UNLAWFUL))
    stay = report(2, hours=20, relation=Relation.DEVELOPMENT, state=state(EventStatus.STAYED))
    late = report(3, "gazette", hours=22, state=state(EventStatus.UNLAWFUL))
    event = summarize_event([ruling, stay, late])
    assert event.status is EventStatus.STAYED
    assert event.status_on == date(2026, 3, 3)
    assert event.first == ruling
    assert event.latest == stay


def test_the_order_of_publication_decides_and_not_the_order_of_arrival() -> None:
    first = report(1, state=state(EventStatus.THREATENED))
    decided = report(2, hours=5, relation=Relation.DEVELOPMENT, state=state(EventStatus.ANNOUNCED))
    delayed = report(3, hours=9, relation=Relation.DEVELOPMENT, state=state(EventStatus.DELAYED))
    assert summarize_event([delayed, first, decided]).status is EventStatus.DELAYED


def test_the_story_that_arrived_first_does_not_undo_an_older_development() -> None:
    arrived_first = report(1, hours=1, state=state(EventStatus.TALKS))
    older = report(2, relation=Relation.DEVELOPMENT, state=state(EventStatus.DEAL))
    assert summarize_event([arrived_first, older]).status is EventStatus.DEAL


def test_an_older_report_that_arrives_late_changes_neither_the_status_nor_the_headline() -> None:
    decided = report(1, hours=3, state=state(EventStatus.ANNOUNCED), figures=duty(25))
    late = report(2, "slow", state=state(EventStatus.THREATENED), figures=duty(30))
    event = summarize_event([decided, late])
    assert event.first == decided
    assert event.status is EventStatus.ANNOUNCED
    assert percents(event) == [Decimal(25)]


def test_an_event_whose_first_story_was_deleted_shows_the_oldest_one() -> None:
    kept = report(2, hours=3)
    event = summarize_event([report(3, hours=4), kept])
    assert (event.id, event.first) == ("s1", kept)


def test_an_edit_of_the_first_story_changes_its_status() -> None:
    first = report(1, state=state(EventStatus.IN_FORCE))
    edited = first.model_copy(update={"id": "s2", "state": state(EventStatus.ANNOUNCED)})
    assert summarize_event([first, edited]).status is EventStatus.ANNOUNCED


def test_a_late_edit_of_the_first_story_does_not_undo_a_development() -> None:
    first = report(1, state=state(EventStatus.ANNOUNCED))
    delay = report(2, hours=2, relation=Relation.DEVELOPMENT, state=state(EventStatus.DELAYED))
    edited = report(1, hours=9, state=state(EventStatus.ANNOUNCED), id="s3", link=first.link)
    assert summarize_event([first, delay, edited]).status is EventStatus.DELAYED


def test_a_new_status_drops_the_collection_and_the_day_of_the_old_one() -> None:
    ruling = report(1, state=state(EventStatus.UNLAWFUL, collection=CollectionEffect.NOT_COLLECTED))
    stay = report(2, hours=9, relation=Relation.DEVELOPMENT, state=state(EventStatus.STAYED))
    assert summarize_event([ruling, stay]).collection is None
    keeps = state(EventStatus.STAYED, collection=CollectionEffect.COLLECTED)
    later = report(3, "customs", hours=10, state=keeps)
    assert summarize_event([ruling, stay, later]).collection is CollectionEffect.COLLECTED


def test_a_report_completes_the_day_and_only_a_development_changes_it() -> None:
    order = report(1, state=state(EventStatus.ANNOUNCED))
    dated = report(2, hours=1, state=state(EventStatus.ANNOUNCED, effective=date(2026, 4, 1)))
    wrong = report(3, hours=2, state=state(EventStatus.ANNOUNCED, effective=date(2026, 4, 9)))
    assert summarize_event([order, dated, wrong]).effective == date(2026, 4, 1)
    moved = wrong.model_copy(update={"relation": Relation.DEVELOPMENT})
    assert summarize_event([order, dated, moved]).effective == date(2026, 4, 9)


def test_the_figure_of_a_threat_is_only_quoted() -> None:
    threat = report(1, state=state(EventStatus.THREATENED), figures=duty(200))
    event = summarize_event([threat])
    assert not event.duties
    assert [figure.to_percent for figure in event.quoted] == [Decimal(200)]
    decided = report(
        2,
        hours=50,
        relation=Relation.DEVELOPMENT,
        state=state(EventStatus.ANNOUNCED),
        figures=duty(20),
    )
    assert percents(summarize_event([threat, decided])) == [Decimal(20)]


@pytest.mark.parametrize("status", [EventStatus.UNLAWFUL, EventStatus.STAYED, EventStatus.UPHELD])
def test_a_ruling_has_no_rate(status: EventStatus) -> None:
    event = summarize_event([report(1, state=state(status), figures=duty(10))])
    assert (event.duties, event.quoted) == ((), ())


def test_outlets_that_report_one_duty_in_other_words_make_one_figure() -> None:
    decided = state(EventStatus.ANNOUNCED)
    stories = [
        report(1, state=decided, figures=duty(50, 25, partner=None, product="imported steel")),
        report(2, "desk", state=decided, figures=duty(50, 25, imposer=None, product="steel")),
    ]
    [figure] = summarize_event(stories).duties
    assert (figure.imposer, figure.partner, figure.product) == ("US", "IN", "imported steel")


def test_a_later_rate_replaces_an_earlier_one() -> None:
    decided = state(EventStatus.ANNOUNCED)
    stories = [
        report(1, state=decided, figures=duty(84)),
        report(2, "desk", hours=1, state=decided, figures=duty(84)),
        report(3, hours=24, relation=Relation.DEVELOPMENT, state=decided, figures=duty(125)),
        report(4, "slow", hours=25, state=decided, figures=duty(84)),
    ]
    event = summarize_event(stories)
    assert percents(event) == [Decimal(125)]
    assert not event.disputed


def test_a_later_report_without_a_status_changes_no_rate() -> None:
    decided = report(1, state=state(EventStatus.ANNOUNCED), figures=duty(25))
    event = summarize_event([decided, report(2, "desk", hours=7, figures=duty(10))])
    assert percents(event) == [Decimal(25)]
    assert not event.disputed


def test_a_rate_that_names_the_one_before_it_replaces_that_at_once() -> None:
    decided = state(EventStatus.ANNOUNCED)
    stories = [
        report(1, state=decided, figures=duty(84)),
        report(2, "desk", hours=1, state=decided, figures=duty(125, 84)),
    ]
    event = summarize_event(stories)
    assert percents(event) == [Decimal(125)]
    assert not event.disputed


def test_outlets_that_disagree_are_kept_side_by_side_until_one_corrects_itself() -> None:
    decided = state(EventStatus.ANNOUNCED)
    stories = [
        report(1, state=decided, figures=duty(25)),
        report(2, "gazette", hours=1, state=decided, figures=duty(20)),
    ]
    [disputed] = summarize_event(stories).disputed
    assert [(each.source, each.percent) for each in disputed.outlets] == [
        ("Wire", Decimal(25)),
        ("Gazette", Decimal(20)),
    ]
    corrected = report(
        3, "gazette", hours=2, state=decided, figures=duty(25), title="Correction: duty is 25%"
    )
    event = summarize_event([*stories, corrected])
    assert not event.disputed
    assert percents(event) == [Decimal(25)]
    assert event.correction is not None
    assert event.correction.story == corrected


def test_a_correction_that_repeats_the_wrong_rate_does_not_state_it_again() -> None:
    decided = state(EventStatus.ANNOUNCED)
    wrong = report(2, "gazette", hours=1, state=decided, figures=duty(48))
    repeated = (Figure(to_percent=Decimal(48)), *duty(84))
    title = "Correction: the duty is 84%, not 48%"
    corrected = report(3, "gazette", hours=2, figures=repeated, title=title)
    event = summarize_event([report(1, state=decided, figures=duty(84)), wrong, corrected])
    assert percents(event) == [Decimal(84)]
    assert not event.disputed


@pytest.mark.parametrize(
    ("title", "text", "is_retraction"),
    [
        ("CORRECTED: India duty is 25%", "", False),
        ("UPDATE 1-CORRECTED-India duty is 25%", "", False),
        ("India duty is 25% (corrected)", "", False),
        ("Additional Duties on Goods of India; Correction", "", False),
        ("India duty is 25%", "(Corrects rate in the first paragraph) A duty of 25%", False),
        ("India duty is 25%", "An earlier version of this article misstated the rate.", False),
        ("RETRACTED: India to pay 25%", "", True),
        ("Retraction: India to pay 25%", "", True),
    ],
)
def test_a_marked_correction_is_recognized(title: str, text: str, is_retraction: bool) -> None:
    event = summarize_event([report(1), report(2, title=title, text=text)])
    assert event.correction is not None
    assert event.correction.is_retraction is is_retraction
    assert not event.correction.is_silent


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Market correction deepens as duties rise", "A correction in prices follows."),
        ("Withdrawn tariffs return", "Withdrawn duties return in May."),
        ("Court corrects duty order", "The ministry corrected the list."),
    ],
)
def test_other_uses_of_these_words_are_no_corrections(title: str, text: str) -> None:
    assert summarize_event([report(1), report(2, title=title, text=text)]).correction is None


def test_the_rate_of_the_headline_wins_over_another_rate_of_the_text() -> None:
    title = "India keeps a duty of 40% on almonds"
    before, in_text = duty(40, quote=title), duty(15, quote="It had begun with 15%.")
    story = report(1, title=title, figures=before + in_text, state=state(EventStatus.ANNOUNCED))
    assert percents(summarize_event([story])) == [Decimal(40)]
    swapped = report(1, title=title, figures=in_text + before, state=state(EventStatus.ANNOUNCED))
    assert percents(summarize_event([swapped])) == [Decimal(40)]


def test_a_rate_of_the_text_alone_still_replaces_that_of_an_earlier_story() -> None:
    title = "India acts on almonds again"
    first = report(1, figures=duty(40, quote="Report 1"), state=state(EventStatus.ANNOUNCED))
    second = report(2, title=title, hours=9, figures=duty(55), state=state(EventStatus.ANNOUNCED))
    assert percents(summarize_event([first, second])) == [Decimal(55)]


def test_an_outlet_that_changes_its_story_silently_is_recognized_by_the_link() -> None:
    story = report(1, figures=duty(20))
    edited = report(2, link=story.link, hours=1, figures=duty(25))
    event = summarize_event([story, edited])
    assert event.correction is not None
    assert event.correction.is_silent
    docket = [each.model_copy(update={"kind": FeedKind.COURT}) for each in (story, edited)]
    assert summarize_event(docket).correction is None


def test_two_reports_at_one_link_are_no_edit_if_their_titles_have_nothing_in_common() -> None:
    home = "https://wire.example/"
    one = report(1, link=home, title="Steel duties double")
    other = report(2, link=home, hours=1, title="Importers wait for refunds")
    assert summarize_event([one, other]).correction is None


def test_an_event_has_a_limited_number_of_duties() -> None:
    many = tuple(
        figure for number in range(40) for figure in duty(10 + number, product=f"goods{number}")
    )
    event = summarize_event([report(1, state=state(EventStatus.ANNOUNCED), figures=many)])
    assert [figure.product for figure in event.duties] == [f"goods{n}" for n in range(30)]


def test_sources_are_counted_once_and_official_ones_are_named() -> None:
    stories = [report(1), report(2), report(3, "desk")]
    event = summarize_event(stories)
    assert (event.sources, event.is_official) == (2, False)
    gazette = report(4, "register", kind=FeedKind.OFFICIAL)
    event = summarize_event([*stories, gazette])
    assert (event.sources, event.is_official) == (3, True)


def test_a_rate_of_no_one_is_not_shown() -> None:
    decided = state(EventStatus.ANNOUNCED)
    vague = Figure(to_percent=Decimal(10))
    goods = Figure(to_percent=Decimal(15), product="tiles")
    assert percents(summarize_event([report(1, state=decided, figures=(vague,))])) == []
    event = summarize_event([report(1, state=decided, figures=(vague, goods))])
    assert percents(event) == [Decimal(15)]
    event = summarize_event([report(1, state=decided, figures=(vague, goods, *duty(50)))])
    assert percents(event) == [Decimal(50)]


def test_the_pair_is_known_only_if_the_figures_agree_on_it() -> None:
    deal = state(EventStatus.DEAL)
    one = report(1, state=deal, figures=duty(30, 145))
    event = summarize_event([one])
    assert (event.imposer, event.partner) == ("US", "IN")
    back = Figure(imposer="IN", partner="US", from_percent=Decimal(125), to_percent=Decimal(10))
    both = one.model_copy(update={"figures": (*one.figures, back)})
    event = summarize_event([both])
    assert (event.imposer, event.partner) == (None, None)
    assert percents(event) == [Decimal(30), Decimal(10)]


def test_a_development_is_shown_as_the_latest_even_without_a_status() -> None:
    answer = (NewFact(kind=NewFactKind.ANSWER, after="IN"),)
    reply = report(2, hours=8, relation=Relation.DEVELOPMENT, new_facts=answer)
    event = summarize_event([report(1, state=state(EventStatus.ANNOUNCED)), reply])
    assert event.status is EventStatus.ANNOUNCED
    assert event.latest == reply


figures = st.builds(
    Figure,
    imposer=st.sampled_from([None, "US", "IN"]),
    partner=st.sampled_from([None, "US", "IN"]),
    product=st.sampled_from([None, "steel", "steel pipes"]),
    from_percent=st.sampled_from([None, Decimal(5), Decimal(10)]),
    to_percent=st.sampled_from([None, Decimal(5), Decimal(10), Decimal(20)]),
)
reports = st.builds(
    report,
    st.integers(1, 9),
    st.sampled_from(["wire", "desk", "gazette"]),
    hours=st.integers(0, 60),
    state=st.builds(EventState, status=st.sampled_from([None, *EventStatus])),
    relation=st.sampled_from(Relation),
    figures=st.lists(figures, max_size=3).map(tuple),
)


@given(st.lists(reports, min_size=1, max_size=8))
def test_any_stories_make_a_consistent_event(stories: list[Story]) -> None:
    event = summarize_event(stories)
    assert not (event.duties and event.quoted)
    stated = {f.to_percent for story in stories for f in story.figures}
    assert {f.to_percent for f in (*event.duties, *event.quoted)} <= stated
    for disputed in event.disputed:
        assert len({each.percent for each in disputed.outlets}) > 1
    assert event.sources == len({story.feed_id for story in stories})
    assert summarize_event(sorted(stories, key=lambda each: each.published)) == event
