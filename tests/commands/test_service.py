"""The effect and the reply of each command, on any platform."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.alerts.mutes import MuteKind
from bot.alerts.subscriptions.criteria import Criteria, EconomyFilter
from bot.alerts.subscriptions.timing import Frequency, Timing
from bot.commands import replies
from bot.commands.grammar import Verb
from bot.commands.permissions import OperatorAction
from bot.commands.rates.replies import CalendarFile, RateAnswers, RateCalendar, RateCard
from bot.commands.replies import is_public
from bot.proposals.build import propose_rate
from bot.proposals.model import ReportedRate, ReportSource
from bot.rates.question.query import QueryKind
from bot.values import Topic
from tests.commands.conftest import NOW, OPERATOR, PERSON, Commands
from tests.feeds.bodies import item, rss
from tests.feeds.server import FeedServer
from tests.slack.fakes import ledger
from tests.store import examples
from tests.store.opened import Store


async def test_help_lists_the_commands(commands: Commands) -> None:
    assert await commands.type("") == replies.Help()


async def test_a_question_is_answered_in_both_directions(commands: Commands) -> None:
    reply = await commands.type("us china on 2025-05-20")
    assert isinstance(reply, RateAnswers)
    totals = [(one.imposer, one.partner, one.total_percent) for one in reply.answers]
    assert totals == [("US", "CN", Decimal(30)), ("CN", "US", Decimal(10))]
    assert not reply.as_table
    assert not is_public(reply)


async def test_a_table_contains_the_same_answer(commands: Commands) -> None:
    answer = await commands.type("us china steel")
    table = await commands.type("table us china steel")
    assert isinstance(answer, RateAnswers)
    assert table == replace(answer, as_table=True)


async def test_a_calendar_has_its_own_reply_even_if_a_table_is_requested(
    commands: Commands,
) -> None:
    for text in ("upcoming china", "table upcoming china"):
        reply = await commands.type(text)
        assert isinstance(reply, RateCalendar)
        assert reply.query.kind is QueryKind.UPCOMING
        assert reply.today == NOW.date()
        assert reply.items
        assert reply.checked_period


async def test_a_calendar_file_holds_dates_ahead_in_order(commands: Commands) -> None:
    reply = await commands.type("upcoming ics china")
    assert isinstance(reply, CalendarFile)
    days = [entry.on for entry in reply.entries]
    assert days == sorted(days)
    assert days[0] >= NOW.date()


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("us chnnia", "us China"),
        ("table us chnnia", "table us China"),
        ("subcribe court-rulings", "subscribe court-rulings"),
        ("subscribe chinna", "subscribe China"),
        ("subscribe tarifs", "subscribe tariffs"),
        ("sub tariffs chnia", "subscribe tariffs China"),
        ("unsubscribe talcs", "unsubscribe talks"),
        ("subscribe tariffs zzqqx daily", 'subscribe tariffs with "zzqqx" daily'),
        ("subscribe us china japan", "subscribe United States, China, Japan"),
        ("feeds ad https://new.example/", "feeds add https://new.example/"),
    ],
)
async def test_a_typo_is_answered_with_a_complete_command(
    commands: Commands, text: str, suggestion: str
) -> None:
    reply = await commands.type(text)
    assert isinstance(reply, replies.NotUnderstood)
    assert suggestion in reply.suggestions


async def test_goods_alone_are_answered_with_a_button_for_each_likely_origin(
    commands: Commands,
) -> None:
    reply = await commands.type("steel")
    assert isinstance(reply, replies.Clarification)
    assert 2 <= len(reply.options) <= 4


async def test_a_subscription_is_saved_once_and_shown_to_all(commands: Commands) -> None:
    reply = await commands.type("subscribe court-rulings china daily")
    assert isinstance(reply, replies.Subscribed)
    assert reply.is_new
    assert is_public(reply)
    [kept] = await commands.store.subscriptions.of("T1", "C1")
    assert kept.id == reply.subscription.id
    # The reply says at which hour of which clock the digest comes.
    in_effect = Timing(frequency=Frequency.DAILY, hour=8, zone="UTC")
    assert reply.subscription.timing == in_effect
    assert kept.criteria == Criteria(
        topics=frozenset({Topic.COURT_RULING}), economies=(EconomyFilter(first="CN"),)
    )
    assert kept.timing == Timing(frequency=Frequency.DAILY)
    assert (kept.created_by, kept.created_at) == (PERSON, NOW)
    again = await commands.type("subscribe court-rulings china daily")
    assert isinstance(again, replies.Subscribed)
    assert not again.is_new
    assert not is_public(again)


async def test_an_unsubscribe_removes_the_given_topics_and_the_list_shows_the_rest(
    commands: Commands,
) -> None:
    for text in ("subscribe tariffs china", "subscribe talks"):
        await commands.type(text)
    gone = await commands.confirm("unsubscribe talks")
    assert isinstance(gone, replies.SubscriptionRemoved)
    assert gone.subscription.criteria.topics == {Topic.NEGOTIATION}
    assert is_public(gone)
    none = await commands.confirm("unsubscribe talks")
    assert isinstance(none, replies.Unsubscribed)
    assert (none.count, is_public(none)) == (0, False)
    listed = await commands.type("list")
    assert isinstance(listed, replies.SubscriptionList)
    assert [one.criteria.topics for one in listed.subscriptions] == [{Topic.TARIFF}]
    assert listed.reminders_on


async def test_reminders_are_switched_off_for_one_conversation(commands: Commands) -> None:
    await commands.type("subscribe talks")
    assert await commands.type("reminders") == replies.ReminderSwitch(True, False, False)
    off = await commands.type("reminders off")
    assert off == replies.ReminderSwitch(on=False, changed=True, has_tariffs=False)
    assert is_public(off)
    again = await commands.type("reminders off")
    assert again == replies.ReminderSwitch(on=False, changed=False, has_tariffs=False)
    other = await commands.type("reminders", conversation="C2")
    assert other == replies.ReminderSwitch(on=True, changed=False, has_tariffs=False)


async def test_latest_lists_the_stories_of_a_topic(commands: Commands) -> None:
    tariff = examples.story("tariff")
    talks = examples.story(
        "talks", topics=(Topic.NEGOTIATION,), seen_at=examples.NOON + timedelta(hours=1)
    )
    await commands.store.add_stories(tariff, talks)
    every = await commands.type("latest")
    assert isinstance(every, replies.LatestStories)
    assert [story.id for story in every.stories] == ["talks", "tariff"]
    topics = frozenset({Topic.TARIFF})
    assert await commands.type("latest tariffs") == replies.LatestStories((tariff,), topics)


async def test_latest_searches_by_economy_and_words_page_by_page(commands: Commands) -> None:
    listed = [
        examples.story(
            f"s{n}",
            title=f"{'Lumber' if n % 2 else 'Steel'} tariff {n}",
            parties=("US", "CA" if n < 16 else "CN"),
            seen_at=examples.NOON + timedelta(minutes=n),
            published=examples.NOON + timedelta(minutes=n),
        )
        for n in range(20)
    ]
    await commands.store.add_stories(*listed)

    async def read(text: str) -> tuple[list[str], bool]:
        reply = await commands.type(text)
        assert isinstance(reply, replies.LatestStories)
        return [story.id for story in reply.stories], reply.has_older

    assert await read("latest lumber") == (["s19", "s17", "s15", "s13", "s11"], True)
    assert await read("latest lumber page 2") == (["s9", "s7", "s5", "s3", "s1"], False)
    assert await read("latest canada lumber") == (["s15", "s13", "s11", "s9", "s7"], True)
    assert await read("latest page 4") == (["s4", "s3", "s2", "s1", "s0"], False)
    assert await read("latest china talks") == ([], False)
    assert await read("latest umber") == ([], False)
    assert await read("find canada china") == ([], False)
    assert await read("find canada, china lumber") == (["s19", "s17", "s15", "s13", "s11"], True)


async def test_a_search_for_goods_finds_their_other_names(commands: Commands) -> None:
    titles = ("Duty on automobiles", "A duty on SUVs", "Talks on vehicles", "A carbon tax")
    await commands.store.add_stories(
        *(examples.story(f"s{number}", title=title) for number, title in enumerate(titles))
    )
    for text in ("find passenger cars", "find cars", "find 8703", "find 8703.23"):
        reply = await commands.type(text)
        assert isinstance(reply, replies.LatestStories)
        assert {story.id for story in reply.stories} == {"s0", "s1", "s2"}


async def test_a_search_reaches_the_oldest_story(commands: Commands) -> None:
    many = (
        examples.story(f"s{n:04}", parties=("US",), published=examples.NOON + timedelta(minutes=n))
        for n in range(1_500)
    )
    await commands.store.add_stories(*many, examples.story("old", title="Wine", parties=("US",)))
    reply = await commands.type("find us wine")
    assert isinstance(reply, replies.LatestStories)
    assert [story.id for story in reply.stories] == ["old"]


async def test_a_list_names_the_alerts_of_its_conversation_only(commands: Commands) -> None:
    await commands.store.add_stories(examples.story("a"), examples.story("b"))
    for conversation, event in (("C1", "a"), ("C2", "a"), ("C2", "b"), ("U1", "b")):
        await send(commands.store, event, conversation)
    found = {}
    for conversation in ("C1", "C2", "U1", "C3"):
        reply = await commands.type("latest", conversation=conversation)
        assert isinstance(reply, replies.LatestStories)
        found[conversation] = dict(reply.alerts)
    assert found == {
        "C1": {"a": "C1 a"},
        "C2": {"a": "C2 a", "b": "C2 b"},
        "U1": {"b": "U1 b"},
        "C3": {},
    }


async def send(store: Store, event_id: str, conversation: str) -> None:
    """Saves an alert of the event that was sent; its ts names both."""
    delivery = examples.delivery(event_id, conversation=conversation, event_id=event_id)
    await store.queue(delivery)
    (claimed,) = await store.outbox.claim(examples.NOON, 1, 60)
    await store.outbox.start_sending(claimed.id, claimed.claimed_at)
    await store.outbox.confirm(claimed.id, f"{conversation} {event_id}", examples.NOON)


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("feeds add https://new.example/rss", OperatorAction.CHANGE_FEEDS),
        ("feeds remove wire", OperatorAction.CHANGE_FEEDS),
        ("feeds resume wire", OperatorAction.CHANGE_FEEDS),
        ("proposals", OperatorAction.DECIDE_ON_RATES),
    ],
)
async def test_only_operators_change_feeds_and_see_proposals(
    commands: Commands, text: str, act: OperatorAction
) -> None:
    for user in (PERSON, "", OPERATOR.lower(), f"{OPERATOR},{PERSON}"):
        assert await commands.type(text, user) == replies.OperatorsOnly(act, user)
    assert not isinstance(await commands.type(text, OPERATOR), replies.OperatorsOnly)


async def test_an_operator_adds_and_removes_a_feed(commands: Commands, server: FeedServer) -> None:
    added = await commands.type(f"feeds add {server.at('/feed', rss([item(1)]))}", OPERATOR)
    assert isinstance(added, replies.FeedAdded)
    listed = await commands.type("feeds", OPERATOR)
    assert isinstance(listed, replies.FeedStatusList)
    assert listed.may_change
    assert [feed.id for feed in listed.feeds] == [added.feed.id]
    seen = await commands.type("feeds")
    assert isinstance(seen, replies.FeedStatusList)
    assert not seen.may_change
    removed = await commands.type(f"feeds remove {added.feed.id}", OPERATOR)
    assert removed == replies.FeedRemoved(added.feed.id)
    refused = await commands.type(f"feeds resume {added.feed.id}", OPERATOR)
    assert isinstance(refused, replies.FeedRefused)
    assert refused.error.cure


async def test_a_long_address_is_not_cut(commands: Commands, server: FeedServer) -> None:
    address = server.at("/feed", rss([item(1)])) + "?" + "q" * 1500
    added = await commands.type(f"feeds add {address}", OPERATOR)
    assert isinstance(added, replies.FeedAdded)
    assert added.feed.url == address


async def test_proposals_that_were_held_back_are_listed_last(commands: Commands) -> None:
    report = ReportSource(source="Wire", link="https://wire.example/1", published=NOW, quote="40%")
    found = []
    for percent in (40, 50):
        rate = ReportedRate(
            imposer="US",
            partner="CN",
            percent=Decimal(percent),
            effective_on=date(2026, 12, 1),
        )
        proposal = propose_rate(rate, report, ledger(), NOW)
        assert proposal is not None
        found.append(proposal)
    await commands.store.proposals.keep(found, NOW)
    reply = await commands.type("proposals", OPERATOR)
    assert isinstance(reply, replies.ProposalList)
    assert {record.proposal.id for record in reply.first} == {one.id for one in found}
    assert (reply.count, reply.held_back) == (2, 2)


async def test_an_event_is_followed_and_muted_by_buttons(commands: Commands) -> None:
    events = commands.store.follows
    assert await commands.click(Verb.FOLLOW_EVENT, "e1") == replies.EventFollowed("e1", True)
    assert await commands.click(Verb.FOLLOW_EVENT, "e1") == replies.EventFollowed("e1", False)
    assert len(await events.followers(["e1"])) == 1
    assert await commands.click(Verb.UNFOLLOW_EVENT, "e1") == replies.EventUnfollowed()
    assert not await events.followers(["e1"])


@pytest.mark.parametrize(
    ("mute", "unmute", "text", "kind", "span"),
    [
        (Verb.MUTE_EVENT, Verb.UNMUTE_EVENT, "e1", MuteKind.EVENT, timedelta(days=30)),
        (Verb.MUTE_TOPIC, Verb.UNMUTE_TOPIC, "tariff", MuteKind.TOPIC, timedelta(hours=24)),
        (
            Verb.MUTE_CONVERSATION,
            Verb.UNMUTE_CONVERSATION,
            "",
            MuteKind.CONVERSATION,
            timedelta(hours=24),
        ),
    ],
)
async def test_events_topics_and_conversations_are_muted_for_a_while(
    commands: Commands, mute: Verb, unmute: Verb, text: str, kind: MuteKind, span: timedelta
) -> None:
    muted = await commands.click(mute, text)
    assert isinstance(muted, replies.Muted)
    assert is_public(muted)
    assert (muted.mute.kind, muted.mute.subject) == (kind, text)
    assert muted.mute.until == NOW + span
    assert await commands.store.mutes.of("T1", "C1", NOW) == (muted.mute,)
    assert is_public(await commands.click(unmute, text))
    assert await commands.store.mutes.of("T1", "C1", NOW) == ()


async def test_the_overview_hides_subscriptions_of_others(commands: Commands) -> None:
    await commands.type("subscribe tariffs")
    await commands.type("subscribe talks", user="U2", conversation="C2")
    await commands.type("subscribe talks", user="U2", conversation=PERSON)
    commands.people.members.add(("C1", PERSON))
    overview = await commands.service.build_overview("T1", PERSON)
    assert {one.conversation for one in overview.subscriptions} == {"C1", PERSON}
    assert overview.hidden == 0
    assert overview.feeds.feeds == 0


async def test_the_overview_hides_what_a_person_made_where_they_are_no_longer(
    commands: Commands,
) -> None:
    await commands.type("subscribe tariffs")
    await commands.type("subscribe talks", conversation=PERSON)
    overview = await commands.service.build_overview("T1", PERSON)
    assert {one.conversation for one in overview.subscriptions} == {PERSON}
    assert overview.hidden == 1


async def test_a_percentage_of_several_duties_is_answered_with_a_question(
    commands: Commands,
) -> None:
    reply = await commands.type("is the 10% still on")
    assert isinstance(reply, replies.Clarification)
    assert not is_public(reply)
    assert 2 <= len(reply.options) <= 4
    assert any("Section 122 surcharge" in label for label, _ in reply.options)
    for _, command in reply.options:
        answer = await commands.type(command)
        assert isinstance(answer, RateAnswers | RateCard)


async def test_the_end_of_a_total_is_answered_from_its_history(commands: Commands) -> None:
    reply = await commands.type("when did the 145% tariff end")
    assert isinstance(reply, RateAnswers)
    assert (reply.query.imposer, reply.query.partner, reply.query.history) == ("US", "CN", True)
    [spell] = reply.spells
    assert (spell.last, spell.then) == (date(2025, 5, 13), Decimal(30))


async def test_a_percentage_that_no_duty_has_is_not_understood(commands: Commands) -> None:
    reply = await commands.type("is the 777% still on")
    assert isinstance(reply, replies.NotUnderstood)
    assert reply.word == "777%"


@pytest.mark.parametrize(
    "text", ["us china on 03/04/2025", "us china in june", "compare eu and us tariffs on china"]
)
async def test_every_reading_of_an_unclear_question_has_an_answer(
    commands: Commands, text: str
) -> None:
    reply = await commands.type(text)
    assert isinstance(reply, replies.Clarification)
    for _, command in reply.options:
        assert isinstance(await commands.type(command), RateAnswers)


@pytest.mark.parametrize(
    "text", ["what is the meaning of life", "us china zzqqx", "changes since x"]
)
async def test_every_suggestion_for_an_unknown_thing_runs(commands: Commands, text: str) -> None:
    reply = await commands.type(text)
    assert isinstance(reply, replies.NotUnderstood)
    assert reply.about_rates
    for command in reply.suggestions:
        answer = await commands.type(command)
        assert isinstance(answer, RateAnswers | RateCalendar)
