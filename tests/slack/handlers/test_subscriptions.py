"""A person chooses what to get in the local workspace: by the form, the list, the Home tab."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.alerts.mutes import Mute, MuteKind
from bot.alerts.subscriptions.criteria import Criteria, EconomyFilter
from bot.alerts.subscriptions.model import Subscription
from bot.alerts.subscriptions.timing import Frequency, Timing
from bot.commands.permissions import Permissions, SubscriptionPolicy
from bot.lines.model import LineList, ListedLine, ListOwner
from bot.local_slack.page.replies import ActionResult
from bot.local_slack.server import Workspace
from bot.slack.context import SlackContext
from bot.slack.handlers.subscriptions import SUBMITS
from bot.slack.views.subscriptions.form import PREVIEW
from bot.slack.views.subscriptions.list import ADD, EDIT, MORE, PAUSE, REMOVE, RESUME, UNMUTE
from bot.values import Topic
from tests.slack.fakes import FakePeople, FakeSubscriptions
from tests.slack.http_bot import running_bot
from tests.slack.samples import NOW

DAY_LONG = timedelta(days=1)
CHINA = Criteria(topics=frozenset({Topic.TARIFF}), economies=(EconomyFilter(first="CN"),))


class Subscriber:
    """A person at the local workspace."""

    def __init__(self, workspace: Workspace, context: SlackContext) -> None:
        self.workspace, self.context = workspace, context

    @property
    def store(self) -> FakeSubscriptions:
        store = self.context.service.stores.subscriptions
        assert isinstance(store, FakeSubscriptions)
        return store

    @property
    def saved(self) -> list[Subscription]:
        return self.store.kept

    @property
    def modal(self) -> dict[str, Any]:
        assert self.workspace.team.views.modal is not None
        return self.workspace.team.views.modal

    @property
    def shown(self) -> str:
        return json.dumps(self.modal, ensure_ascii=False)

    async def say(self, text: str, channel: str = "#trade-news") -> str:
        result = await self.workspace.keyboard.say(channel, text)
        await self.context.background.finish()
        assert result.ok, result.message
        return json.dumps(result.messages, ensure_ascii=False)

    def held(self) -> dict[str, Any]:
        """The values that the form shows."""
        found: dict[str, Any] = {}
        for block in self.modal["blocks"]:
            if block["type"] != "input":
                continue
            element = block["element"]
            if element["type"] == "checkboxes":
                chosen = element.get("initial_options") or []
                found[block["block_id"]] = [one["value"] for one in chosen]
            else:
                option = element.get("initial_option") or {}
                found[block["block_id"]] = option.get("value") or element.get("initial_value")
        return found

    def _raw(self, changes: dict[str, Any]) -> dict[str, dict[str, Any]]:
        has_form = any(block.get("block_id") == "economies" for block in self.modal["blocks"])
        held = self.held() if has_form else {}
        return {name: {"field": value} for name, value in {**held, **changes}.items()}

    async def submit(self, **changes: Any) -> ActionResult:
        """Submits the modal with the values that it shows, except for `changes`."""
        result = await self.workspace.pointer.submit(self.modal["id"], self._raw(changes))
        await self.context.background.finish()
        return result

    async def preview(self, **changes: Any) -> str:
        block = next(b for b in self.modal["blocks"] if b["type"] == "actions")
        clicked = await self.workspace.pointer.click_in_view(
            self.modal["id"], block["block_id"], PREVIEW, None, self._raw(changes)
        )
        assert clicked.ok, clicked.message
        await self.context.background.finish()
        return self.shown

    async def open_home(self) -> dict[str, Any]:
        drawn = len(self.workspace.calls("views.publish"))
        await self.workspace.pointer.open_home()
        async with asyncio.timeout(5):
            while len(self.workspace.calls("views.publish")) == drawn:  # noqa: ASYNC110 - no event
                await asyncio.sleep(0.01)
        await self.context.background.finish()
        return self.home

    @property
    def home(self) -> dict[str, Any]:
        assert self.workspace.team.views.home is not None
        return self.workspace.team.views.home

    @property
    def drawn(self) -> str:
        return json.dumps(self.home, ensure_ascii=False)

    async def click_home(self, action_id: str, value: str | None = None) -> None:
        block = find_row(self.home["blocks"], action_id)
        result = await self.workspace.pointer.click_in_view(
            self.home["id"], block["block_id"], action_id, value, {}
        )
        assert result.ok, result.message
        await self.context.background.finish()

    async def click_list(self, action_id: str, value: str | None = None) -> str:
        """Types `/tariff list` and clicks in its first row; returns what the channel then has."""
        result = await self.workspace.keyboard.say("#trade-news", "/tariff list")
        [message] = result.messages
        channel = self.workspace.team.find_channel("trade-news")
        assert channel is not None
        block = find_row(message["blocks"], action_id)
        clicked = await self.workspace.pointer.click(
            channel.id, message["ts"], block["block_id"], action_id, value, {}
        )
        assert clicked.ok, clicked.message
        await self.context.background.finish()
        return await self.read("trade-news")

    async def listed(self) -> dict[str, Any]:
        """The newest list of subscriptions, which only the person sees."""
        me, storage = self.workspace.person_id, self.workspace.team.storage
        page = await storage.load_history(self.channel, latest="9", limit=100, viewer=me)
        lists = [each for each in page.messages if each["ts"] in page.private]
        return max((each for each in lists if ADD in json.dumps(each)), key=lambda each: each["ts"])

    async def click_in(
        self, message: dict[str, Any], row: dict[str, Any], action_id: str, value: str | None
    ) -> None:
        clicked = await self.workspace.pointer.click(
            self.channel, message["ts"], row["block_id"], action_id, value, {}
        )
        assert clicked.ok, clicked.message
        await self.context.background.finish()

    async def read(self, name: str) -> str:
        """The messages of a channel that everyone sees."""
        channel = self.workspace.team.find_channel(name)
        assert channel is not None
        page = await self.workspace.team.storage.load_history(
            channel.id, latest="9", limit=100, viewer=""
        )
        return json.dumps(list(page.messages), ensure_ascii=False)

    async def add(self, conversation: str, **changes: Any) -> Subscription:
        """Saves a subscription to news about China."""
        given = {
            "id": "",
            "team": self.workspace.team.identity.team_id,
            "conversation": conversation,
            "criteria": CHINA,
            "created_by": self.workspace.person_id,
            "created_at": NOW,
        }
        await self.store.add(Subscription.model_validate({**given, **changes}), 25)
        return self.saved[-1]

    @property
    def channel(self) -> str:
        found = self.workspace.team.find_channel("trade-news")
        assert found is not None
        return found.id

    def restrict(self, policy: SubscriptionPolicy) -> None:
        """Limits who may change subscriptions, after the bot has started."""
        service = self.context.service
        service.permissions = Permissions((), policy)
        service.subscriptions._permissions = service.permissions


class SlowPeople(FakePeople):
    """Says who is in a channel only while `answers` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.answers = asyncio.Event()
        self.answers.set()

    async def is_member(self, team: str, conversation: str, user: str) -> bool | None:
        await self.answers.wait()
        return await super().is_member(team, conversation, user)


def find_row(blocks: list[dict[str, Any]], action_id: str) -> dict[str, Any]:
    return next(
        block
        for block in blocks
        if block["type"] == "actions"
        and any(each["action_id"] == action_id for each in block["elements"])
    )


@pytest.fixture
async def user(workspace: Workspace, client: AsyncWebClient) -> AsyncIterator[Subscriber]:
    async with running_bot(workspace, client) as context:
        yield Subscriber(workspace, context)


async def test_the_form_makes_a_subscription_after_a_preview(user: Subscriber) -> None:
    user.workspace.team.zone = "Asia/Tokyo"
    await user.say("/tariff subscribe")
    assert user.held()["zone"] == "Asia/Tokyo"
    filled = {"topics": ["tariff"], "economies": "us china", "frequency": "daily", "hour": "8"}
    shown = await user.preview(**filled)
    assert "Would have sent 1 message in the last 7 days" in shown
    assert "cut tariffs for 90 days" in shown
    assert user.held()["economies"] == "us china"
    assert user.saved == []
    assert (await user.submit(**filled)).ok
    [one] = user.saved
    assert one.conversation == user.channel
    assert one.criteria.economies == (EconomyFilter(first="US", second="CN"),)
    assert one.timing == Timing(frequency=Frequency.DAILY, hour=8, zone="Asia/Tokyo")
    assert "subscribed" in user.shown
    assert "Would have sent 1 message" in user.shown
    assert "subscribed: *tariffs*" in await user.read("trade-news")


async def test_every_field_is_saved_and_shown_again_to_edit(user: Subscriber) -> None:
    filled = {
        "topics": ["tariff", "court_ruling"],
        "economies": "United States on China, France",
        "goods": "steel, 8507",
        "words": "quota, rare earth",
        "without": "opinion",
        "limits": ["decided", "official"],
        "severity": "notable",
        "frequency": "weekly",
        "weekday": "4",
        "hour": "9",
        "zone": "Europe/Berlin",
        "quiet_from": "22",
        "quiet_to": "7",
        "quiet": ["weekdays"],
    }
    await user.say("/tariff subscribe")
    refused = await user.submit(**filled)
    assert refused.ok, refused.errors
    await user.click_list(EDIT)
    assert user.held() == filled
    assert "Edit a subscription" in user.shown
    assert (await user.submit(quiet_from="-", quiet_to="-", words="")).ok
    [one] = user.saved
    assert not one.timing.has_quiet_hours
    assert one.criteria.words == ()
    assert one.criteria.decided_only


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"economies": "chnia"}, "economies", "Did you mean China?"),
        ({"economies": "us china japan"}, "economies", "comma"),
        ({"economies": "china daily"}, "economies", "own fields"),
        ({"goods": "xyzzy"}, "goods", "field for words"),
        ({"zone": "Atlantis"}, "zone", "such as Tokyo"),
        ({"quiet_from": "22"}, "quiet_to", "both hours"),
        ({"words": ",".join(f"w{n}" for n in range(21))}, "words", "at most 20"),
    ],
)
async def test_an_error_is_shown_at_its_field(
    user: Subscriber, changes: dict[str, str], field: str, words: str
) -> None:
    await user.say("/tariff subscribe")
    refused = await user.submit(**changes)
    assert list(refused.errors) == [field]
    assert words in refused.errors[field]
    assert words in await user.preview(**changes)
    assert user.saved == []


async def test_only_my_lines_needs_a_list_and_previews_what_touches_it(user: Subscriber) -> None:
    await user.say("/tariff subscribe")
    assert "There is no list of lines yet" in user.shown
    assert "Would have sent nothing" in await user.preview(limits=["lines"])
    refused = await user.submit(limits=["lines"])
    assert list(refused.errors) == ["limits"]
    assert "Import one first: /tariff my channel upload" in refused.errors["limits"]
    assert user.saved == []
    owner = ListOwner(user.workspace.team.identity.team_id, user.channel)
    line = ListedLine(code="85076000", origin="CN")
    await user.context.service.stores.lines.save(LineList(owner), [line], {}, "U1", NOW)
    await user.say("/tariff subscribe")
    assert "My lines are those of /tariff my channel" in user.shown
    assert "Would have sent 1 message" in await user.preview(limits=["lines"])
    assert (await user.submit(limits=["lines", "official"])).ok
    [one] = user.saved
    assert (one.criteria.only_my_lines, one.criteria.official_only) == (True, True)
    await user.context.service.stores.lines.remove(owner)
    assert "Sends nothing until a list of lines is imported" in await user.say("/tariff list")
    await user.click_list(EDIT)
    assert user.held()["limits"] == ["official", "lines"]
    # The subscription has the filter already, so that it can be changed without the list.
    assert (await user.submit(limits=["lines"], frequency="daily")).ok
    [one] = user.saved
    assert (one.criteria.official_only, one.timing.frequency) == (False, Frequency.DAILY)


async def test_without_the_scope_the_zone_is_left_to_the_person(
    user: Subscriber, caplog: pytest.LogCaptureFixture
) -> None:
    user.workspace.fail_next("users.info", error="missing_scope")
    await user.say("/tariff subscribe")
    assert user.held()["zone"] is None
    assert (await user.submit(zone="tokyo")).ok
    assert user.saved[0].timing.zone == "Asia/Tokyo"


async def test_a_form_that_slack_does_not_open_is_explained(user: Subscriber) -> None:
    user.workspace.fail_next("views.open", error="expired_trigger_id")
    assert "Slack did not open the form" in await user.say("/tariff subscribe")


async def test_a_wider_subscription_can_be_narrowed_to_the_new_one(user: Subscriber) -> None:
    wide = await user.add(user.channel)
    await user.say("/tariff subscribe")
    filled = {"topics": ["tariff"], "economies": "us china"}
    assert (await user.submit(**filled)).ok
    assert "Narrow to this?" in user.shown
    assert len(user.saved) == 1
    assert (await user.submit(answer="replace")).ok
    [one] = user.saved
    assert (one.id, one.criteria.economies) == (wide.id, (EconomyFilter(first="US", second="CN"),))


async def test_both_subscriptions_can_be_kept(user: Subscriber) -> None:
    await user.add(user.channel)
    await user.say("/tariff subscribe")
    await user.submit(topics=["tariff"], economies="us china")
    assert (await user.submit(answer="keep")).ok
    assert len(user.saved) == 2


async def test_a_wider_one_can_replace_the_narrower_ones(user: Subscriber) -> None:
    for code in ("CN", "JP"):
        await user.add(user.channel, criteria=Criteria(economies=(EconomyFilter(first=code),)))
    await user.say("/tariff subscribe")
    await user.submit()
    assert "also sends all stories of these" in user.shown
    assert (await user.submit(answer="replace")).ok
    assert [one.criteria for one in user.saved] == [Criteria()]


async def test_editing_asks_nothing_about_the_subscription_itself(user: Subscriber) -> None:
    await user.add(user.channel)
    await user.click_list(EDIT)
    assert (await user.submit(economies="us china")).ok
    assert user.modal["title"]["text"] == "Saved"


async def test_the_list_pauses_resumes_and_removes(user: Subscriber) -> None:
    one = await user.add(user.channel)
    assert "paused a subscription until" in await user.click_list(PAUSE, f"week {one.id}")
    assert user.saved[0].paused_until == NOW + timedelta(days=7)
    await user.click_list(RESUME)
    assert not user.saved[0].is_paused(NOW)
    await user.click_list(PAUSE, f"until {one.id}")
    refused = await user.submit(until="2020-01-01")
    assert list(refused.errors) == ["until"]
    assert (await user.submit(until="2025-05-20")).ok
    assert user.saved[0].is_paused(NOW + timedelta(days=5))
    assert "removed a subscription" in await user.click_list(REMOVE)
    assert user.saved == []


async def test_the_list_is_drawn_again_after_a_button(user: Subscriber) -> None:
    for number in range(8):
        await user.add(user.channel, criteria=Criteria(words=(f"word{number}",)))
    list_text = await user.click_list(MORE, "2")
    assert "paused" not in list_text
    page = await user.listed()
    assert "word7" in json.dumps(page)
    row = find_row(page["blocks"], PAUSE)
    removed = find_row(page["blocks"], REMOVE)["elements"][-1]["value"]
    week = row["elements"][1]["options"][1]["value"]
    await user.click_in(page, row, PAUSE, week)
    drawn = await user.listed()
    assert drawn["ts"] == page["ts"]
    assert "Paused until" in json.dumps(drawn)
    assert "word5" not in json.dumps(drawn)
    await user.click_in(drawn, find_row(drawn["blocks"], REMOVE), REMOVE, removed)
    drawn = await user.listed()
    assert "word6" not in json.dumps(drawn)
    assert "word7" in json.dumps(drawn)
    assert "removed a subscription" in await user.read("trade-news")
    # The last row of the page goes, so the list shows the page before it.
    row = find_row(drawn["blocks"], REMOVE)
    await user.click_in(drawn, row, REMOVE, row["elements"][-1]["value"])
    assert "word5" in json.dumps(await user.listed())
    # A row that is out of date vanishes too.
    stale = find_row((await user.listed())["blocks"], REMOVE)
    user.saved.clear()
    await user.click_in(await user.listed(), stale, REMOVE, stale["elements"][-1]["value"])
    assert "No subscriptions here yet" in json.dumps(await user.listed())


async def test_the_list_ends_a_mute_and_is_drawn_again(user: Subscriber) -> None:
    team = user.workspace.team.identity.team_id
    for kind, subject in ((MuteKind.TOPIC, "tariff"), (MuteKind.CONVERSATION, "")):
        mute = Mute(
            kind=kind, subject=subject, team=team, conversation=user.channel, until=NOW + DAY_LONG
        )
        await user.context.service.stores.mutes.add(mute)
    said = await user.click_list(f"{UNMUTE}_0")
    assert "unmuted *tariffs*" in said
    assert json.dumps(await user.listed()).count('"Unmute"') == 1
    drawn = await user.listed()
    await user.click_in(drawn, find_row(drawn["blocks"], f"{UNMUTE}_0"), f"{UNMUTE}_0", None)
    assert '"Unmute"' not in json.dumps(await user.listed())


async def test_a_pause_is_acknowledged_before_slack_says_who_is_in_the_channel(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    people = SlowPeople()
    async with running_bot(workspace, client, people=people, answer_within_s=0.01) as context:
        user = Subscriber(workspace, context)
        one = await user.add(user.channel)
        people.members.add((user.channel, workspace.person_id))
        for day, said in (("2025-05-01", "a future day"), ("2025-05-20", "paused")):
            await user.open_home()
            await user.click_home(PAUSE, f"until {one.id}")
            people.answers.clear()
            accepted = await workspace.pointer.submit(user.modal["id"], user._raw({"until": day}))
            assert accepted.ok, accepted.message
            assert said not in user.shown
            people.answers.set()
            await context.background.finish()
            assert said in user.shown
        assert user.saved[-1].paused_until is not None
        assert "paused a subscription until" in await user.read("trade-news")


async def test_removing_asks_for_confirmation(user: Subscriber) -> None:
    await user.add(user.workspace.person_id)
    row = find_row((await user.open_home())["blocks"], REMOVE)
    button = next(each for each in row["elements"] if each["action_id"] == REMOVE)
    assert button["confirm"]["confirm"]["text"] == "Remove"


async def test_the_home_tab_adds_edits_and_removes_and_is_drawn_again(user: Subscriber) -> None:
    await user.open_home()
    await user.click_home(ADD)
    assert (await user.submit(economies="japan")).ok
    assert user.saved[0].conversation == user.workspace.person_id
    assert "Japan, posted at once" in user.drawn
    await user.click_home(EDIT)
    assert user.held()["economies"] == "Japan"
    await user.submit(economies="india")
    assert "naming \U0001f1ee\U0001f1f3 India" in user.drawn
    assert "Japan, posted" not in user.drawn
    await user.click_home(REMOVE)
    assert "None yet" in user.drawn


async def test_the_list_and_the_home_tab_show_the_same(user: Subscriber) -> None:
    await user.say("/tariff subscribe tariffs us china daily at 8 Tokyo time", "@tariffwire")
    listed = await user.say("/tariff list", "@tariffwire")
    words = "one digest a day at 8:00 (Asia/Tokyo)"
    assert words in listed
    assert words in json.dumps(await user.open_home(), ensure_ascii=False)


async def test_the_limit_is_explained_and_the_form_is_not_lost(user: Subscriber) -> None:
    service = user.context.service.subscriptions
    service._rules = replace(service._rules, limit=0)

    async def refuse(subscription: Subscription, limit: int) -> bool:
        from bot.errors import TooManySubscriptions

        raise TooManySubscriptions(limit)

    user.store.add = refuse  # type: ignore[method-assign]
    await user.say("/tariff subscribe")
    await user.submit(economies="japan")
    assert "reached its limit" in user.shown
    assert user.modal["submit"]["text"] == "Back"
    await user.submit()
    assert user.held()["economies"] == "japan"


async def test_the_permission_is_checked_when_the_form_opens_and_when_it_is_sent(
    user: Subscriber,
) -> None:
    one = await user.add(user.channel, created_by="U0OTHER")
    await user.say("/tariff subscribe")
    user.restrict(SubscriptionPolicy.OPERATORS)
    await user.submit(economies="japan")
    assert "Only operators change subscriptions" in user.shown
    assert "Only operators change subscriptions" in await user.say("/tariff subscribe")
    user.restrict(SubscriptionPolicy.ANYONE)
    await user.click_list(EDIT)
    user.restrict(SubscriptionPolicy.MAKER)
    await user.submit(economies="japan")
    assert "<@U0OTHER>, who made it, or an operator" in user.shown
    assert user.saved == [one]


async def test_a_subscription_of_another_conversation_stays_hidden(user: Subscriber) -> None:
    secret = await user.add("C0PRIVATE", created_by="U0OTHER", criteria=Criteria(words=("merger",)))
    assert "merger" not in json.dumps(await user.open_home())
    own = await user.add(user.channel)
    await user.click_list(EDIT)
    forged = json.loads(user.modal["private_metadata"])
    for changes in (
        {"subscription": secret.id},
        {"subscription": secret.id, "conversation": "C0PRIVATE"},
    ):
        user.modal["private_metadata"] = json.dumps({**forged, **changes})
        user.modal["callback_id"] = "subscription_form"
        state = dict(user.modal)
        await user.submit(economies="japan")
        refused = (
            "I cannot check whether you are in" if "conversation" in changes else "There is no"
        )
        assert refused in user.shown
        assert "merger" not in user.shown
        user.modal.update(state)
    assert user.saved == [secret, own]


async def test_an_edited_subscription_that_was_removed_meanwhile_is_not_made_again(
    user: Subscriber,
) -> None:
    await user.add(user.channel)
    await user.click_list(EDIT)
    user.saved.clear()
    await user.submit(economies="japan")
    assert "There is no subscription" in user.shown
    assert user.saved == []


async def test_who_has_left_a_channel_acts_on_nothing_there_from_the_home_tab(
    user: Subscriber,
) -> None:
    own = await user.add(user.channel)
    other = await user.add(user.channel, criteria=Criteria(words=("merger",)), created_by="U0X")
    await user.open_home()
    await user.click_home(EDIT)
    user.workspace.team.left.add(user.channel)
    assert (await user.submit(topics=[], economies="")).ok
    # Without filters, it would cover the subscription of the other person, and ask about it.
    assert "You are not in" in user.shown
    assert "merger" not in user.shown
    for action_id, value in ((EDIT, None), (REMOVE, None), (PAUSE, f"week {own.id}")):
        await user.click_home(action_id, value)
        assert "You are not in" in user.shown, action_id
    await user.click_home(PAUSE, f"until {own.id}")
    assert "You are not in" in user.shown
    assert user.saved == [own, other]
    assert await user.read("trade-news") == "[]"
    drawn = json.dumps(await user.open_home(), ensure_ascii=False)
    assert "China" not in drawn.partition("My alerts")[2].partition("Coming up")[0]
    assert "1 that you created is not shown" in drawn


async def test_without_the_scope_a_channels_subscription_is_changed_there(user: Subscriber) -> None:
    one = await user.add(user.channel)
    await user.open_home()
    user.workspace.team.left.add(user.channel)
    user.workspace.fail_next("conversations.members", error="missing_scope")
    await user.click_home(REMOVE)
    user.workspace.team.left.clear()
    assert "I cannot check whether you are in" in user.shown
    assert user.saved == [one]
    assert "removed a subscription" in await user.click_list(REMOVE)


async def test_what_the_home_tab_changes_in_a_channel_is_announced_there(user: Subscriber) -> None:
    one = await user.add(user.channel)
    await user.open_home()
    await user.click_home(PAUSE, f"week {one.id}")
    assert "paused a subscription until" in await user.read("trade-news")
    await user.click_home(PAUSE, f"until {one.id}")
    await user.submit(until="2025-05-20")
    assert (await user.read("trade-news")).count("paused a subscription until") == 2 * 2
    await user.click_home(EDIT)
    await user.submit(economies="india")
    assert "changed a subscription" in await user.read("trade-news")
    await user.click_home(REMOVE)
    assert "removed a subscription" in await user.read("trade-news")
    assert "removed a subscription" in user.shown


async def test_what_direct_messages_change_in_a_channel_is_announced_there(
    user: Subscriber,
) -> None:
    one = await user.add(user.channel)
    await user.say(f"/tariff edit #{one.id} daily at 7", "@tariffwire")
    assert "changed a subscription" in await user.read("trade-news")


async def test_an_edit_that_equals_another_subscription_saves_nothing_and_says_so(
    user: Subscriber,
) -> None:
    one = await user.add(user.channel)
    japan = Criteria(economies=(EconomyFilter(first="JP"),))
    await user.add(user.channel, criteria=japan)
    had = list(user.saved)
    await user.click_list(EDIT)
    assert user.held()["economies"] == "China"
    await user.submit(topics=[], economies="japan")
    assert "Nothing was saved" in user.shown
    assert user.modal["title"]["text"] == "Not saved"
    assert user.saved == had
    assert one in had


@pytest.mark.parametrize("callback_id", [*SUBMITS])
@pytest.mark.parametrize("metadata", ["", "{}", '{"conversation": "C1", "colour": "red"}'])
async def test_a_form_of_another_version_says_so(
    user: Subscriber, callback_id: str, metadata: str
) -> None:
    await user.say("/tariff subscribe")
    user.modal["private_metadata"] = metadata
    user.modal["callback_id"] = callback_id
    assert (await user.submit(economies="japan")).ok
    assert "another version of the bot" in user.shown
    assert user.saved == []


async def test_a_field_of_another_version_says_so(user: Subscriber) -> None:
    await user.say("/tariff subscribe")
    menus = {
        block["block_id"]: block["element"] for block in user.modal["blocks"] if "element" in block
    }
    menus["frequency"]["options"][1]["value"] = "monthly"
    assert (await user.submit(economies="japan", frequency="monthly")).ok
    assert "another version of the bot" in user.shown
    assert user.saved == []


async def test_a_channel_is_greeted_once_with_the_button(user: Subscriber) -> None:
    channel = await user.workspace.team.create_channel("steel")
    assert channel is not None
    user.workspace.pointer.add_bot(channel)
    async with asyncio.timeout(5):
        while not user.workspace.calls("chat.postMessage"):  # noqa: ASYNC110 - no event to wait for
            await asyncio.sleep(0.01)
    await user.context.background.finish()
    page = await user.workspace.team.storage.load_history(
        channel.id, latest="9", limit=100, viewer=""
    )
    [message] = page.messages
    block = find_row(message["blocks"], ADD)
    await user.workspace.pointer.click(channel.id, message["ts"], block["block_id"], ADD, None, {})
    await user.context.background.finish()
    assert f"<#{channel.id}>" in user.shown
    await user.submit(economies="japan")
    assert user.saved[0].conversation == channel.id


async def test_a_channel_that_refuses_the_announcement_is_named(user: Subscriber) -> None:
    await user.say("/tariff subscribe")
    user.workspace.fail_next("chat.postMessage", error="not_in_channel")
    await user.submit(economies="japan")
    assert "/invite" in user.shown
    assert len(user.saved) == 1
