"""The numbers that a process counts and measures, as Prometheus reads them.

The composition root makes one `Metrics` and passes it to the parts at the edges, which report to
it. The numbers are those of this process since its start. `bot.monitoring.gauges` has the numbers
that come from the database. `docs/reference/metrics.md` explains each of them.
"""

import re
from collections.abc import Collection, Iterable
from datetime import datetime
from http import HTTPStatus

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

from bot import __version__
from bot.alerts.delivery import Delivery, DeliveryKind
from bot.feeds.model import PollOutcome, Round
from bot.news.story import Story

PREFIX = "tariffwire"
_LAG_BUCKETS_S = (10, 30, 60, 120, 300, 600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 86_400)
_POLL_BUCKETS_S = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_DELAY_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)
_ABOUT_STORIES = (DeliveryKind.ALERT, DeliveryKind.FOLLOW_UP)
_CODE = re.compile(r"[a-z0-9_]{1,60}")
_STATUSES = frozenset(status.value for status in HTTPStatus)


class Metrics:
    """Counts what this process does; `registry` has the results."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        build = self._gauge("build_info", "Always 1; the label has the version.", ("version",))
        build.labels(__version__).set(1)
        self._polls = self._counter("polls", "Polls of feeds, by outcome.", ("outcome",))
        self._poll_failures = self._counter(
            "poll_failures", "Polls that failed, by reason.", ("reason",)
        )
        self._poll_s = self._histogram(
            "poll_duration_seconds", "Time from the start to the end of a poll.", _POLL_BUCKETS_S
        )
        self._stories = self._counter("stories", "New stories, by topic.", ("topic",))
        self._queued = self._counter("messages_queued", "Messages queued by polls.", ("kind",))
        self._sends = self._counter(
            "sends", "Attempts to send a message, by kind and outcome.", ("kind", "outcome")
        )
        self._alerts = self._counter(
            "alerts_sent", "Alerts and follow-ups sent, by topic and status.", ("topic", "status")
        )
        self._lag_s = self._histogram(
            "publication_to_post_seconds",
            "Time from the publication of a story until Slack accepted its message.",
            _LAG_BUCKETS_S,
        )
        self._slack_calls = self._counter("slack_calls", "Calls of Slack's Web API.", ("method",))
        self._slack_errors = self._counter(
            "slack_errors", "Calls of Slack's Web API that failed, by code.", ("method", "code")
        )
        self._refused_requests = self._counter(
            "http_requests_refused", "Refused HTTP requests and connections.", ("reason",)
        )
        self._loop_delay_s = self._histogram(
            "event_loop_delay_seconds", "How late the event loop runs a timer.", _DELAY_BUCKETS_S
        )

    def record_poll(
        self, round_: Round, stories: Iterable[Story], deliveries: Iterable[Delivery]
    ) -> None:
        """Counts a saved poll with its stories and queued messages."""
        self._polls.labels(round_.outcome.value).inc()
        if round_.outcome is not PollOutcome.DEFERRED:
            self._poll_s.observe((round_.finished_at - round_.started_at).total_seconds())
        if reason := _find_reason(round_):
            self._poll_failures.labels(reason).inc()
        for story in stories:
            for topic in story.topics:
                self._stories.labels(topic.value).inc()
        for delivery in deliveries:
            self._queued.labels(delivery.kind.value).inc()

    def record_send(self, kind: DeliveryKind, outcome: str) -> None:
        """Counts an attempt to send a message."""
        self._sends.labels(kind.value, outcome).inc()

    def record_posted(self, delivery: Delivery, stories: Collection[Story], now: datetime) -> None:
        """Counts a message that Slack has accepted, and measures its lag if it is about a story.

        `stories` are those of the event; the delivery names those that caused it.
        """
        causes = [story for story in stories if story.id in delivery.story_ids]
        if delivery.kind not in _ABOUT_STORIES or not causes:
            return
        newest = max(causes, key=lambda story: story.published)
        status = newest.state.status
        for topic in dict.fromkeys(topic for story in causes for topic in story.topics):
            self._alerts.labels(topic.value, status.value if status else "unknown").inc()
        self._lag_s.observe(max((now - newest.published).total_seconds(), 0.0))

    def record_slack_call(self, method: str, error: str = "") -> None:
        """Counts a call of Slack's Web API; `error` is the code with which it failed."""
        self._slack_calls.labels(method).inc()
        if error:
            known = error if _CODE.fullmatch(error) else "other"
            self._slack_errors.labels(method, known).inc()

    def record_refused_request(self, reason: str) -> None:
        """Counts a refused HTTP request or connection."""
        self._refused_requests.labels(reason.replace(" ", "_")).inc()

    def record_loop_delay(self, seconds: float) -> None:
        """Measures how late the event loop ran a timer."""
        self._loop_delay_s.observe(max(seconds, 0.0))

    def _counter(self, name: str, help_: str, labels: tuple[str, ...]) -> Counter:
        return Counter(f"{PREFIX}_{name}", help_, labels, registry=self.registry)

    def _gauge(self, name: str, help_: str, labels: tuple[str, ...]) -> Gauge:
        return Gauge(f"{PREFIX}_{name}", help_, labels, registry=self.registry)

    def _histogram(self, name: str, help_: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(f"{PREFIX}_{name}", help_, buckets=buckets, registry=self.registry)


def _find_reason(round_: Round) -> str:
    """Why the poll failed, as one of few words; empty if it did not fail."""
    if round_.outcome is PollOutcome.GONE:
        return "gone"
    if round_.outcome is not PollOutcome.FAILED:
        return ""
    status = round_.state.status
    if status is None:
        return "no_response"
    if status < HTTPStatus.BAD_REQUEST:
        return "unreadable"
    return f"http_{status}" if status in _STATUSES else "http_other"
