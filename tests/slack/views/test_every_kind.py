"""Slack accepts every kind of message and view, also with hostile and very long content."""

import json
from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alerts.delivery import DeliveryKind
from bot.alerts.mutes import Mute, MuteKind
from bot.alerts.reminders.model import Due, LeadTime, Reminder
from bot.alerts.subscriptions.criteria import Criteria, EconomyFilter, GoodsFilter
from bot.alerts.subscriptions.model import Subscription
from bot.alerts.subscriptions.preview import Preview
from bot.alerts.subscriptions.timing import Frequency, Timing
from bot.commands import replies
from bot.commands.message_reading import MessageReading, ReadRate
from bot.commands.permissions import OperatorAction, SubscriptionPolicy
from bot.commands.rates.product_form import CLAIMS, MOST_GOODS, ProductForm
from bot.commands.rates.rate_now import RateNow
from bot.commands.rates.replies import CalendarFile
from bot.commands.request import CommandRequest, Reply
from bot.commands.subscriptions.form import fill_subscription_form
from bot.errors import AmendmentRefused, FeedError, SlackError
from bot.feeds.health import FeedSummary, Health, Lag
from bot.feeds.model import Feed
from bot.local_slack.state.modals import check_view
from bot.news.deadlines.events import list_deadlines
from bot.news.deadlines.model import DeadlineKind
from bot.news.reader import Understanding
from bot.news.state import EventState, EventStatus, Severity
from bot.proposals.approval.audit import Decision, Operator, ProposalRecord, State
from bot.proposals.approval.terms import ApprovalForm, list_measures
from bot.proposals.model import Proposal, ReportSource
from bot.rates.calendar.entries import CalendarEntry, build_entries
from bot.rates.calendar.upcoming import CheckedPeriod, list_upcoming
from bot.rates.model.measure import Source
from bot.rates.question.query import QueryKind, RateQuery
from bot.slack.blockkit.blocks import Message
from bot.slack.views import proposals as proposal_views
from bot.slack.views.approval_form import render_closing
from bot.slack.views.approval_form import render_form as render_approval_form
from bot.slack.views.command_replies import (
    render_calendar_comment,
    render_calendar_shared,
    render_reply,
)
from bot.slack.views.delivery import compose_messages
from bot.slack.views.entry.check_product import render_product_answer, render_product_form
from bot.slack.views.entry.home import render_home
from bot.slack.views.entry.message_reading import render_message_reading, render_no_rate
from bot.slack.views.entry.results import render_text
from bot.slack.views.replies import render_failure, render_notice
from bot.slack.views.subscriptions.form import (
    FormState,
    render_form,
    render_pause_form,
    render_question,
    render_refused,
    render_saved,
)
from bot.slack.views.subscriptions.preview import render_preview
from bot.values import Topic
from tests.news.deadlines.made import deadline, notice
from tests.slack.fakes import ledger
from tests.slack.samples import HOSTILE, NOW, PARTIES, delivery, nasty_text, stories
from tests.slack.views.accepted import check_accepted

LONG = [HOSTILE, HOSTILE * 60, "<&>" * 4_000, "w" * 10_000, "\u202e🇨🇳" * 3_000]
text = (nasty_text | st.sampled_from(LONG)).map(lambda made: made.replace("\ud800", "?"))
some_text = text.filter(str.strip)
short_text = some_text.map(lambda made: made[:90].strip() or "x")
codes = st.frozensets(st.sampled_from([*(one.code for one in PARTIES), "XX"]), max_size=300)
topics = st.frozensets(st.sampled_from(Topic))
moments = st.none() | st.just(NOW)
IMPOSERS = {code: PARTIES.get(code).name for code in ledger().list_imposers()}
few = settings(max_examples=15)
"""Each example is long."""
REQUEST = CommandRequest("", "T1", "C1", "U1")
MUTES = tuple(
    Mute(kind=kind, subject=subject, team="T1", conversation="C1", until=until)
    for kind, subject, until in (
        (MuteKind.EVENT, "e1", None),
        (MuteKind.TOPIC, "tariff", NOW),
        (MuteKind.TOPIC, "another", NOW),
        (MuteKind.CONVERSATION, "", NOW),
    )
)

economies = st.builds(
    EconomyFilter,
    first=st.sampled_from(["US", "CN", "XX"]),
    second=st.none() | st.just("JP"),
    directed=st.booleans(),
)
subscriptions = st.builds(
    Subscription,
    id=st.just("s"),
    team=st.just("T1"),
    conversation=st.sampled_from(["C1", "U1"]) | text,
    criteria=st.builds(
        Criteria,
        topics=topics,
        economies=st.lists(economies, max_size=20).map(tuple),
        goods=st.lists(st.builds(GoodsFilter, text=short_text), max_size=20).map(tuple),
        words=st.lists(text, max_size=20).map(tuple),
        without_words=st.lists(text, max_size=20).map(tuple),
        decided_only=st.booleans(),
        severity_from=st.sampled_from(Severity),
        official_only=st.booleans(),
    ),
    timing=st.builds(
        Timing,
        frequency=st.sampled_from(Frequency),
        weekdays_only=st.booleans(),
        zone=short_text,
        quiet_from=st.none() | st.just(22),
        quiet_to=st.just(7),
        breaking_passes=st.booleans(),
    ),
    paused_until=moments,
    paused_at=moments,
    paused_reason=text,
    created_by=text,
    created_at=st.just(NOW),
)
healths = st.builds(
    Health,
    id=st.text("ab_9-", min_size=1, max_size=64),
    title=text,
    url=text,
    enabled=st.booleans(),
    status=st.sampled_from(["ok", "failing", "stopped", "new", "off"]),
    error=text,
    failures=st.integers(0, 10**9),
    last_success_at=moments,
    last_entry_at=moments,
    next_poll_at=moments,
    interval_s=st.none() | st.just(600.0),
    held_until=moments,
    unread_language=text,
)
lags = st.none() | st.just(Lag(median_s=10, p95_s=10**7, entries=10**7))
feed_errors = st.builds(FeedError, text, text, text)
sources = st.builds(
    ReportSource,
    source=some_text,
    link=text | st.just("https://news.example/" + "a" * 4_000),
    published=st.just(NOW),
    quote=text,
)
proposals = st.builds(
    Proposal,
    id=st.just("p1"),
    imposer=st.sampled_from(["US", "CN"]),
    partner=st.sampled_from(["CN", "EU", ""]),
    product=text,
    old_on=st.just(NOW.date()),
    old_percent=st.none() | st.just(Decimal("12.5")),
    basis=text,
    ruling=st.none() | st.sampled_from(EventStatus),
    new_percent=st.none() | st.just(Decimal(999)),
    effective_on=st.none() | st.just(date(2026, 12, 1)),
    why=text,
    said_by=st.lists(sources, min_size=1, max_size=20).map(tuple),
    seen_at=st.just(NOW),
    already=text,
)
decisions = st.builds(
    Decision,
    state=st.sampled_from([State.APPROVED, State.REJECTED]),
    by=st.builds(Operator, id=short_text, name=short_text),
    at=st.just(NOW),
    note=text,
)
records = st.builds(ProposalRecord, proposal=proposals, decision=st.none() | decisions)
forms = st.builds(
    ProductForm,
    imposer=st.sampled_from([*IMPOSERS, "XX", ""]),
    partner=st.sampled_from(["CN", "XX", ""]),
    goods=text.map(lambda goods: goods[:MOST_GOODS]),
    day=st.sampled_from(["", "2026-09-20"]),
    claim=st.sampled_from([*CLAIMS, "x", ""]),
    value=text.map(lambda value: value[:200]),
)


def check_message(message: Message) -> None:
    """Slack accepts the message, and the version without tables and charts."""
    check_accepted(message)
    if message.instead is not None:
        check_accepted(message.instead)
    check_harmless(message.payload())


def check_harmless(content: Any) -> None:
    """No markup mentions a person or a channel of the content, and no text changes its
    direction."""
    assert "\u202e" not in json.dumps(content, ensure_ascii=False)
    for markup in list_markup(content):
        assert not any(each in markup for each in ("<!channel>", "<!here>", "<@U123>"))


def list_markup(content: Any) -> Iterator[str]:
    """All texts in which Slack reads markup."""
    if isinstance(content, dict):
        if content.get("type") == "mrkdwn" or "blocks" in content:
            yield str(content.get("text", ""))
        for each in content.values():
            yield from list_markup(each)
    elif isinstance(content, list | tuple):
        for each in content:
            yield from list_markup(each)


def render(reply: Reply) -> Message:
    return render_reply(reply, REQUEST, PARTIES)


@few
@given(st.lists(subscriptions, min_size=1, max_size=3), st.integers(1, 60), st.booleans())
def test_messages_about_subscriptions(found: Sequence[Subscription], times: int, new: bool) -> None:
    first = found[0]
    for reply in (
        replies.Subscribed(first, new, not new, tuple(found)),
        replies.Unsubscribed(times, first.criteria, kept=times),
        replies.SubscriptionList([*found] * times, new, NOW, MUTES),
        replies.SubscriptionList([], new, NOW, MUTES),
        replies.SubscriptionList(found, new, NOW, MUTES, [each.id for each in found]),
        replies.LinesMissing(first.conversation),
        replies.SubscriptionChanged(first),
        replies.SubscriptionRemoved(first),
        replies.NoSuchSubscription(first.created_by),
        replies.TooManyHere(times),
        *(replies.SubscriptionRefused(each, first.created_by) for each in SubscriptionPolicy),
    ):
        check_message(render(reply))


@few
@given(st.lists(healths, min_size=1, max_size=4), lags, st.integers(1, 80), st.booleans())
def test_messages_about_feeds(
    found: Sequence[Health], lag: Lag | None, times: int, shows_all: bool
) -> None:
    for some in ([], [*found] * times):
        check_message(render(replies.FeedStatusList(some, lag, NOW, True, shows_all)))


@few
@given(text, text, feed_errors)
def test_replies_to_changes_of_feeds(feed_id: str, title: str, error: FeedError) -> None:
    check_message(
        render(replies.FeedAdded(Feed(id="new", title=title[:200] or "x", url="https://x.y")))
    )
    check_message(render(replies.FeedRemoved(feed_id)))
    check_message(render(replies.FeedResumed(feed_id)))
    check_message(render(replies.FeedRefused(error)))


@few
@given(st.lists(records, min_size=1, max_size=3), st.integers(1, 5), text)
def test_messages_about_proposals(
    found: Sequence[ProposalRecord], times: int, problem: str
) -> None:
    checked = dict.fromkeys(IMPOSERS, NOW.date())
    check_message(render(replies.ProposalList([*found] * times, 99, 9, checked)))
    check_message(proposal_views.render_proposal(found[0], PARTIES))
    check_message(proposal_views.render_amendment_refused(AmendmentRefused(problem, problem, "x")))


@few
@given(records, st.builds(ApprovalForm, percent=text, note=text, link=text, product=text), text)
def test_the_form_for_a_proposal(record: ProposalRecord, form: ApprovalForm, said: str) -> None:
    summary = proposal_views.render_proposal(record, PARTIES).text
    measures = list_measures(record.proposal, ledger())
    for each in (measures, [*measures, *ledger().measures]):
        check_view(render_approval_form("p1", form, each, summary, PARTIES))
    check_view(render_closing(said or "–"))


@few
@given(text, text, st.lists(text, max_size=8), st.booleans())
def test_questions_that_were_not_understood(
    word: str, cause: str, suggestions: list[str], about_rates: bool
) -> None:
    named = replies.NotUnderstood(word, f"unknown {cause}", tuple(suggestions), about_rates)
    check_message(render(named))
    options = tuple((one, one) for one in suggestions)
    check_message(render(replies.Clarification(f"Which? {cause}", options)))


@pytest.mark.parametrize("act", list(OperatorAction))
@few
@given(user=text)
def test_refusals(act: OperatorAction, user: str) -> None:
    check_message(render(replies.OperatorsOnly(act, user)))
    check_message(render(replies.TooManyRequests(60, 12)))


@few
@given(st.booleans(), st.booleans(), st.booleans())
def test_short_replies(one: bool, two: bool, three: bool) -> None:
    for reply in (
        replies.Help(is_short=one),
        replies.ReminderSwitch(one, two, three),
        replies.EventFollowed("e1", one),
        replies.EventUnfollowed(),
        *(replies.Muted(each) for each in MUTES),
        *(replies.Unmuted(each) for each in MUTES),
    ):
        check_message(render(reply))
    check_message(render_failure("abc" if one else None))


def entries(name: str) -> tuple[CalendarEntry, ...]:
    """The entries of all coming changes of the ledger, with this text in their texts."""
    day = date(2025, 5, 12)
    found = build_entries(ledger(), list_upcoming(ledger(), day))
    source = Source(text=name[:300] or "x", url="https://x.example/a")
    changed = {"measure": name or "x", "legal_basis": name, "source": source}
    return tuple(one.model_copy(update=changed) for one in found)


@few
@given(text)
def test_reminders_and_calendar_files(name: str) -> None:
    due = tuple(Due(ahead=one, notice=LeadTime.WEEK) for one in entries(name))
    reminder = Reminder(due=due, counted_on=date(2025, 5, 12))
    content = reminder.model_dump_json()
    queued = delivery(kind=DeliveryKind.REMINDER, content=content, reason=name)
    for message in compose_messages(queued, (), PARTIES):
        check_message(message)
    query = RateQuery(kind=QueryKind.UPCOMING)
    period = CheckedPeriod(NOW.date(), NOW.date(), NOW.date())
    file = CalendarFile(query, entries(name), period)
    check_message(render_calendar_shared(file))
    check_message(render_calendar_shared(file, SlackError("files", name, name)))
    assert "<!channel>" not in render_calendar_comment(file, name, PARTIES)


@few
@given(text)
def test_notices_for_operators(reason: str) -> None:
    for content in ("", " ".join(one.code for one in PARTIES)):
        queued = delivery(kind=DeliveryKind.NOTICE, reason=f"Feed: {reason}", content=content)
        for message in compose_messages(queued, (), PARTIES):
            check_message(message)


@few
@given(
    st.lists(stories, max_size=3),
    st.lists(subscriptions, max_size=3),
    st.integers(1, 40),
    st.booleans(),
    text,
    text,
)
def test_the_home_tab(
    latest: Sequence[Any],
    own: Sequence[Subscription],
    times: int,
    is_operator: bool,
    title: str,
    link: str,
) -> None:
    kinds = [*DeadlineKind][:times]
    dated = [deadline(kind, date(2025, 5, 20), zone=title, at=time(12)) for kind in kinds]
    checks = dict.fromkeys(IMPOSERS, NOW.date() - timedelta(days=999))
    overview = replies.Overview(
        subscriptions=[*own] * times,
        feeds=FeedSummary(feeds=times, failing=times, last_poll_at=NOW if times > 5 else None),
        upcoming=list_upcoming(ledger(), date(2025, 5, 12)),
        deadlines=list_deadlines([notice("a", *dated, title=title, link=link)]),
        latest=[*latest] * times,
        operator=replies.OperatorOverview(checks, times, NOW.date()) if is_operator else None,
    )
    view = render_home(overview, "U1", IMPOSERS, PARTIES, NOW)
    check_view(view)
    check_harmless(view)


@few
@given(forms, text)
def test_the_form_for_a_product_and_its_answer(form: ProductForm, said: str) -> None:
    check_view(render_product_form(form, IMPOSERS, PARTIES))
    check_view(render_product_answer(render_notice(said), form, said, PARTIES))
    check_view(render_text(said))


@few
@given(subscriptions, stories, text)
def test_the_modals_of_a_subscription(one: Subscription, newest: Any, said: str) -> None:
    sent = Preview(messages=2, events=1, stories=9, newest=(newest,))
    form = fill_subscription_form(one.criteria, one.timing, PARTIES)
    state = FormState(conversation="C1", opened_at=NOW, subscription=one.id)
    if not form.is_too_long:
        state = state.model_copy(update={"form": form})
        view = render_form(state, "U1", render_preview(sent))
        check_view(view)
        check_harmless(view)
    question = render_question(state, [one], (), PARTIES)
    if question is not None:
        check_view(question)
        # People never see the metadata.
        check_harmless({**question, "private_metadata": ""})
    check_view(render_refused(render_notice(said), state))
    check_view(render_saved(render_notice(said), render_preview(sent)))
    check_view(render_pause_form(state))


understandings = stories.map(
    lambda one: Understanding(
        topics=one.topics,
        parties=one.parties,
        figures=one.figures,
        evidence=one.evidence,
        state=EventState(status=EventStatus.THREATENED),
    )
)
rates = st.builds(
    RateNow,
    imposer=st.just("US"),
    partner=st.just("CN"),
    product=text,
    percent=st.none() | st.just(Decimal(25)),
    span=st.none(),
    checked=st.none(),
)


@few
@given(understandings, st.lists(st.builds(ReadRate, rates, text), max_size=3), text, st.booleans())
def test_the_reading_of_a_message(
    understood: Understanding, found: list[ReadRate], question: str, is_empty: bool
) -> None:
    reading = MessageReading(understood, tuple(found), question, is_empty)
    check_message(render_message_reading(reading, PARTIES))
    check_message(render_no_rate(reading))
