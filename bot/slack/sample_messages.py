"""One sample of each kind of message and view that the bot sends, made from the rates files.

`tariffwire doctor` has Slack check them, so that a change of Slack's rules is found before a person
sees an error.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.alerts.digest import Bundle
from bot.alerts.reminders.model import Due, LeadTime, Reminder
from bot.commands.answers import AnswerService
from bot.commands.message_reading import MessageReading
from bot.commands.rates.product_form import ProductForm
from bot.commands.rates.replies import RateAnswers, RateCard
from bot.commands.replies import (
    Clarification,
    FeedStatusList,
    Help,
    LatestStories,
    NotUnderstood,
    OperatorOverview,
    Overview,
)
from bot.commands.request import CommandRequest, Reply
from bot.feeds.health import FeedSummary
from bot.feeds.model import FeedKind
from bot.news.events.event import summarize_event
from bot.news.reader import Understanding
from bot.news.story import Evidence, Figure, Story
from bot.proposals.approval.terms import ApprovalForm
from bot.rates.calendar.entries import build_entries
from bot.rates.calendar.upcoming import list_upcoming
from bot.rates.ledger import Ledger
from bot.slack.blockkit.blocks import Message
from bot.slack.blockkit.forms import View
from bot.slack.views.alerts import render_alert
from bot.slack.views.approval_form import render_form
from bot.slack.views.command_replies import render_reply
from bot.slack.views.entry.check_product import render_product_answer, render_product_form
from bot.slack.views.entry.home import render_home
from bot.slack.views.entry.message_reading import render_message_reading
from bot.slack.views.events.digest import render_digest
from bot.slack.views.rates.card import render_card_pages
from bot.slack.views.rates.details import render_details
from bot.slack.views.reminders import render_reminder
from bot.slack.views.replies import render_failure
from bot.values import Topic

_GOODS, _TABLE, _CARD = "answer for goods", "table", "card"
_QUESTIONS = {
    "answer": "us china",
    _GOODS: "us on china steel",
    "history": "us on china history",
    "comparison": "us china vs vietnam",
    _TABLE: "us china steel",
    "upcoming changes": "upcoming",
    _CARD: "section 232",
    "list of cards": "cards",
}
_PERSON = "U0"


async def build_samples(ledger: Ledger, now: datetime) -> Mapping[str, Message | View]:
    """The samples by name."""
    answers, parties = AnswerService(ledger), ledger.parties
    samples: dict[str, Message | View] = {}
    form = ProductForm(partner="CN", goods="steel")

    def add(name: str, reply: Reply) -> Message:
        message = render_reply(reply, CommandRequest("", "T0", _PERSON, _PERSON), parties)
        samples[name] = message
        return message

    for name, question in _QUESTIONS.items():
        reply = await answers.answer(answers.parse(question, now))
        if name == _TABLE and isinstance(reply, RateAnswers):
            reply = replace(reply, as_table=True)
        answer = add(name, reply)
        if name == _GOODS and isinstance(reply, RateAnswers):
            samples["answer in a modal"] = render_product_answer(
                answer, form, question, answers.ledger.parties
            )
            samples["details"] = render_details(reply)
        if isinstance(reply, RateCard):
            samples["details of a card"] = render_card_pages(reply.facts)
    story = _make_story(now)
    add("help", Help())
    add("greeting", Help(is_short=True))
    add("latest stories", LatestStories([story]))
    add("clarification", Clarification("Which day?", (("3 Apr 2025", "us china on 2025-04-03"),)))
    add("question that was not understood", NotUnderstood("chnia", "unknown", ("us china",)))
    add("feeds", FeedStatusList([], None, now, may_change=True))
    samples["alert"] = render_alert(summarize_event([story]), parties)
    [samples["digest"]] = render_digest([story], parties, Bundle())
    entries = build_entries(ledger, list_upcoming(ledger, now.date()))
    reminder = Reminder(
        counted_on=now.date(), due=tuple(Due(notice=LeadTime.WEEK, ahead=one) for one in entries)
    )
    samples["reminder"] = render_reminder(reminder, parties, "tariffs")
    samples["error"] = render_failure("sample")
    understood = Understanding(
        topics=story.topics,
        parties=story.parties,
        figures=story.figures,
        evidence=story.evidence,
    )
    reading = MessageReading(understood, (), "us china")
    samples["reading of a message"] = render_message_reading(reading, parties)
    imposers = {code: parties.get(code).name for code in ledger.list_imposers()}
    samples["form for a product"] = render_product_form(form, imposers, parties)
    samples["form for a rate"] = render_form(
        "sample", ApprovalForm(), ledger.measures, "A rate", parties
    )
    overview = Overview(
        subscriptions=[],
        feeds=FeedSummary(feeds=1, failing=0),
        upcoming=await answers.find_next_changes(now),
        deadlines=(),
        latest=[story],
        operator=OperatorOverview({}, 0, now.date()),
    )
    samples["Home tab"] = render_home(overview, _PERSON, imposers, parties, now)
    return samples


def _make_story(now: datetime) -> Story:
    figure: dict[str, Any] = {"imposer": "US", "partner": "CN", "product": "steel"}
    evidence = Evidence(topic=Topic.TARIFF, rule="sample", words="a 25% tariff", where="title")
    return Story(
        id="sample",
        feed_id="sample",
        entry_key="sample",
        source="Sample",
        kind=FeedKind.WIRE,
        title="US announces a 25% tariff on steel from China",
        link="https://news.example/sample",
        summary="The tariff begins next month.",
        published=now,
        seen_at=now,
        topics=(Topic.TARIFF,),
        parties=("US", "CN"),
        figures=(Figure(**figure, to_percent=Decimal(25)),),
        evidence=(evidence,),
        event_id="sample",
    )
