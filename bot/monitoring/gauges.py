"""The numbers that are computed when Prometheus asks: those of the database, and ages.

They come from the database at each scrape, so they are the same whichever process is asked.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.alerts.delivery import DeliveryState
from bot.feeds.health import STATUSES
from bot.monitoring.backlog import DatabaseFacts
from bot.monitoring.metrics import PREFIX
from bot.proposals.approval.audit import State

UNSENT_STATES = (
    DeliveryState.QUEUED,
    DeliveryState.RESERVED,
    DeliveryState.SENDING,
    DeliveryState.HELD,
)


@dataclass(frozen=True)
class Gauges(Collector):
    """The gauges of one scrape; `facts` is None if the database did not answer in time.

    `last_checks` has the day on which the rates of each importing economy were last checked.
    """

    facts: DatabaseFacts | None
    last_checks: Mapping[str, date]
    now: datetime

    def collect(self) -> Iterator[Metric]:
        """All gauges. Without facts, those of the database are left out, except that it is down."""
        yield _make(
            "database_up",
            "1 if the database answered this scrape, otherwise 0.",
            0 if self.facts is None else 1,
        )
        yield self._list_rate_ages()
        if self.facts is None:
            return
        backlog = self.facts.backlog
        states = {state.value: backlog.by_state.get(state, 0) for state in UNSENT_STATES}
        yield _make_by(
            "outbox_messages", "Messages that are not sent yet, by state.", "state", states
        )
        yield _make(
            "outbox_oldest_due_age_seconds",
            "How long the most overdue message is overdue; 0 if no message is.",
            _find_age_s(self.facts.at, backlog.oldest_due_at),
        )
        yield _make(
            "waiting_conversations",
            "Conversations with an overdue message.",
            backlog.waiting,
        )
        feeds = {status: self.facts.feeds.get(status, 0) for status in STATUSES}
        yield _make_by("feeds", "Feeds, by status.", "status", feeds)
        yield _make(
            "polls_oldest_due_age_seconds",
            "How long the most overdue poll is overdue; 0 if no poll is.",
            _find_age_s(self.facts.at, self.facts.oldest_poll_due_at),
        )
        proposals = {state.value: self.facts.proposals.get(state, 0) for state in State}
        yield _make_by("proposals", "Reported rates, by state.", "state", proposals)

    def _list_rate_ages(self) -> Metric:
        ages = {
            code: float((self.now.date() - day).days * 86_400)
            for code, day in self.last_checks.items()
        }
        help_ = "Time since the day on which the rates of an importing economy were last checked."
        return _make_by("rate_data_age_seconds", help_, "economy", ages)


def _find_age_s(now: datetime, due_at: datetime | None) -> float:
    return max((now - due_at).total_seconds(), 0.0) if due_at else 0.0


def _make(name: str, help_: str, value: float) -> Metric:
    return GaugeMetricFamily(f"{PREFIX}_{name}", help_, value)


def _make_by(name: str, help_: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"{PREFIX}_{name}", help_, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
