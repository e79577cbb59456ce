"""Subscribing, editing, pausing and removing, and who may do that in a channel."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.alerts.subscriptions.criteria import Criteria, EconomyFilter
from bot.alerts.subscriptions.model import Subscription
from bot.alerts.subscriptions.preview import Preview
from bot.alerts.subscriptions.timing import Frequency, Timing
from bot.commands import replies
from bot.commands.grammar import Verb
from bot.commands.permissions import Permissions, SubscriptionPolicy
from bot.commands.replies import is_public
from bot.commands.request import CommandRequest
from bot.commands.service import CommandService
from bot.commands.subscriptions.grammar import format_subscription
from bot.commands.subscriptions.service import SubscriptionRules
from tests.commands.conftest import (
    NOW,
    OPERATOR,
    PERSON,
    Commands,
    address,
    commands,
    server,
    store,
)
from tests.slack.fakes import FakePeople
from tests.slack.samples import PARTIES
from tests.store.examples import story

__all__ = ["address", "commands", "server", "store"]

OTHER = "U2"


def governed(commands: Commands, policy: SubscriptionPolicy, **rules: Any) -> Commands:
    """The same stores with other settings."""
    old = commands.service
    permissions = Permissions({OPERATOR}, policy)
    service = CommandService(
        old.stores,
        old.answers,
        old.decisions,
        permissions,
        old.clock,
        rules=SubscriptionRules(**rules),
    )
    return Commands(service, commands.store)


async def saved(commands: Commands, conversation: str = "C1") -> list[Subscription]:
    return list(await commands.store.subscriptions.of("T1", conversation))


async def test_goods_are_saved_with_their_names_and_codes(commands: Commands) -> None:
    await commands.type("subscribe us on china steel, HS 8507.60 weekly on friday at 9 Tokyo time")
    [made] = await saved(commands)
    assert made.criteria.economies == (EconomyFilter(first="US", second="CN", directed=True),)
    steel, batteries = made.criteria.goods
    assert "cast iron" in steel.names
    assert "72" in steel.codes
    assert batteries.codes == ("850760",)
    assert made.timing == Timing(frequency=Frequency.WEEKLY, weekday=4, hour=9, zone="Asia/Tokyo")


async def test_an_equal_subscription_gets_the_new_timing_and_keeps_its_id(
    commands: Commands,
) -> None:
    await commands.type("subscribe us china")
    [first] = await saved(commands)
    again = await commands.type("subscribe china us daily")
    assert isinstance(again, replies.Subscribed)
    assert again.is_new
    [kept] = await saved(commands)
    assert (kept.id, kept.timing.frequency) == (first.id, Frequency.DAILY)


async def test_a_subscription_that_another_one_covers_says_so(commands: Commands) -> None:
    await commands.type("subscribe china")
    reply = await commands.type("subscribe us china")
    assert isinstance(reply, replies.Subscribed)
    [wider] = reply.covered_by
    assert wider.criteria.economies == (EconomyFilter(first="CN"),)
    reply = await commands.type("subscribe japan")
    assert isinstance(reply, replies.Subscribed)
    assert reply.covered_by == ()


async def test_a_preview_counts_what_the_last_days_would_have_sent(commands: Commands) -> None:
    await commands.type("subscribe china")
    seen = [
        story(name, parties=("US", "CN"), seen_at=NOW - ago, published=NOW - ago)
        for name, ago in (("a", timedelta(days=1)), ("b", timedelta(days=6)), ("c", timedelta(8)))
    ]
    await commands.store.add_stories(*seen)
    wanted = Criteria(economies=(EconomyFilter(first="US", second="CN"),))
    request = CommandRequest("", "T1", "C1", PERSON)
    found = await commands.service.subscriptions.preview(wanted, Timing(), request)
    assert isinstance(found, Preview)
    assert (found.messages, [each.id for each in found.newest]) == (2, ["a", "b"])


async def test_a_conversation_has_a_limited_number_of_subscriptions(commands: Commands) -> None:
    limited = governed(commands, SubscriptionPolicy.ANYONE, limit=2)
    for text in ("subscribe china", "subscribe japan"):
        await limited.type(text)
    assert await limited.type("subscribe canada") == replies.TooManyHere(2)
    assert isinstance(await limited.type("subscribe canada", conversation="C2"), replies.Subscribed)


async def test_a_subscription_is_edited_paused_resumed_and_removed_by_its_id(
    commands: Commands,
) -> None:
    await commands.type("subscribe tariffs china")
    [made] = await saved(commands)
    name = f"#{made.id[:6]}"
    edited = await commands.type(f"edit {name} daily at 7")
    assert isinstance(edited, replies.SubscriptionChanged)
    assert is_public(edited)
    assert edited.subscription.criteria == made.criteria
    await commands.type(f"edit {name} talks japan")
    [kept] = await saved(commands)
    assert (kept.id, kept.timing) == (made.id, Timing(frequency=Frequency.DAILY, hour=7))
    assert kept.criteria.economies == (EconomyFilter(first="JP"),)
    await commands.type(f"pause {name} until 5 Dec")
    [kept] = await saved(commands)
    assert kept.paused_until == datetime(2026, 12, 5, tzinfo=UTC)
    await commands.type(f"resume {name}")
    [kept] = await saved(commands)
    assert kept.paused_until is None
    assert isinstance(await commands.confirm(f"unsubscribe {name}"), replies.SubscriptionRemoved)
    assert await saved(commands) == []


@pytest.mark.parametrize("command", ["pause {}", "pause {} until yesterday", "edit {} us eu japan"])
async def test_what_a_command_lacks_is_suggested(commands: Commands, command: str) -> None:
    await commands.type("subscribe china")
    [made] = await saved(commands)
    reply = await commands.type(command.format(f"#{made.id}"))
    assert isinstance(reply, replies.NotUnderstood)
    assert reply.suggestions
    assert await saved(commands) == [made]


@pytest.mark.parametrize(
    ("edit", "timing"),
    [
        ("quiet 22-7", "weekly on wednesday at 9 weekdays quiet 22-7 Europe/Berlin"),
        ("weekends", "weekly on wednesday at 9 quiet 20-6 Europe/Berlin"),
        ("quiet none", "weekly on wednesday at 9 weekdays Europe/Berlin"),
        ("daily", "daily at 9 weekdays quiet 20-6 Europe/Berlin"),
        ("daily at 8", "daily at 8 weekdays quiet 20-6 Europe/Berlin"),
        ("instant", "weekdays quiet 20-6 Europe/Berlin"),
        ("tokyo time", "weekly on wednesday at 9 weekdays quiet 20-6 Asia/Tokyo"),
    ],
)
async def test_an_edit_changes_only_the_times_that_it_names(
    commands: Commands, edit: str, timing: str
) -> None:
    await commands.type(
        "subscribe tariffs weekly on wednesday at 9 weekdays quiet 20-6 europe/berlin"
    )
    [one] = await saved(commands)
    await commands.type(f"edit #{one.id} {edit}")
    [changed] = await saved(commands)
    shown = format_subscription(changed.criteria, changed.timing, PARTIES)
    assert shown == f"tariffs {timing}"
    assert changed.criteria == one.criteria


@pytest.mark.parametrize("command", ["edit", "pause", "resume"])
async def test_a_command_without_an_id_asks_for_one(commands: Commands, command: str) -> None:
    assert await commands.type(command) == replies.NoSuchSubscription("")


async def test_an_edit_makes_no_second_equal_subscription(commands: Commands) -> None:
    await commands.type("subscribe china")
    await commands.type("subscribe japan")
    china, japan = await saved(commands)
    reply = await commands.type(f"edit #{japan.id} china")
    assert reply == replies.AlreadySubscribed(china)
    assert await saved(commands) == [china, japan]


async def test_an_unsubscribe_with_goods_removes_the_equal_subscription(
    commands: Commands,
) -> None:
    await commands.type("subscribe china steel")
    none = await commands.type("unsubscribe china copper")
    assert isinstance(none, replies.Unsubscribed)
    assert none.count == 0
    await commands.confirm("unsubscribe china steel")
    assert await saved(commands) == []


class SilentPeople(FakePeople):
    """Does not say who is in a channel."""

    async def is_member(self, _team: str, _conversation: str, _user: str) -> None:
        return None


async def test_an_old_form_needs_the_platforms_word_that_the_person_is_still_there(
    commands: Commands,
) -> None:
    old = commands.service
    stores = replace(old.stores, people=SilentPeople())
    made = CommandService(stores, old.answers, old.decisions, old.permissions, old.clock)
    service = made.subscriptions
    form = CommandRequest("", "T1", "C1", PERSON)
    late = replace(form, opened_at=NOW - timedelta(hours=2))
    reply = await service.save(Criteria(), Timing(), late)
    assert reply == replies.NotAMember("C1", is_known=False)
    assert await service.find_overlaps(Criteria(), late) == ((), ())
    assert await commands.store.subscriptions.of("T1", "C1") == ()
    new = replace(form, opened_at=NOW - timedelta(minutes=5))
    assert isinstance(await service.save(Criteria(), Timing(), new), replies.Subscribed)
    own = replace(late, conversation=PERSON)
    assert isinstance(await service.save(Criteria(), Timing(), own), replies.Subscribed)


async def test_subscriptions_of_other_conversations_are_not_found(commands: Commands) -> None:
    await commands.type("subscribe china", user=OTHER, conversation="C2")
    [made] = await saved(commands, "C2")
    for text in ("edit {} daily", "pause {} until 5 Dec", "resume {}", "unsubscribe {}"):
        reply = await commands.type(text.format(f"#{made.id}"))
        assert isinstance(reply, replies.NoSuchSubscription), text
    assert await saved(commands, "C2") == [made]
    # A person finds what they made from their own messages, for example in the Home tab, as long as
    # they are in its conversation.
    for text in ("edit {} daily", "pause {} until 5 Dec", "resume {}", "unsubscribe {}"):
        reply = await commands.type(text.format(f"#{made.id}"), user=OTHER, conversation=OTHER)
        assert reply == replies.NotAMember("C2", is_known=True), text
    assert await saved(commands, "C2") == [made]
    commands.people.members.add(("C2", OTHER))
    reply = await commands.confirm(f"unsubscribe #{made.id}", user=OTHER, conversation=OTHER)
    assert isinstance(reply, replies.SubscriptionRemoved)


ANYONE, MAKER, OPERATORS = SubscriptionPolicy
CHANGES = (
    "edit {} daily",
    "pause {} until 5 Dec",
    "resume {}",
    "unsubscribe {}",
    "unsubscribe all",
)


@pytest.mark.parametrize(
    ("policy", "user", "allowed"),
    [
        (ANYONE, OTHER, True),
        (MAKER, OTHER, False),
        (MAKER, PERSON, True),
        (MAKER, OPERATOR, True),
        (OPERATORS, PERSON, False),
        (OPERATORS, OPERATOR, True),
    ],
)
async def test_the_setting_decides_who_changes_a_subscription_of_a_channel(
    commands: Commands, policy: SubscriptionPolicy, user: str, allowed: bool
) -> None:
    governing = governed(commands, policy)
    for number, command in enumerate(CHANGES):
        conversation = f"C{number}"
        await commands.type("subscribe china", conversation=conversation)
        [made] = await saved(commands, conversation)
        reply = await governing.confirm(command.format(f"#{made.id}"), user, conversation)
        assert isinstance(reply, replies.SubscriptionRefused) is not allowed, command
        if not allowed:
            assert await saved(commands, conversation) == [made]
            assert not is_public(reply)


@pytest.mark.parametrize(
    ("policy", "user", "allowed"),
    [
        (ANYONE, OTHER, True),
        (MAKER, OTHER, True),
        (OPERATORS, OTHER, False),
        (OPERATORS, OPERATOR, True),
    ],
)
async def test_the_setting_decides_who_adds_and_mutes(
    commands: Commands, policy: SubscriptionPolicy, user: str, allowed: bool
) -> None:
    governing = governed(commands, policy)
    replied = [
        await governing.type("subscribe china", user),
        await governing.click(Verb.MUTE_CONVERSATION, user=user),
        await governing.click(Verb.UNMUTE_CONVERSATION, user=user),
    ]
    for reply in replied:
        assert isinstance(reply, replies.SubscriptionRefused) is not allowed
    own = await governing.type("subscribe japan", user, conversation=user)
    assert isinstance(own, replies.Subscribed)


async def test_typed_hours_are_those_of_the_readers_clock(commands: Commands) -> None:
    commands.people.zone = "Asia/Tokyo"
    reply = await commands.type("subscribe tariffs daily at 8 quiet 22-7")
    assert isinstance(reply, replies.Subscribed)
    assert reply.subscription.timing.zone == "Asia/Tokyo"
    await commands.type("subscribe talks")
    await commands.type("subscribe japan weekly Berlin time")
    found = [each.timing.zone for each in await saved(commands)]
    assert sorted(found) == ["", "Asia/Tokyo", "Europe/Berlin"]
    berlin = next(each for each in await saved(commands) if "Berlin" in each.timing.zone)
    # An edit keeps the zone that the subscription has.
    edited = await commands.type(f"edit #{berlin.id} daily at 7")
    assert isinstance(edited, replies.SubscriptionChanged)
    assert edited.subscription.timing.zone == "Europe/Berlin"


@pytest.mark.parametrize(
    "text", ["daily at 8", "hourly", "weekly on monday", "weekdays", "quiet 22-7"]
)
async def test_a_reply_has_the_zone_in_effect(commands: Commands, text: str) -> None:
    made = await commands.type(f"subscribe tariffs {text}")
    assert isinstance(made, replies.Subscribed)
    listed = await commands.type("list")
    assert isinstance(listed, replies.SubscriptionList)
    for each in (made.subscription, *listed.subscriptions):
        assert each.timing.zone == "UTC"
    [kept] = await saved(commands)
    assert kept.timing.zone == ""


async def test_subscribing_again_without_a_time_keeps_the_known_one(commands: Commands) -> None:
    await commands.type("subscribe tariffs us china daily at 8 Tokyo time quiet 22-7")
    [made] = await saved(commands)
    again = await commands.type("subscribe tariffs us china")
    assert isinstance(again, replies.Subscribed)
    assert not again.is_new
    assert await saved(commands) == [made]
    await commands.type("subscribe tariffs us china instant")
    [changed] = await saved(commands)
    assert changed.timing.frequency is Frequency.INSTANT


async def test_resume_ends_the_pause_of_a_conversation_that_refused_messages(
    commands: Commands,
) -> None:
    for text in ("subscribe china daily", "subscribe japan"):
        await commands.type(text)
    for each in await saved(commands):
        refused = {"paused_at": NOW, "paused_reason": "is archived"}
        await commands.store.subscriptions.change("T1", each.id, **refused)
    first, second = await saved(commands)
    reply = await commands.type(f"resume #{first.id}")
    assert isinstance(reply, replies.SubscriptionChanged)
    resumed = await saved(commands)
    assert [each.paused_at for each in (reply.subscription, *resumed)] == [None] * 3
    assert [each.timing for each in resumed] == [first.timing, second.timing]


async def test_a_confirmed_unsubscribe_ends_only_what_was_listed(commands: Commands) -> None:
    await commands.type("subscribe china")
    question = await commands.type("unsubscribe")
    await commands.type("subscribe japan", user=OTHER)
    gone = await commands.confirm_reply(question)
    assert isinstance(gone, replies.Unsubscribed)
    assert gone.count == 1
    assert [each.created_by for each in await saved(commands)] == [OTHER]
    again = await commands.confirm_reply(question)
    assert isinstance(again, replies.Unsubscribed)
    assert again.count == 0
    assert len(await saved(commands)) == 1


@pytest.mark.parametrize("verb", ["reminders", "quiet-weeks"])
async def test_the_switches_of_a_channel_follow_the_setting(commands: Commands, verb: str) -> None:
    governing = governed(commands, OPERATORS)
    assert isinstance(await governing.type(f"{verb} on"), replies.SubscriptionRefused)
    assert isinstance(await governing.type(f"{verb} off"), replies.SubscriptionRefused)
    assert not isinstance(await governing.type(verb), replies.SubscriptionRefused)
    for user, place in ((OPERATOR, "C1"), (PERSON, PERSON)):
        reply = await governing.type(f"{verb} off", user, place)
        assert not isinstance(reply, replies.SubscriptionRefused)


async def test_an_unsubscribe_from_everything_leaves_what_others_made(commands: Commands) -> None:
    await commands.type("subscribe china")
    await commands.type("subscribe japan", user=OTHER)
    gone = await governed(commands, MAKER).confirm("unsubscribe", OTHER)
    assert isinstance(gone, replies.Unsubscribed)
    assert (gone.count, gone.kept) == (1, 1)
    assert [each.created_by for each in await saved(commands)] == [PERSON]


async def test_an_unsubscribe_asks_for_confirmation_and_changes_nothing_before(
    commands: Commands,
) -> None:
    await commands.type("subscribe china")
    await commands.type("subscribe japan steel")
    had = await saved(commands)
    for text in ("unsubscribe", "unsubscribe china", f"unsubscribe #{had[1].id}"):
        reply = await commands.type(text)
        assert isinstance(reply, replies.ConfirmUnsubscribe), text
        assert not is_public(reply)
        assert await saved(commands) == had
