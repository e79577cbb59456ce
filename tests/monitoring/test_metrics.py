"""Metrics count what is reported to them, and `docs/reference/metrics.md` lists them all."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.metrics_core import Metric

from bot.alerts.delivery import DeliveryKind, DeliveryState
from bot.alerts.sending.ports import Receipt
from bot.errors import ConversationRefused, SendLater, SendRefused, WorkspaceRefused
from bot.feeds.model import FeedState, PollOutcome, Round
from bot.http_server.rejections import Rejection, Rejections
from bot.monitoring.backlog import Backlog, DatabaseFacts
from bot.monitoring.gauges import Gauges
from bot.monitoring.metrics import Metrics
from bot.monitoring.sending import MeasuredSender
from bot.news.state import EventState, EventStatus
from bot.proposals.approval.audit import State
from bot.values import Topic
from tests.store.examples import NOON, delivery, minutes, story

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "metrics.md"
_ROW = re.compile(r"\| `(tariffwire_\w+)` \| (\w+) \| (.*?) ?\| (process|database) \| .+ \|")

FACTS = DatabaseFacts(
    at=NOON,
    backlog=Backlog(by_state={DeliveryState.QUEUED: 3}, waiting=2, oldest_due_at=NOON - minutes(1)),
    feeds={"ok": 4, "failing": 1},
    oldest_poll_due_at=NOON - minutes(2),
    proposals={State.PENDING: 2},
)


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


def read(metrics: Metrics, name: str, **labels: str) -> float:
    return metrics.registry.get_sample_value(f"tariffwire_{name}", labels) or 0.0


def poll(outcome: PollOutcome, **state: Any) -> Round:
    return Round(
        feed_id="wire",
        outcome=outcome,
        started_at=NOON,
        finished_at=NOON + timedelta(seconds=2),
        state=replace(FeedState(feed_id="wire"), **state),
    )


def test_a_poll_is_counted_with_its_stories_and_messages(metrics: Metrics) -> None:
    stories = (story("a"), story("b", topics=(Topic.TARIFF, Topic.COURT_RULING)))
    queued = (delivery("a"), delivery("b", kind=DeliveryKind.UPDATE))
    metrics.record_poll(poll(PollOutcome.READ), stories, queued)
    metrics.record_poll(poll(PollOutcome.NOT_MODIFIED), (), ())
    assert read(metrics, "polls_total", outcome="read") == 1
    assert read(metrics, "polls_total", outcome="not_modified") == 1
    assert read(metrics, "stories_total", topic="tariff") == 2
    assert read(metrics, "stories_total", topic="court_ruling") == 1
    assert read(metrics, "messages_queued_total", kind="alert") == 1
    assert read(metrics, "messages_queued_total", kind="update") == 1
    assert read(metrics, "poll_duration_seconds_sum") == 4


@pytest.mark.parametrize(
    ("outcome", "state", "reason"),
    [
        (PollOutcome.FAILED, {}, "no_response"),
        (PollOutcome.FAILED, {"status": 503}, "http_503"),
        (PollOutcome.FAILED, {"status": 200}, "unreadable"),
        (PollOutcome.FAILED, {"status": 799}, "http_other"),
        (PollOutcome.GONE, {"status": 410}, "gone"),
    ],
)
def test_a_failed_poll_has_a_reason(
    metrics: Metrics, outcome: PollOutcome, state: Mapping[str, int], reason: str
) -> None:
    metrics.record_poll(poll(outcome, **state), (), ())
    assert read(metrics, "poll_failures_total", reason=reason) == 1


class FixedSender:
    """A sender with a fixed result."""

    def __init__(self, result: Receipt | Exception) -> None:
        self._result = result

    async def send(self, *_: object) -> Receipt:
        if isinstance(self._result, Exception):
            raise self._result
        return self._result


@pytest.mark.parametrize(
    ("result", "outcome"),
    [
        (SendLater(3.0, "rate limit"), "later"),
        (SendLater(None, "broken", uncertain=True), "uncertain"),
        (SendRefused("no"), "refused"),
        (ConversationRefused("C1", "is_archived"), "conversation_refused"),
        (WorkspaceRefused("Slack", "token_revoked"), "workspace_refused"),
        (RuntimeError("a bug"), "error"),
    ],
)
async def test_a_failed_send_is_counted_by_its_outcome(
    metrics: Metrics, result: Exception, outcome: str
) -> None:
    sender = MeasuredSender(FixedSender(result), metrics, lambda: NOON)
    with pytest.raises(type(result)):
        await sender.send(delivery("a"), (story("a"),), None)
    assert read(metrics, "sends_total", kind="alert", outcome=outcome) == 1
    assert read(metrics, "publication_to_post_seconds_count") == 0


async def test_a_sent_alert_is_counted_by_topic_and_status_with_its_lag(metrics: Metrics) -> None:
    sender = MeasuredSender(FixedSender(Receipt(ts="1.2")), metrics, lambda: NOON + minutes(3))
    cause = story("a", state=EventState(status=EventStatus.IN_FORCE))
    other = story("b", event_id="a", topics=(Topic.NEGOTIATION,), published=NOON - minutes(90))
    assert await sender.send(delivery("a"), (other, cause), None) == Receipt(ts="1.2")
    await sender.send(delivery("a", kind=DeliveryKind.UPDATE), (cause,), "1.2")
    assert read(metrics, "alerts_sent_total", topic="tariff", status="in_force") == 1
    assert read(metrics, "alerts_sent_total", topic="negotiation", status="unknown") == 0
    assert read(metrics, "publication_to_post_seconds_count") == 1
    assert read(metrics, "publication_to_post_seconds_sum") == 180
    assert read(metrics, "sends_total", kind="update", outcome="sent") == 1


async def test_a_message_that_was_posted_before_counts_once(metrics: Metrics) -> None:
    found = MeasuredSender(FixedSender(Receipt(ts="1", found=True)), metrics, lambda: NOON)
    await found.send(delivery("a"), (story("a"),), None)
    assert read(metrics, "sends_total", kind="alert", outcome="found") == 1
    assert read(metrics, "publication_to_post_seconds_count") == 0


async def test_refused_requests_are_counted(metrics: Metrics) -> None:
    rejections = Rejections(on_refusal=metrics.record_refused_request)
    rejections.count(Rejection.FORGED)
    rejections.count(Rejection.OTHER_TEAM)
    rejections.report()
    assert read(metrics, "http_requests_refused_total", reason="forged") == 1
    assert read(metrics, "http_requests_refused_total", reason="of_another_workspace") == 1


def gauge_values(facts: DatabaseFacts | None) -> dict[str, float]:
    checks = {"US": date(2025, 5, 10)}
    return {
        sample.name.removeprefix("tariffwire_") + "".join(sample.labels.values()): sample.value
        for family in Gauges(facts, checks, NOON).collect()
        for sample in family.samples
    }


def test_gauges_show_the_database() -> None:
    values = gauge_values(FACTS)
    assert values["database_up"] == 1
    assert values["outbox_messagesqueued"] == 3
    assert values["outbox_messagesheld"] == 0
    assert values["outbox_oldest_due_age_seconds"] == 60
    assert values["waiting_conversations"] == 2
    assert values["feedsok"] == 4
    assert values["feedsnew"] == 0
    assert values["polls_oldest_due_age_seconds"] == 120
    assert values["proposalspending"] == 2
    assert values["rate_data_age_secondsUS"] == 2 * 86_400


def test_gauges_without_the_database_say_only_that_it_is_down() -> None:
    assert gauge_values(None) == {"database_up": 0, "rate_data_age_secondsUS": 2 * 86_400}


def list_families() -> dict[str, tuple[str, str]]:
    """The type and the labels of each metric of the bot, by its name."""
    metrics = Metrics()
    families: list[Metric] = [
        *metrics.registry.collect(),
        *Gauges(FACTS, {"US": date(2025, 5, 10)}, NOON).collect(),
    ]
    found = {}
    for family in families:
        if family.name.startswith("tariffwire_"):
            name = f"{family.name}_total" if family.type == "counter" else family.name
            found[name] = (
                family.type,
                ", ".join(f"`{label}`" for label in find_labels(family, metrics)),
            )
    return found


def find_labels(family: Metric, metrics: Metrics) -> tuple[str, ...]:
    for collector, names in metrics.registry._collector_to_names.items():
        if family.name in names:
            return tuple(getattr(collector, "_labelnames", ()))
    return tuple(family.samples[0].labels)


def test_the_page_lists_each_metric_with_its_type_and_labels() -> None:
    rows = [_ROW.fullmatch(line) for line in PAGE.read_text("utf-8").splitlines()]
    listed = {row[1]: (row[2], row[3]) for row in rows if row is not None}
    assert listed == list_families()


def test_names_follow_the_rules_of_prometheus() -> None:
    for name, (kind, _) in list_families().items():
        assert name.endswith("_total") == (kind == "counter"), name
        if "duration" in name or "delay" in name or "age" in name.split("_"):
            assert name.endswith("_seconds"), name
