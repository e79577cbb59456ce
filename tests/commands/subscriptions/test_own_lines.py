"""*Only my lines*: subscriptions that send only stories that touch the conversation's line list."""

from datetime import timedelta

import pytest

from bot.alerts.subscriptions.criteria import Criteria, EconomyFilter
from bot.alerts.subscriptions.preview import Preview
from bot.alerts.subscriptions.timing import Frequency, Timing
from bot.commands import replies
from bot.commands.grammar import Verb
from bot.commands.lines.replies import LinesPage, RemovedLines
from bot.commands.request import CommandRequest, Reply
from bot.commands.subscriptions.exclusions import write_exclusion
from bot.lines.model import ListedLine, ListOwner
from bot.news.story import Figure
from tests.commands.conftest import (
    NOW,
    PERSON,
    Commands,
    address,
    commands,
    server,
    store,
)
from tests.commands.guarded import Role, form_request, guard
from tests.commands.subscriptions.test_exclusions import SHRIMP
from tests.commands.subscriptions.test_service import saved
from tests.store.examples import story

__all__ = ["address", "commands", "server", "store"]

MINE = Criteria(only_my_lines=True)
CELLS = ListedLine(code="85076000", origin="CN", label="cells")
STEEL = ListedLine(code="72083900", origin="DE", label="steel")
FROM_CHINA = story(
    "china", figures=(Figure(imposer="US", partner="CN"),), parties=("US", "CN"), seen_at=NOW
)
FROM_FRANCE = story("france", figures=(Figure(imposer="US", partner="FR"),), parties=("US", "FR"))
DAY_BEFORE = {"seen_at": NOW - timedelta(days=1), "published": NOW - timedelta(days=1)}


async def import_lines(commands: Commands, place: str, *lines: ListedLine) -> None:
    owner = ListOwner("T1", place)
    before = await commands.store.lines.get(owner)
    assert await commands.store.lines.save(before, lines or (CELLS, STEEL), {}, PERSON, NOW)


async def add_stories(commands: Commands) -> None:
    for each in (FROM_CHINA, FROM_FRANCE):
        await commands.store.add_stories(each.model_copy(update=DAY_BEFORE))


async def preview(commands: Commands, place: str, criteria: Criteria = MINE) -> list[str] | Reply:
    """The ids of the newest stories of a preview."""
    request = CommandRequest("", "T1", place, PERSON)
    found = await commands.service.subscriptions.preview(criteria, Timing(), request)
    return [each.id for each in found.newest] if isinstance(found, Preview) else found


@pytest.mark.parametrize("place", ["C1", PERSON])
async def test_without_a_list_nothing_is_saved(commands: Commands, place: str) -> None:
    refused = await commands.type("subscribe us china my lines", conversation=place)
    assert refused == replies.LinesMissing(place)
    await import_lines(commands, "C2")
    assert await commands.type("subscribe my lines", conversation=place) == refused
    assert await saved(commands, place) == []
    await import_lines(commands, place)
    made = await commands.type("subscribe us china only my lines", conversation=place)
    assert isinstance(made, replies.Subscribed)
    pair = EconomyFilter(first="US", second="CN")
    assert made.subscription.criteria == Criteria(economies=(pair,), only_my_lines=True)


async def test_an_edit_may_not_add_the_filter_without_a_list(commands: Commands) -> None:
    await commands.type("subscribe china")
    [made] = await saved(commands)
    assert await commands.type(f"edit #{made.id} my lines") == replies.LinesMissing("C1")
    assert await saved(commands) == [made]
    await import_lines(commands, "C1")
    changed = await commands.type(f"edit #{made.id} my lines")
    assert isinstance(changed, replies.SubscriptionChanged)
    assert changed.subscription.criteria == MINE


async def test_a_subscription_stays_without_its_list_and_says_that_it_sends_nothing(
    commands: Commands,
) -> None:
    await import_lines(commands, "C1")
    for text in ("subscribe my lines", "subscribe china our lines", "subscribe japan"):
        await commands.type(text)
    table = await commands.type("my channel")
    assert isinstance(table, LinesPage)
    assert table.dependent == 2
    asked = await commands.type("my channel remove")
    assert isinstance(asked, RemovedLines)
    assert (asked.lines, asked.silenced) == (2, 2)
    await commands.store.lines.remove(ListOwner("T1", "C1"))
    listed = await commands.type("list")
    assert isinstance(listed, replies.SubscriptionList)
    filtered = {each.id for each in listed.subscriptions if each.criteria.only_my_lines}
    assert (len(listed.subscriptions), set(listed.silent)) == (3, filtered)
    await import_lines(commands, "C1")
    listed = await commands.type("list")
    assert isinstance(listed, replies.SubscriptionList)
    assert not listed.silent


async def test_a_subscription_without_its_list_can_still_be_changed(commands: Commands) -> None:
    await import_lines(commands, "C1")
    await commands.type("subscribe my lines")
    await commands.store.lines.remove(ListOwner("T1", "C1"))
    [made] = await saved(commands)
    for text in (f"edit #{made.id} daily", "subscribe my lines weekly", f"edit #{made.id} japan"):
        assert not isinstance(await commands.type(text), replies.LinesMissing)
    [changed] = await saved(commands)
    assert changed.timing.frequency is Frequency.WEEKLY
    assert changed.criteria == Criteria(economies=(EconomyFilter(first="JP"),))


async def test_the_overview_says_which_subscriptions_send_nothing(commands: Commands) -> None:
    for place in ("C1", PERSON):
        await import_lines(commands, place)
        await commands.type("subscribe my lines", conversation=place)
    commands.people.members.add(("C1", PERSON))
    await commands.store.lines.remove(ListOwner("T1", "C1"))
    found = await commands.service.build_overview("T1", PERSON)
    [of_channel] = await saved(commands)
    assert len(found.subscriptions) == 2
    assert set(found.silent) == {of_channel.id}


async def test_unsubscribing_from_my_lines_ends_that_subscription_only(commands: Commands) -> None:
    await import_lines(commands, "C1")
    for text in ("subscribe my lines", "subscribe china"):
        await commands.type(text)
    await commands.confirm("unsubscribe my lines")
    [kept] = await saved(commands)
    assert kept.criteria == Criteria(economies=(EconomyFilter(first="CN"),))


async def test_a_preview_shows_the_stories_that_touch_the_lines_here(commands: Commands) -> None:
    await add_stories(commands)
    assert await preview(commands, "C1") == []
    await import_lines(commands, "C1")
    await import_lines(commands, "C2", ListedLine(code="85076000", origin="FR"))
    assert await preview(commands, "C1") == ["china"]
    assert await preview(commands, "C2") == ["france"]
    assert await preview(commands, "C1", Criteria()) == ["france", "china"]
    of_france = MINE.model_copy(update={"economies": (EconomyFilter(first="FR"),)})
    assert await preview(commands, "C1", of_france) == []


async def test_a_preview_uses_the_list_of_now(commands: Commands) -> None:
    await add_stories(commands)
    await import_lines(commands, "C1")
    assert await preview(commands, "C1") == ["china"]
    await import_lines(commands, "C1", ListedLine(code="85076000", origin="FR"))
    assert await preview(commands, "C1") == ["france"]


async def test_a_preview_shows_what_a_list_is_about_to_people_in_the_conversation_only(
    commands: Commands,
) -> None:
    inside = {Role.MAKER, Role.MEMBER, Role.OPERATOR, Role.MAKER_AT_HOME}
    await add_stories(commands)
    for role in Role:
        guarded = await guard(commands, role)
        request = form_request(guarded, role)
        found = await commands.service.subscriptions.preview(MINE, Timing(), request)
        is_shown = isinstance(found, Preview) and "china" in [each.id for each in found.newest]
        assert is_shown is (role in inside), (role, found)


async def test_whether_there_is_a_list_is_said_to_people_in_the_conversation_only(
    commands: Commands,
) -> None:
    inside = {Role.MAKER, Role.MEMBER, Role.OPERATOR, Role.MAKER_AT_HOME}
    for role in Role:
        guarded = await guard(commands, role)
        await commands.store.lines.remove(ListOwner("T1", guarded.conversation))
        request = form_request(guarded, role)
        lines = commands.service.subscriptions.own_lines
        is_said = await lines.find_problem(MINE, request) is not None
        assert is_said is (role in inside) or role is Role.OTHER_TEAM, role
        assert await lines.find_problem(Criteria(), request) is None


async def test_fewer_like_this_narrows_a_subscription_to_my_lines(commands: Commands) -> None:
    title = "Shrimp tariff on China"
    await add_stories(commands)
    await commands.store.add_stories(
        FROM_CHINA.model_copy(
            update={"id": "shrimp", "entry_key": "k", "event_id": "shrimp", "title": title}
            | DAY_BEFORE
        )
    )
    await import_lines(commands, "C1")
    await commands.type("subscribe tariffs my lines")
    unmatched = await commands.click(Verb.FEWER, "france")
    assert isinstance(unmatched, replies.ProposedExclusions)
    assert unmatched.subscription is None
    proposed = await commands.click(Verb.FEWER, "shrimp")
    assert isinstance(proposed, replies.ProposedExclusions)
    assert proposed.subscription is not None
    assert SHRIMP in proposed.exclusions
    value = write_exclusion(proposed.subscription, SHRIMP)
    shown = await commands.click(Verb.PREVIEW_EXCLUSION, value)
    assert isinstance(shown, replies.PreviewedExclusion)
    assert [each.id for each in shown.hidden.newest] == ["shrimp"]
    await commands.click(Verb.EXCLUDE, value)
    [changed] = await saved(commands)
    assert changed.criteria.only_my_lines
    assert changed.criteria.without_words == ("shrimp",)


async def test_a_story_that_cannot_be_compared_does_not_hide_the_others(
    commands: Commands, caplog: pytest.LogCaptureFixture
) -> None:
    await import_lines(commands, "C1")
    unknown = Figure(imposer="US", product="xyzzy")
    broken = FROM_CHINA.model_copy(update={"id": "broken", "title": None, "figures": (unknown,)})
    lines, every = commands.service.subscriptions.own_lines, [broken, FROM_CHINA, FROM_FRANCE]
    assert await lines.find_touching(ListOwner("T1", "C1"), [MINE], every, {}) == {"china"}
    assert "story broken" in caplog.text
    assert await lines.find_touching(ListOwner("T2", "C1"), [MINE], every, {}) == set()
