"""A person clicks the bot's buttons in the local workspace, over signed HTTP."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.alerts.delivery import DeliveryKind
from bot.alerts.digest import Bundle, BundleKind
from bot.alerts.feedback import FeedbackKind
from bot.alerts.mutes import Mute, MuteKind
from bot.alerts.notices import AnswerReport, MistakeReport
from bot.commands.request import RequestLimit
from bot.local_slack.server import Workspace
from bot.slack.api.sender import SlackSender
from bot.slack.app import build_app, build_web_app
from bot.slack.blockkit.blocks import actions, button
from bot.slack.context import SlackContext
from bot.slack.views.alerts import AlertOptions
from bot.slack.views.replies import CHECK_PRODUCT, WORKING
from tests.slack.fakes import (
    FailingStore,
    FakeFeedback,
    FakeFollows,
    FakeMutes,
    FakeOutbox,
    FakeStories,
    FakeSubscriptions,
    slack_context,
)
from tests.slack.samples import PARTIES, delivery, story


def list_muted(page_user: "PageUser") -> list[tuple[MuteKind, str, str, str]]:
    mutes = page_user.context.service.stores.mutes
    assert isinstance(mutes, FakeMutes)
    return [(each.kind, each.subject, each.team, each.conversation) for each in mutes.kept]


class PageUser:
    """A person at the page of the local workspace, with the bot connected."""

    def __init__(self, workspace: Workspace, given: SlackContext) -> None:
        self.workspace, self.context = workspace, given
        found = workspace.team.find_channel("trade-news")
        assert found is not None
        self.channel = found.id
        self.team = workspace.team.identity.team_id
        self.person = workspace.team.identity.person_id

    async def alert(self, options: AlertOptions | None = None) -> dict[str, Any]:
        """Posts an alert in the channel and returns its message."""
        queued = delivery(conversation=self.channel, team=self.team)
        sender = SlackSender(self.context.client, PARTIES, options=options)
        receipt = await sender.send(queued, (story(),), None)
        answer = await self.context.client.conversations_history(channel=self.channel)
        return next(m for m in answer["messages"] if m["ts"] == receipt.ts)

    async def say(self, text: str, channel: str = "#trade-news") -> list[dict[str, Any]]:
        """Types a line and returns the replies once the bot has finished. If the machine is so busy
        that the answer comes after a first message, only the answer."""
        news: list[dict[str, Any]] = []
        with self.workspace.team.live.listen(news.append):
            outcome = await self.workspace.keyboard.say(channel, text)
            await self.context.background.finish()
        assert outcome.ok, outcome.message
        if not any(reply["text"] == WORKING for reply in outcome.messages):
            return outcome.messages
        return [self._read(news[-1])]

    async def choose(self, message: dict[str, Any], choice: str) -> list[dict[str, Any]]:
        """Picks the option of the alert's menu whose value begins with `choice`; returns the new
        messages."""
        block = next(b for b in message["blocks"] if "accessory" in b)
        values = [option["value"] for option in block["accessory"]["options"]]
        value = next(value for value in values if value.split()[0] == choice)
        return await self._act(message, block, "alert_more", value)

    async def pick(self, message: dict[str, Any], choice: str) -> list[dict[str, Any]]:
        """Picks the option of an answer's menu whose value begins with `choice`; returns the new
        messages."""
        block, menu = next(
            (b, e)
            for b in message["blocks"]
            for e in b.get("elements", ())
            if e["type"] == "overflow"
        )
        values = [option["value"] for option in menu["options"]]
        value = next(value for value in values if value.split()[0] == choice)
        return await self._act(message, block, menu["action_id"], value)

    async def click(self, message: dict[str, Any], action_id: str) -> list[dict[str, Any]]:
        """Clicks a button and returns the new messages once the bot has finished."""
        block, element = next(
            (b, e)
            for b in message["blocks"]
            for e in b.get("elements", ())
            if e.get("action_id") == action_id
        )
        return await self._act(message, block, action_id, element.get("value"))

    async def press(
        self, message: dict[str, Any], block: dict[str, Any], button: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Clicks a button at the right of a paragraph."""
        return await self._act(message, block, button["action_id"], button["value"])

    async def _act(
        self, message: dict[str, Any], block: dict[str, Any], action_id: str, value: Any
    ) -> list[dict[str, Any]]:
        news: list[dict[str, Any]] = []
        with self.workspace.team.live.listen(news.append):
            outcome = await self.workspace.pointer.click(
                self.channel, message["ts"], block["block_id"], action_id, value, {}
            )
            await self.context.background.finish()
        assert outcome.ok, outcome.message
        return [self._read(each) for each in news if each["type"] == "message"]

    def _read(self, event: dict[str, Any]) -> dict[str, Any]:
        message: dict[str, Any] = event["message"]
        return {**message, "ephemeral": message["only_you"]}


@asynccontextmanager
async def page_user_of(workspace: Workspace, given: SlackContext) -> AsyncIterator[PageUser]:
    runner = web.AppRunner(build_web_app(build_app(given), given))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    assert await workspace.connect_http(f"http://127.0.0.1:{port}/slack/events")
    try:
        yield PageUser(workspace, given)
    finally:
        await given.background.finish()
        await runner.cleanup()


@pytest.fixture
async def page_user(workspace: Workspace, client: AsyncWebClient) -> AsyncIterator[PageUser]:
    async with page_user_of(workspace, slack_context(client, workspace.signing_secret)) as opened:
        yield opened


def as_text(messages: list[dict[str, Any]]) -> str:
    return json.dumps(messages, ensure_ascii=False)


async def test_following_an_event_twice_has_the_effect_of_once(page_user: PageUser) -> None:
    alert = await page_user.alert()
    assert "Following." in as_text(await page_user.click(alert, "alert_follow"))
    (again,) = await page_user.click(alert, "alert_follow")
    assert again["text"].startswith("Already following")
    assert again["ephemeral"]
    assert isinstance(page_user.context.service.stores.follows, FakeFollows)
    assert page_user.context.service.stores.follows.follows == {
        (page_user.team, page_user.person, "s1")
    }


async def test_clicks_count_as_requests(workspace: Workspace, client: AsyncWebClient) -> None:
    given = slack_context(client, workspace.signing_secret, limit=RequestLimit(1))
    async with page_user_of(workspace, given) as page_user:
        alert = await page_user.alert()
        assert "Following." in as_text(await page_user.click(alert, "alert_follow"))
        (refused,) = await page_user.click(alert, "alert_follow")
        assert "more than 1 requests in a minute" in refused["text"]
        assert refused["ephemeral"]


async def test_a_click_that_runs_a_command_counts_once(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    given = slack_context(client, workspace.signing_secret, limit=RequestLimit(2))
    async with page_user_of(workspace, given) as page_user:
        (answer,) = await page_user.say("/tariff us on china")
        (table,) = await page_user.pick(answer, "table")
        assert "Legal basis" in as_text([table])
        (refused,) = await page_user.pick(answer, "watch")
        assert "more than 2 requests in a minute" in refused["text"]
    given = slack_context(client, workspace.signing_secret, limit=RequestLimit(2))
    async with page_user_of(workspace, given) as page_user:
        (suggestion,) = await page_user.say("/tariff us chinnx")
        (answer,) = await page_user.click(suggestion, "run_0")
        assert "US additional duty on goods of China" in as_text([answer])
    given = slack_context(client, workspace.signing_secret, limit=RequestLimit(2))
    async with page_user_of(workspace, given) as page_user:
        (answer,) = await page_user.say("/tariff us on china")
        await page_user.pick(answer, "watch")
        assert isinstance(given.service.stores.subscriptions, FakeSubscriptions)
        assert given.service.stores.subscriptions.kept


async def test_why_shows_evidence_reason_and_feed(page_user: PageUser) -> None:
    await page_user.say("/tariff subscribe tariffs china")
    said = as_text(await page_user.choose(await page_user.alert(), "why"))
    for part in ("this channel follows tariffs", "China", "cut tariffs", "Example Wire"):
        assert part in said


async def test_why_of_a_pruned_story_says_so(workspace: Workspace, client: AsyncWebClient) -> None:
    given = slack_context(client, workspace.signing_secret, stories=FakeStories())
    async with page_user_of(workspace, given) as page_user:
        said = as_text(await page_user.choose(await page_user.alert(), "why"))
        assert "no longer saved" in said


async def test_an_event_can_be_muted_and_unmuted(page_user: PageUser) -> None:
    muted = await page_user.choose(await page_user.alert(), "mute_event")
    assert list_muted(page_user) == [(MuteKind.EVENT, "s1", page_user.team, page_user.channel)]
    await page_user.click(muted[-1], "mute_event_off")
    assert not list_muted(page_user)


async def test_a_conversation_can_be_muted_for_a_day(page_user: PageUser) -> None:
    await page_user.say("/tariff subscribe tariffs")
    reported = await page_user.choose(await page_user.alert(), "mute_day")
    assert f"<@{page_user.person}> muted all alerts here until" in as_text(reported)
    assert list_muted(page_user) == [(MuteKind.CONVERSATION, "", page_user.team, page_user.channel)]
    listed = await page_user.say("/tariff list")
    assert "Muted until" in as_text(listed)
    await page_user.click(listed[0], "subscription_unmute_0")
    assert not list_muted(page_user)


async def test_missed_stories_are_shown_on_request_in_their_conversation_only(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    content = Bundle(kind=BundleKind.MISSED, mute=MuteKind.CONVERSATION).model_dump_json()
    outbox = FakeOutbox()
    given = slack_context(client, workspace.signing_secret, outbox=outbox)
    async with page_user_of(workspace, given) as page_user:
        place = {"conversation": page_user.channel, "team": page_user.team}
        queued = delivery(kind=DeliveryKind.DIGEST, content=content, **place)
        outbox.delivery, outbox.own = queued, (story(),)
        sender = SlackSender(client, PARTIES)
        receipt = await sender.send(queued, (story(),), None)
        history = await client.conversations_history(channel=page_user.channel)
        offer = next(m for m in history["messages"] if m["ts"] == receipt.ts)
        assert "1 story arrived while this conversation was muted" in as_text([offer])
        assert story().title not in as_text([offer])
        (shown,) = await page_user.click(offer, "missed_show_1")
        assert shown["ephemeral"]
        assert story().title in as_text([shown])
        outbox.delivery = queued.model_copy(update={"conversation": "C0THER"})
        assert story().title not in as_text(await page_user.click(offer, "missed_show_1"))


async def test_a_muted_topic_is_unmuted_by_a_button(page_user: PageUser) -> None:
    mute = Mute(
        kind=MuteKind.TOPIC,
        subject="court_ruling",
        team=page_user.team,
        conversation=page_user.channel,
    )
    await page_user.context.service.stores.mutes.add(mute)
    listed = await page_user.say("/tariff list")
    assert "court rulings" in as_text(listed)
    await page_user.click(listed[0], "subscription_unmute_0")
    assert not list_muted(page_user)


async def test_a_conversation_can_unsubscribe_by_a_button(page_user: PageUser) -> None:
    await page_user.say("/tariff subscribe tariffs")
    (why,) = await page_user.choose(await page_user.alert(), "why")
    (question,) = await page_user.click(why, "mute_unsubscribe")
    assert "Unsubscribe this conversation?" in as_text([question])
    assert page_user.context.service.stores.subscriptions.kept  # type: ignore[attr-defined]
    await page_user.click(question, "unsubscribe_confirmed")
    assert isinstance(page_user.context.service.stores.subscriptions, FakeSubscriptions)
    assert not page_user.context.service.stores.subscriptions.kept


async def test_a_topic_is_muted_and_unmuted_by_buttons(page_user: PageUser) -> None:
    (question,) = await page_user.choose(await page_user.alert(), "mute_topic")
    (muted,) = await page_user.click(question, "mute_topic_on_negotiation")
    said = as_text([muted])
    assert "muted *negotiations* here until" in said
    assert "Unmute" in said
    place = page_user.team, page_user.channel
    assert list_muted(page_user) == [(MuteKind.TOPIC, "negotiation", *place)]
    await page_user.click(muted, "mute_topic_off_negotiation")
    assert not list_muted(page_user)


async def test_fewer_like_this_is_previewed_before_it_is_applied(page_user: PageUser) -> None:
    await page_user.say("/tariff subscribe all")
    (why,) = await page_user.choose(await page_user.alert(), "why")
    (proposed,) = await page_user.click(why, "alert_fewer")
    stores = page_user.context.service.stores
    assert isinstance(stores.feedback, FakeFeedback)
    assert [said.kind for said in stores.feedback.kept] == [FeedbackKind.FEWER_LIKE_THIS]
    (preview,) = await page_user.click(proposed, "fewer_preview_0")
    assert preview["ephemeral"]
    assert "would have hidden 1 story in the last 30 days" in as_text([preview])
    assert isinstance(stores.subscriptions, FakeSubscriptions)
    assert not stores.subscriptions.kept[0].criteria.without_words
    await page_user.click(preview, "fewer_apply")
    assert stores.subscriptions.kept[0].criteria.without_words == ("China",)


async def test_a_person_lists_and_ends_what_they_follow(page_user: PageUser) -> None:
    assert "You follow no events" in as_text(await page_user.say("/tariff following"))
    await page_user.click(await page_user.alert(), "alert_follow")
    (listed,) = await page_user.say("/tariff following")
    assert listed["ephemeral"]
    assert story().title in as_text([listed])
    block = next(b for b in listed["blocks"] if "accessory" in b)
    button = block["accessory"]
    await page_user.press(listed, block, button)
    assert "You follow no events" in as_text(await page_user.say("/tariff following"))


async def test_a_suggestion_button_runs_its_command(page_user: PageUser) -> None:
    (suggestion,) = await page_user.say("/tariff us chinnx")
    said = as_text(await page_user.click(suggestion, "run_0"))
    assert "US additional duty on goods of China" in said


async def test_a_private_answer_is_shared_once_and_names_who_asked(page_user: PageUser) -> None:
    (answer,) = await page_user.say("/tariff us on china on 2025-05-20")
    assert answer["ephemeral"]
    (shared,) = await page_user.pick(answer, "share")
    assert not shared["ephemeral"]
    assert f"Asked by <@{page_user.person}>" in as_text([shared])
    assert "rate_more" not in as_text([shared])
    assert not await page_user.pick(answer, "share")


async def test_an_answer_can_be_shown_as_a_table_watched_and_reported(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    reports: list[MistakeReport | AnswerReport] = []

    async def receive(report: MistakeReport | AnswerReport) -> None:
        reports.append(report)

    given = replace(slack_context(client, workspace.signing_secret), report_mistake=receive)
    async with page_user_of(workspace, given) as page_user:
        (answer,) = await page_user.say("/tariff us on china")
        assert "Legal basis" in as_text(await page_user.pick(answer, "table"))
        await page_user.pick(answer, "watch")
        assert isinstance(given.service.stores.subscriptions, FakeSubscriptions)
        [subscription] = given.service.stores.subscriptions.kept
        assert [each.codes for each in subscription.criteria.economies] == [{"US", "CN"}]
        for _ in range(2):
            (thanks,) = await page_user.pick(answer, "report")
            assert "operators" in as_text([thanks])
        [report] = reports
        assert isinstance(report, AnswerReport)
        assert "US additional duty on goods of China" in report.answer
        assert report.user == page_user.person


async def test_the_details_of_an_answer_open_in_a_modal_with_pages(page_user: PageUser) -> None:
    (answer,) = await page_user.say("/tariff us on china on 2026-09-20")
    assert await page_user.click(answer, "rate_details") == []
    views = page_user.workspace.team.views
    assert views.modal is not None
    first = json.dumps(views.modal["blocks"])
    assert "Source: <https://" in first
    [row] = [block for block in views.modal["blocks"] if block["type"] == "actions"]
    for number, element in enumerate(row["elements"]):
        outcome = await page_user.workspace.pointer.click_in_view(
            views.modal["id"], row["block_id"], element["action_id"], element["value"], {}
        )
        await page_user.context.background.finish()
        assert outcome.ok
        [row] = [block for block in views.modal["blocks"] if block["type"] == "actions"]
        styles = [each.get("style") for each in row["elements"]]
        assert styles.index("primary") == number


async def test_a_click_that_came_too_late_for_a_modal_says_so(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    given = slack_context(client, workspace.signing_secret)
    async with page_user_of(workspace, given) as page_user:
        (answer,) = await page_user.say("/tariff us on china on 2026-09-20")
        workspace.fail_next("views.open", error="expired_trigger_id")
        (message,) = await page_user.click(answer, "rate_details")
        assert "did not open the details" in as_text([message])
        assert message["ephemeral"]


async def test_a_form_that_does_not_open_is_replaced_by_a_message(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    given = slack_context(client, workspace.signing_secret)
    async with page_user_of(workspace, given) as page_user:
        row = actions(button("Check a product", CHECK_PRODUCT, "us china"))
        posted = await client.chat_postMessage(
            channel=page_user.channel, text="x", blocks=list(row)
        )
        workspace.fail_next("views.open", error="expired_trigger_id")
        (message,) = await page_user.click(posted["message"], CHECK_PRODUCT)
        assert "did not open the form" in as_text([message])
        assert message["ephemeral"]


async def test_a_report_that_failed_is_made_again_by_the_next_click(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    attempts: list[MistakeReport | AnswerReport] = []

    async def receive(report: MistakeReport | AnswerReport) -> None:
        attempts.append(report)
        if len(attempts) == 1:
            raise RuntimeError("the channel is gone")

    given = replace(slack_context(client, workspace.signing_secret), report_mistake=receive)
    async with page_user_of(workspace, given) as page_user:
        (answer,) = await page_user.say("/tariff us on china")
        assert "in the log" in as_text(await page_user.pick(answer, "report"))
        assert "Thank you" in as_text(await page_user.pick(answer, "report"))
        assert "Thank you" in as_text(await page_user.pick(answer, "report"))
    assert len(attempts) == 2


async def test_the_present_rates_are_one_click_away_from_an_alert(page_user: PageUser) -> None:
    (answer,) = await page_user.click(await page_user.alert(), "run_0")
    assert answer["ephemeral"]
    assert "US additional duty on goods of China" in as_text([answer])


async def test_the_link_of_an_alert_can_be_copied(page_user: PageUser) -> None:
    (why,) = await page_user.choose(await page_user.alert(), "why")
    (message,) = await page_user.click(why, "alert_copy")
    assert message["ephemeral"]
    assert "`https://news.example/a?x=1&amp;y=2`" in as_text([message])


async def test_the_buttons_of_alerts_of_an_older_version_are_answered(page_user: PageUser) -> None:
    posted = await page_user.context.client.chat_postMessage(
        channel=page_user.channel,
        text="An old alert",
        blocks=actions(
            button("Open", "alert_open", url="https://news.example/a"),
            button("Mute", "alert_mute", "s1"),
            button("Why?", "alert_why", '{"story":"s1","reason":"tariffs"}'),
        ),
    )
    message = {"ts": posted["ts"], "blocks": posted["message"]["blocks"]}
    assert await page_user.click(message, "alert_open") == []
    assert "older version" in as_text(await page_user.click(message, "alert_why"))
    await page_user.click(message, "alert_mute")
    assert list_muted(page_user) == [(MuteKind.EVENT, "s1", page_user.team, page_user.channel)]


async def test_a_reported_mistake_reaches_the_operators(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    reports: list[MistakeReport | AnswerReport] = []

    async def receive(report: MistakeReport | AnswerReport) -> None:
        reports.append(report)

    given = replace(slack_context(client, workspace.signing_secret), report_mistake=receive)
    async with page_user_of(workspace, given) as page_user:
        (why,) = await page_user.choose(await page_user.alert(), "why")
        (thanks,) = await page_user.click(why, "alert_report")
        assert "operators" in as_text([thanks])
        team = workspace.team.identity.team_id
        assert reports == [MistakeReport(story(), page_user.person, page_user.channel, team)]


async def test_a_reader_calls_a_story_not_relevant(page_user: PageUser) -> None:
    alert = await page_user.alert()
    (first,) = await page_user.choose(alert, "not_relevant")
    (second,) = await page_user.choose(alert, "not_relevant")
    assert first["ephemeral"]
    assert "is not relevant here" in as_text([first])
    assert "before" in as_text([second])
    stores = page_user.context.service.stores
    assert isinstance(stores.feedback, FakeFeedback)
    (said,) = stores.feedback.kept
    assert (said.team, said.conversation) == (page_user.team, page_user.channel)
    assert (said.user, said.story_id) == (page_user.person, story().id)
    assert said.kind is FeedbackKind.NOT_RELEVANT
    object.__setattr__(stores, "stories", FakeStories())
    (gone,) = await page_user.choose(alert, "not_relevant")
    assert "no longer saved" in as_text([gone])
    assert len(stores.feedback.kept) == 1


async def test_a_choice_of_an_unknown_menu_says_so(page_user: PageUser) -> None:
    alert = await page_user.alert()
    block = next(b for b in alert["blocks"] if "accessory" in b)
    block["accessory"]["options"][0]["value"] = "gone x"
    answer = await page_user.context.client.chat_postMessage(
        channel=page_user.channel, text="x", blocks=[block]
    )
    posted = {"ts": answer["ts"], "blocks": [block]}
    assert "no longer works" in as_text(await page_user.choose(posted, "gone"))


async def test_a_failing_button_reports_the_error(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    given = slack_context(client, workspace.signing_secret, follows=FailingStore())
    async with page_user_of(workspace, given) as page_user:
        said = as_text(await page_user.click(await page_user.alert(), "alert_follow"))
        assert "in the log" in said
        assert "RuntimeError" not in said


async def test_a_subscription_in_a_direct_message_belongs_to_the_person(
    page_user: PageUser,
) -> None:
    await page_user.say("/tariff subscribe talks", "@tariffwire")
    assert isinstance(page_user.context.service.stores.subscriptions, FakeSubscriptions)
    assert page_user.context.service.stores.subscriptions.kept[0].conversation == page_user.person
    queued = delivery(conversation=page_user.person, kind=DeliveryKind.DIGEST, team=page_user.team)
    receipt = await SlackSender(page_user.context.client, PARTIES).send(queued, (story(),), None)
    assert receipt.ts


async def test_a_mention_is_answered_in_its_thread_once(page_user: PageUser) -> None:
    bot = page_user.workspace.team.identity.bot_user_id
    await page_user.say(f"<@{bot}> us on china on 2025-05-20")
    await page_user.context.background.finish()
    calls = page_user.workspace.calls("chat.postMessage")
    assert len(calls) == 1
    assert calls[0].arguments["thread_ts"]
    assert "30% to 55%" in json.dumps(calls[0].arguments["blocks"])
