"""Alerts show the present state of an event, developments show what is new, and Slack accepts both
for any stories."""

import json
import re
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alerts.subscriptions.criteria import MatchedEconomy, MatchReason
from bot.commands.rates.rate_now import RateNow
from bot.feeds.model import FeedKind
from bot.news.events.comparison import compare
from bot.news.events.event import Event, summarize_event
from bot.news.state import (
    CollectionEffect,
    EventState,
    EventStatus,
    NewFact,
    NewFactKind,
    Relation,
)
from bot.news.story import Evidence, Figure, Story
from bot.slack.blockkit.blocks import Message
from bot.slack.views.alerts import (
    AlertOptions,
    render_alert,
    render_development,
    render_link,
    render_why,
)
from bot.values import Topic
from tests.slack.samples import HOSTILE, NOW, PARTIES, nasty_text, stories, story
from tests.slack.views.accepted import as_text, check_accepted

DECIDED = EventState(status=EventStatus.ANNOUNCED, effective=date(2025, 5, 14))
RULING = EventState(status=EventStatus.UNLAWFUL, collection=CollectionEffect.NOT_COLLECTED)


def later(number: int, state: EventState | None = None, **changes: Any) -> Story:
    """A development of the sample story's event, some hours later."""
    given: dict[str, Any] = {
        "id": f"s{number}",
        "entry_key": f"k{number}",
        "published": NOW + timedelta(hours=number),
        "link": f"https://news.example/{number}",
        "title": f"Development {number}",
        "relation": Relation.DEVELOPMENT,
        "state": state or EventState(),
        "figures": (),
    }
    return story(**{**given, **changes})


def alert(*given: Story, **options: Any) -> Message:
    return render_alert(summarize_event(given), PARTIES, AlertOptions(**options))


def shown(message: Message) -> str:
    """The visible text of the message's blocks, one line for each text."""
    return "\n".join(_list_texts(message.payload()["blocks"]))


def _list_texts(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        if isinstance(value.get("text"), str):
            yield value["text"]
        for key, part in value.items():
            if key != "value":
                yield from _list_texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _list_texts(part)


def buttons(message: Message) -> dict[str, dict[str, Any]]:
    rows = [b for b in message.payload()["blocks"] if b["type"] == "actions"]
    return {e["action_id"]: e for row in rows for e in row["elements"]}


def menu(message: Message) -> dict[str, str]:
    """The labels of the alert's menu with their values."""
    [block] = [b for b in message.payload()["blocks"] if "accessory" in b]
    return {each["text"]["text"]: each["value"] for each in block["accessory"]["options"]}


states = st.builds(
    EventState,
    status=st.sampled_from([None, *EventStatus]),
    effective=st.none() | st.dates(),
    collection=st.sampled_from([None, *CollectionEffect]),
    collection_from=st.none() | st.dates(),
)
facts = st.builds(
    NewFact,
    kind=st.sampled_from(NewFactKind),
    before=nasty_text,
    after=nasty_text | st.sampled_from(["84", "2025-06-01", "CN", "NaN"]),
)
developments = st.builds(
    lambda found, state, relation, news: found.model_copy(
        update={"state": state, "relation": relation, "new_facts": tuple(news)}
    ),
    stories,
    states,
    st.sampled_from(Relation),
    st.lists(facts, max_size=6),
)
rates_now = st.builds(
    RateNow,
    st.sampled_from(["US", "XX"]),
    st.sampled_from(["CN", "EU"]),
    st.none() | nasty_text,
    st.none() | st.decimals(0, 1000, places=3),
    st.none() | st.tuples(st.decimals(0, 10, places=1), st.decimals(10, 20, places=1)),
    st.none() | st.dates(),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(developments, min_size=1, max_size=4), rates_now, st.booleans())
def test_slack_accepts_an_alert_of_any_stories(
    found: list[Story], rate: RateNow, again: bool
) -> None:
    event = summarize_event(found)
    options = AlertOptions(lambda _: rate)
    check_accepted(render_alert(event, PARTIES, options, may_repeat=again))
    check_accepted(render_link(found[0]))


@settings(max_examples=30, deadline=None)
@given(st.lists(developments, min_size=1, max_size=4), st.integers(1, 60), st.booleans())
def test_slack_accepts_any_number_of_developments(
    found: list[Story], times: int, again: bool
) -> None:
    check_accepted(
        render_development(found, found * times, PARTIES, followed="e1", may_repeat=again)
    )


def test_slack_accepts_the_longest_alert() -> None:
    longest = "&" * 3000
    figures = tuple(
        Figure(imposer="US", partner=code, product=longest, to_percent=Decimal(n), quote=longest)
        for n, code in enumerate(("CN", "EU", "JP", "KR", "IN", "BR", "MX", "CA"))
    )
    many = [
        story(
            id=f"s{n}",
            feed_id=f"feed{n}",
            source=longest,
            title=longest,
            summary=longest,
            figures=figures
            if n % 2
            else tuple(f.model_copy(update={"to_percent": Decimal(99)}) for f in figures),
            state=DECIDED,
            kind=FeedKind.OFFICIAL,
        )
        for n in range(200)
    ]
    check_accepted(alert(*many))


def test_an_alert_of_a_decision_shows_who_pays_what() -> None:
    rate = RateNow("US", "CN", None, None, (Decimal("12.5"), Decimal("37.5")), date(2026, 10, 2))
    text = shown(alert(story(state=DECIDED), find_rate_now=lambda _: rate))
    for part in (
        "📦 Tariff, negotiation · *ANNOUNCED from 14 May 2025*",
        "<https://news.example/a?x=1&amp;y=2|United States and China cut tariffs for 90 days>",
        "Duties on Chinese goods fall from 145% to 30%.",
        "*Importing country* United States",
        "*Origin* China",
        "*Rate* 145% → 30%",
        "*In our data now* 12.5% to 37.5% (checked 2 Oct 2026)",
        "Example Wire · <!date^",
        "1 source · reported",
    ):
        assert part in text


def test_the_headline_and_the_correction_are_shown_even_with_the_longest_links() -> None:
    path = "https://news.example/" + "x" * 1_300
    first = story(link=f"{path}1", title="United States raises duty", state=DECIDED)
    news = alert(
        first,
        later(2, DECIDED, link=f"{path}2", title="Duty delayed"),
        later(3, link=f"{path}3", title="Correction: duty is 35%"),
    )
    text = shown(news)
    assert f"<{path}1|United States raises duty>" in text
    assert f"⚠️ *Corrected:* <{path}3|" in text
    assert "Duty delayed" not in text
    assert first.summary in text
    too_long = "https://news.example/" + "x" * 2_970
    unlinked = shown(alert(story(link=too_long, title="Duty is up", state=DECIDED)))
    assert "*Duty is up*" in unlinked
    check_accepted(news)


def test_no_rate_is_shown_for_figures_on_several_goods() -> None:
    rate = RateNow("US", "CN", None, Decimal(10), None, None)
    duties = tuple(
        Figure(imposer="US", partner="CN", product=goods, to_percent=Decimal(percent))
        for goods, percent in (("steel", 50), ("cars", 25))
    )
    several = alert(story(state=DECIDED, figures=duties), find_rate_now=lambda _: rate)
    assert "In our data now" not in shown(several)
    one = alert(story(state=DECIDED, figures=duties[:1]), find_rate_now=lambda _: rate)
    assert "In our data now" in shown(one)


@pytest.mark.parametrize("known", [{"imposer": "US"}, {"partner": "CN"}])
def test_the_rate_button_asks_for_the_importing_country_first(known: dict[str, str]) -> None:
    figure = Figure(**known, to_percent=Decimal(30))
    for parties in (("CN", "US"), ("US", "CN")):
        asked = alert(story(state=DECIDED, figures=(figure,), parties=parties))
        values = [each.get("value") for each in asked.blocks[-1]["elements"]]
        assert "United States China" in values


def test_a_ruling_always_says_whether_the_duty_is_collected() -> None:
    court = {"topics": (Topic.COURT_RULING,), "figures": ()}
    ruled = story(state=EventState(status=EventStatus.UNLAWFUL), **court)
    assert "effect on collection not stated" in shown(alert(ruled))
    voided = story(state=RULING, **court)
    assert "*RULED UNLAWFUL 12 May 2025* · duties not collected" in shown(alert(voided))
    changes = RULING.model_copy(
        update={"collection": CollectionEffect.CHANGES, "collection_from": date(2025, 6, 3)}
    )
    assert "collection changes on 3 Jun 2025" in shown(alert(story(state=changes, **court)))


def test_an_alert_shows_the_state_after_a_development() -> None:
    stay = EventState(status=EventStatus.STAYED, collection=CollectionEffect.COLLECTED)
    court = story(state=RULING, topics=(Topic.COURT_RULING,), figures=())
    text = shown(alert(court, later(20, stay, topics=(Topic.COURT_RULING,))))
    assert "⚖️ Court ruling · *RULING STAYED 13 May 2025* · duties still collected" in text
    assert "United States and China cut tariffs" in text
    assert "Latest: <https://news.example/20|Development 20>" in text
    assert "RULED UNLAWFUL" not in text


def test_the_figure_of_a_threat_appears_only_in_the_words_of_its_source() -> None:
    figure = Figure(
        imposer="US", partner="FR", to_percent=Decimal(200), quote="a 200% levy on wine"
    )
    threat = story(
        state=EventState(status=EventStatus.THREATENED), figures=(figure,), summary="", title="Wine"
    )
    text = shown(alert(threat))
    assert "“a 200% levy on wine”" in text
    assert "*Importing country* United States\n*Origin* France" in text
    assert "*Rate" not in text


def test_the_rate_in_our_data_names_its_pair_and_goods_unless_the_alert_does() -> None:
    rate = RateNow("US", "CN", None, Decimal("10.0"), None, None)
    decided = shown(alert(story(state=DECIDED), find_rate_now=lambda _: rate))
    assert "*In our data now* 10% on goods in general\n" in decided
    talks = shown(alert(story(figures=()), find_rate_now=lambda _: rate))
    assert "*In our data now* 10% on goods in general, United States on China\n" in talks
    cars = shown(alert(story(), find_rate_now=lambda _: rate._replace(product="cars")))
    assert "*In our data now* 10% on cars\n" in cars


def test_a_decision_on_goods_of_any_origin_says_that_none_is_stated() -> None:
    steel = Figure(imposer="US", product="steel", to_percent=Decimal(50))
    text = shown(alert(story(state=DECIDED, figures=(steel,))))
    assert "*Importing country* United States\n*Origin* not stated\n*Rate* 50% on steel" in text


def test_figures_that_give_one_economy_both_roles_name_no_pair() -> None:
    figures = (
        Figure(imposer="US", product="smartphones", to_percent=Decimal(25)),
        Figure(partner="US", to_percent=Decimal(25)),
    )
    threat = EventState(status=EventStatus.THREATENED)
    text = shown(alert(story(state=threat, figures=figures)))
    assert "*Importing country*" not in text
    assert "*Origin*" not in text


def test_a_hearing_is_a_court_case_and_no_ruling() -> None:
    text = shown(alert(story(topics=(Topic.COURT_RULING, Topic.TARIFF), figures=())))
    assert text.startswith("⚖️ Court case, tariff\n")


def test_rates_on_two_pairs_name_their_pairs() -> None:
    back = Figure(imposer="CN", partner="US", from_percent=Decimal(125), to_percent=Decimal(10))
    text = shown(alert(story(state=DECIDED, figures=(*story().figures, back))))
    assert "United States on China: 145% → 30%" in text
    assert "China on United States: 125% → 10%" in text
    assert "*Importing country*" not in text


def test_outlets_that_disagree_are_side_by_side() -> None:
    other = later(
        1,
        DECIDED,
        feed_id="gazette",
        source="Gazette",
        relation=Relation.REPORT,
        figures=(Figure(imposer="US", partner="CN", to_percent=Decimal(35)),),
    )
    text = shown(alert(story(state=DECIDED), other))
    assert "*Outlets differ:* Example Wire 30% · Gazette 35%" in text
    assert "2 sources" in text


@pytest.mark.parametrize(
    ("title", "line"),
    [
        ("Correction: duty is 35%", "*Corrected:* <https://news.example/1|duty is 35%>"),
        ("Retracted: cut", "*Retracted:* <https://news.example/1|cut>"),
        (
            "Duty is 35% (corrected)",
            "*Corrected:* <https://news.example/1|Duty is 35% (corrected)>",
        ),
    ],
)
def test_a_correction_marks_the_alert(title: str, line: str) -> None:
    assert f"⚠️ {line}" in shown(alert(story(), later(1, title=title)))


def test_official_sources_are_named() -> None:
    assert "1 source · official" in shown(alert(story(kind=FeedKind.COURT)))


def test_a_long_summary_is_cut() -> None:
    text = shown(alert(story(summary="word " * 100)))
    [line] = [line for line in text.splitlines() if line.startswith("word")]
    assert len(line) <= 200
    assert line.endswith("word…")


def test_a_long_summary_ends_with_a_sentence_if_no_rate_is_lost() -> None:
    first = f"The duty{' on steel' * 15} rises."
    other = f"{first} Other{' metals' * 20} follow."
    assert f"\n{first}\n" in shown(alert(story(summary=other)))
    rate = f"{first} It rises to 50%{' on metals' * 20}."
    assert "It rises to 50%" in shown(alert(story(summary=rate)))
    assert f"\n{first}\n" in shown(alert(story(summary=rate, state=DECIDED)))


def test_an_alert_has_a_menu_and_two_buttons() -> None:
    message = alert(story())
    assert menu(message) == {
        "Mute this event": "mute_event s1",
        "Mute a topic 24 h": "mute_topic tariff negotiation",
        "Mute channel 24 h": "mute_day s1",
        "Why am I seeing this": "why s1",
        "Not relevant": "not_relevant s1",
    }
    found = buttons(message)
    assert found["alert_follow"]["value"] == "s1"
    assert found["run_0"]["text"]["text"] == "Rate now"
    assert found["run_0"]["value"] == "United States China"


def test_the_menu_names_the_topic_if_there_is_one() -> None:
    one = menu(alert(story(topics=(Topic.COURT_RULING,))))
    assert one["Mute court rulings 24 h"] == "mute_topic court_ruling"


def test_the_reasons_have_only_buttons_that_work() -> None:
    def labels(**changes: Any) -> set[str]:
        matched = [MatchReason(topics=(Topic.TARIFF,))] if changes.pop("matches", True) else []
        reports = changes.pop("reports", False)
        given = story(**changes)
        message = render_why(given, matched, PARTIES, is_channel=True, takes_reports=reports)
        return {each["text"]["text"] for each in message.blocks[-1]["elements"]}

    leave = "Unsubscribe from everything here"
    assert labels(matches=False, link="javascript:alert(1)") == {"Subscriptions here"}
    always = {"Fewer like this", "Subscriptions here", "Copy link", leave}
    assert labels() == always
    assert labels(reports=True) == always | {"Report a mistake"}


@pytest.mark.parametrize(
    ("parties", "question"),
    [
        (("US",), "United States steel"),
        (("CN", "EU"), "China European Union"),
        (("US", "JP", "KR"), "United States steel"),
    ],
)
def test_without_a_pair_the_economies_and_goods_of_the_stories_are_asked_about(
    parties: tuple[str, ...], question: str
) -> None:
    steel = Figure(product="steel", to_percent=Decimal(50))
    found = buttons(alert(story(figures=(steel,), parties=parties)))
    assert found["run_0"]["value"] == question


@pytest.mark.parametrize("parties", [(), ("US",), ("US", "JP", "KR")])
def test_without_a_pair_and_goods_there_is_no_rate_to_ask_for(parties: tuple[str, ...]) -> None:
    assert "run_0" not in buttons(alert(story(figures=(), parties=parties)))


def test_hostile_text_is_not_active_markup() -> None:
    nasty: dict[str, Any] = {"title": HOSTILE, "summary": HOSTILE, "source": HOSTILE}
    fact = NewFact(kind=NewFactKind.SCOPE, before=HOSTILE, after=HOSTILE)
    stay = later(1, **nasty, new_facts=(fact,))
    both = [story(**nasty), stay]
    found = [
        render_alert(summarize_event(both), PARTIES),
        render_development(both, [stay], PARTIES),
    ]
    # Values are left out here, because Slack never shows them.
    text = re.sub(r'"value": "(\\.|[^"\\])*"', "", "".join(map(as_text, found)))
    for part in (
        "<!channel>",
        "<@U123>",
        "<https://evil",
        ":tada:",
        "@here",
        "*bold*",
        "`code`",
    ):
        assert part not in text


def test_slack_is_asked_not_to_parse_links_and_mentions_in_texts() -> None:
    blocks = alert(story(state=DECIDED)).payload()["blocks"]
    texts = [
        text
        for block in blocks
        if block["type"] == "section"
        for text in (*block.get("fields", ()), *([block["text"]] if "text" in block else ()))
    ]
    assert len(texts) > 3
    assert all(text["verbatim"] for text in texts)


def test_a_message_that_may_be_a_repeat_says_so() -> None:
    event = summarize_event([story()])
    assert "(may repeat)" in as_text(render_alert(event, PARTIES, may_repeat=True))
    assert "(may repeat)" in as_text(
        render_development([story()], [story()], PARTIES, may_repeat=True)
    )
    assert "(may repeat)" not in as_text(render_alert(event, PARTIES))


def develop(*new: Story, **more: Any) -> Message:
    return render_development([story(), *new], new, PARTIES, **more)


def test_a_development_says_what_is_new_and_links_its_source() -> None:
    fact = NewFact(kind=NewFactKind.RATE, before="84", after="125.0")
    [text] = shown(develop(later(5, DECIDED, new_facts=(fact,)))).split("\n\n")
    first, second = text.splitlines()
    assert first == "*New: rate 84% → 125%*"
    assert second.startswith("<https://news.example/5|Development 5> · Example Wire · ")


def test_a_new_status_comes_before_the_other_news() -> None:
    facts = (
        NewFact(kind=NewFactKind.STATUS, before="threatened", after="announced"),
        NewFact(kind=NewFactKind.RATE, before="84", after="125"),
    )
    text = shown(develop(later(5, DECIDED, new_facts=facts)))
    assert "*New: ANNOUNCED from 14 May 2025 · rate 84% → 125%*" in text


def test_a_new_day_is_named_once() -> None:
    facts = (
        NewFact(kind=NewFactKind.STATUS, before="threatened", after="announced"),
        NewFact(kind=NewFactKind.DATE, before="2025-05-01", after="2025-05-14"),
    )
    text = shown(develop(later(5, DECIDED, new_facts=facts)))
    assert "*New: ANNOUNCED from 14 May 2025*" in text


def test_an_outlet_that_contradicts_another_is_no_change_of_the_rate() -> None:
    first = story(state=DECIDED)
    fact = NewFact(kind=NewFactKind.RATE, before="30", after="35")
    other = later(
        1,
        DECIDED,
        feed_id="gazette",
        source="Gazette",
        figures=(Figure(imposer="US", partner="CN", to_percent=Decimal(35)),),
        new_facts=(fact,),
    )
    corrected = later(
        2, feed_id="gazette", source="Gazette", title="Correction: 30%", figures=first.figures
    )
    text = shown(render_development([first, other, corrected], [other], PARTIES))
    assert "*New: outlets differ: Example Wire 30% · Gazette 35%*" in text
    assert "→" not in text


def test_a_stay_says_that_the_duty_is_still_collected() -> None:
    stay = EventState(status=EventStatus.STAYED, collection=CollectionEffect.COLLECTED)
    assert "*New: RULING STAYED 13 May 2025 · duties still collected*" in shown(
        develop(later(20, stay))
    )
    silent = EventState(status=EventStatus.STAYED)
    assert "effect on collection not stated" in shown(develop(later(20, silent)))


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        ((NewFactKind.RATE, "", "25"), "rate 25%"),
        (
            (NewFactKind.SUM, "350000000000", "550000000000"),
            "sum US$ 350 billion → US$ 550 billion",
        ),
        ((NewFactKind.DATE, "2025-06-01", "2025-07-09"), "date 1 Jun 2025 → 9 Jul 2025"),
        ((NewFactKind.SCOPE, "", "steel pipes"), "now on steel pipes"),
        ((NewFactKind.ANSWER, "", "EU"), "European Union responds"),
    ],
)
def test_each_kind_of_news_has_its_words(fact: tuple[NewFactKind, str, str], words: str) -> None:
    kind, before, after = fact
    news = (NewFact(kind=kind, before=before, after=after),)
    assert f"New: {words}" in shown(develop(later(1, new_facts=news)))


def test_developments_are_in_order_of_time() -> None:
    text = shown(develop(later(9), later(3)))
    assert text.index("Development 3") < text.index("Development 9")


def test_a_follower_is_named_the_event_and_can_unfollow_it() -> None:
    message = develop(later(1), followed="s1")
    assert "You follow “United States and China cut tariffs for 90 days”." in shown(message)
    assert buttons(message)["alert_unfollow"]["value"] == "s1"


def test_talks_that_end_are_not_called_an_ended_duty() -> None:
    talks = story(
        topics=(Topic.NEGOTIATION, Topic.TARIFF),
        evidence=(
            Evidence(topic=Topic.NEGOTIATION, rule="talks", words="trade talks", where="title"),
            Evidence(topic=Topic.TARIFF, rule="tariff", words="tariff", where="summary"),
        ),
        state=EventState(status=EventStatus.ENDED),
        figures=(),
    )
    assert "*TALKS ENDED 12 May 2025*" in shown(alert(talks))


def why(*found: MatchReason, is_channel: bool = True) -> str:
    return shown(render_why(story(), found, PARTIES, is_channel=is_channel))


def test_why_names_what_matched_of_a_subscription_and_the_matched_words() -> None:
    tariffs = (Topic.TARIFF,)
    text = why(MatchReason(topics=tariffs))
    assert "Because this channel follows tariffs." in text
    assert "Matched: “cut tariffs”." in text
    assert "“Example Wire” (wire)" in text
    assert "tariff.word" not in text
    china = MatchReason(topics=tariffs, economies=(MatchedEconomy(code="CN"),))
    text = why(china, is_channel=False)
    assert "Because you follow tariffs, in stories that name China." in text
    text = why(MatchReason(topics=(*tariffs, Topic.NEGOTIATION), words=("truce",)))
    assert "Because this channel follows tariffs and negotiations, in stories with “truce”." in text


def test_why_says_that_a_bloc_or_a_member_was_named_instead() -> None:
    economies = (
        MatchedEconomy(code="FR", via="EU"),
        MatchedEconomy(code="EU", via="DE"),
    )
    text = why(MatchReason(topics=(Topic.TARIFF,), economies=economies, goods=("steel",)))
    assert "that name France (as an EU member) or European Union (by its member Germany)" in text
    assert "on steel" in text


def test_why_says_if_the_subscription_has_ended() -> None:
    assert "No subscription here matches it now." in why()


def test_why_says_how_the_newest_story_joined_the_event() -> None:
    again = later(2, title="US and China cut tariffs for three months")
    joined = compare(again, story())
    message = render_why(
        story(),
        [MatchReason(topics=(Topic.TARIFF,))],
        PARTIES,
        is_channel=True,
        newest=again,
        joined=joined,
    )
    text = shown(message)
    assert "*Why the newest story is here*: US and China cut tariffs for three months" in text
    assert "Probability of one state" in text
    assert "Why the newest story" not in why()


@settings(max_examples=30, deadline=None)
@given(stories, nasty_text)
def test_slack_accepts_any_explanation(found: Story, word: str) -> None:
    own = [MatchReason(topics=found.topics, words=(word,) * 30)] * 20
    joined = compare(found, story())
    message = render_why(found, own, PARTIES, is_channel=True, newest=found, joined=joined)
    check_accepted(message)


def test_a_link_is_shown_as_text_to_copy() -> None:
    message = render_link(story())
    assert (
        json.dumps(message.payload()["blocks"]).count("`https://news.example/a?x=1&amp;y=2`") == 1
    )


def test_an_event_is_a_plain_value() -> None:
    event = summarize_event([story(state=DECIDED)])
    assert Event.model_validate_json(event.model_dump_json()) == event


@pytest.mark.parametrize(
    ("title", "line"),
    [
        ("Correction: duty is 35%", "*Corrected:* <https://news.example/1|duty is 35%>"),
        ("Retracted: cut", "*Retracted:* <https://news.example/1|cut>"),
    ],
)
def test_a_correction_is_a_development_that_says_so(title: str, line: str) -> None:
    correction = later(1, title=title)
    text = shown(render_development([story(), correction], [correction], PARTIES))
    assert line in text
    assert "New:" not in text


def test_a_correction_with_a_new_rate_names_both_rates() -> None:
    rate = NewFact(kind=NewFactKind.RATE, before="30", after="35")
    correction = later(1, title="Correction: duty is 35%", new_facts=(rate,))
    text = shown(render_development([story(), correction], [correction], PARTIES))
    assert "*Corrected: " in text
    assert "30%" in text
    assert "35%" in text
