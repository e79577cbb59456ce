"""*Fewer like this*: proposals, permissions and what is applied; and what a person follows."""

from datetime import timedelta

from bot.alerts.feedback import FeedbackKind
from bot.alerts.subscriptions.exclusions import ExclusionKind, StoryExclusion
from bot.commands import replies
from bot.commands.grammar import Verb
from bot.commands.permissions import SubscriptionPolicy
from bot.commands.subscriptions.exclusions import write_exclusion
from tests.commands.conftest import (
    NOW,
    PERSON,
    Commands,
    address,
    commands,
    server,
    store,
)
from tests.commands.subscriptions.test_service import OTHER, governed, saved
from tests.store.examples import story

__all__ = ["address", "commands", "server", "store"]

SHRIMP = StoryExclusion(kind=ExclusionKind.WORD, value="shrimp")


async def _add_stories(commands: Commands) -> None:
    moments = {name: NOW - timedelta(days=day) for name, day in (("a", 1), ("b", 2), ("c", 40))}
    for name, at in moments.items():
        title = f"Shrimp tariff {name}"
        given = story(name, title=title, event_id=name, published=at, seen_at=at)
        await commands.store.add_stories(given)


async def test_an_exclusion_is_proposed_previewed_and_applied(commands: Commands) -> None:
    await _add_stories(commands)
    await commands.type("subscribe tariffs")
    proposed = await commands.click(Verb.FEWER, "a")
    assert isinstance(proposed, replies.ProposedExclusions)
    assert proposed.subscription is not None
    said = [each.feedback.kind for each in await commands.store.feedback.newest(9)]
    assert said == [FeedbackKind.FEWER_LIKE_THIS]
    value = write_exclusion(proposed.subscription, SHRIMP)
    shown = await commands.click(Verb.PREVIEW_EXCLUSION, value)
    assert isinstance(shown, replies.PreviewedExclusion)
    # The third story is older than 30 days.
    assert [each.id for each in shown.hidden.newest] == ["a", "b"]
    [unchanged] = await saved(commands)
    assert unchanged.criteria.without_words == ()
    assert isinstance(await commands.click(Verb.EXCLUDE, value), replies.SubscriptionChanged)
    [changed] = await saved(commands)
    assert changed.id == unchanged.id
    assert changed.criteria.without_words == ("shrimp",)


async def test_an_exclusion_follows_the_permissions_of_its_subscription(
    commands: Commands,
) -> None:
    await _add_stories(commands)
    await commands.type("subscribe tariffs")
    [made] = await saved(commands)
    value = write_exclusion(made, SHRIMP)
    governing = governed(commands, SubscriptionPolicy.MAKER)
    for verb in (Verb.PREVIEW_EXCLUSION, Verb.EXCLUDE):
        refused = await governing.click(verb, value, user=OTHER)
        assert isinstance(refused, replies.SubscriptionRefused)
    assert await saved(commands) == [made]


async def test_an_exclusion_does_not_reach_other_conversations(commands: Commands) -> None:
    await _add_stories(commands)
    await commands.type("subscribe tariffs", user=OTHER, conversation="C2")
    [made] = await saved(commands, "C2")
    proposed = await commands.click(Verb.FEWER, "a")
    assert proposed == replies.ProposedExclusions("Shrimp tariff a", None)
    for verb in (Verb.PREVIEW_EXCLUSION, Verb.EXCLUDE):
        reply = await commands.click(verb, write_exclusion(made, SHRIMP))
        assert isinstance(reply, replies.NoSuchSubscription)
    assert await saved(commands, "C2") == [made]


async def test_a_person_sees_only_what_they_follow_themselves_in_pages(commands: Commands) -> None:
    for number in range(7):
        at = NOW - timedelta(hours=number)
        name = f"e{number}"
        await commands.store.add_stories(story(name, event_id=name, published=at, seen_at=at))
        await commands.click(Verb.FOLLOW_EVENT, name)
    await commands.click(Verb.FOLLOW_EVENT, "other", user=OTHER)
    first = await commands.type("following")
    assert isinstance(first, replies.FollowedEvents)
    assert [event for event, _ in first.events] == [f"e{n}" for n in range(5)]
    assert not replies.is_public(first)
    second = await commands.type("following page 2", user=PERSON)
    assert isinstance(second, replies.FollowedEvents)
    assert [event for event, _ in second.events] == ["e5", "e6"]
    assert (second.page, second.pages) == (2, 2)
