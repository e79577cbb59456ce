"""Stateful property test: no sequence of steps loses a delivery or posts it twice."""

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.alerts.delivery import Delivery, DeliveryKind, DeliveryState
from tests.store.examples import NOON, delivery
from tests.store.opened import Store, open_store

T = TypeVar("T")
LEASE_S = 60.0
CONVERSATIONS = ("C1", "C2")
pick = st.integers(0, 9)


class World(RuleBasedStateMachine):
    """An outbox, a sender that can crash at any step, and a fake Slack that records posts."""

    blank: ClassVar[Path]

    @initialize()
    def begin(self) -> None:
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.file = Path(self.folder.name) / "bot.db"
        shutil.copyfile(self.blank, self.file)
        self.store = self._open()
        self.now = NOON
        self.queued: dict[str, int] = {}
        self.given_up: set[str] = set()
        self.slack: list[Delivery] = []
        self.claimed: list[Delivery] = []
        self.unconfirmed: list[Delivery] = []

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def _open(self) -> Store:
        # All uses of a database must be in one event loop, because its locks belong to the loop.
        return open_store(f"sqlite:///{self.file}")

    def _queue(self, queued: Delivery) -> None:
        self.queued.setdefault(queued.id, len(self.queued))
        self.run(self.store.queue(queued))

    def _post(self, claimed: Delivery) -> None:
        """Posts like the sender: looks first whether an uncertain delivery was already posted."""
        assert self.run(self.store.outbox.start_sending(claimed.id, claimed.claimed_at))
        if claimed.uncertain and claimed.id in {each.id for each in self.slack}:
            return
        self.slack.append(claimed)

    @rule(number=st.integers(0, 30), conversation=st.sampled_from(CONVERSATIONS))
    def queue_an_alert(self, number: int, conversation: str) -> None:
        queued = delivery(f"a{number}", conversation, due_at=self.now)
        self._queue(queued)

    @rule(number=st.integers(0, 30), conversation=st.sampled_from(CONVERSATIONS))
    def queue_a_follow_up(self, number: int, conversation: str) -> None:
        queued = delivery(
            f"b{number}",
            conversation,
            kind=DeliveryKind.FOLLOW_UP,
            event_id=f"a{number}",
            due_at=self.now,
        )
        self._queue(queued)

    @rule(limit=st.integers(1, 3))
    def claim(self, limit: int) -> None:
        self.claimed += self.run(self.store.outbox.claim(self.now, limit, LEASE_S))

    @precondition(lambda self: self.claimed)
    @rule(which=pick)
    def post(self, which: int) -> None:
        claimed = self.claimed.pop(which % len(self.claimed))
        self._post(claimed)
        self.unconfirmed.append(claimed)

    @precondition(lambda self: self.unconfirmed)
    @rule(which=pick)
    def confirm(self, which: int) -> None:
        posted = self.unconfirmed.pop(which % len(self.unconfirmed))
        self.run(self.store.outbox.confirm(posted.id, "1.1", self.now))

    @precondition(lambda self: self.claimed)
    @rule(which=pick, wait_s=st.integers(0, 30))
    def retry_later(self, which: int, wait_s: int) -> None:
        claimed = self.claimed.pop(which % len(self.claimed))
        due_at = self.now + timedelta(seconds=wait_s)
        self.run(self.store.outbox.retry(claimed.id, due_at, "Slack is away"))

    @precondition(lambda self: self.claimed)
    @rule(which=pick)
    def put_back(self, which: int) -> None:
        claimed = self.claimed.pop(which % len(self.claimed))
        self.run(self.store.outbox.put_back(claimed.id, self.now))

    @precondition(lambda self: self.unconfirmed)
    @rule(which=pick)
    def get_no_response(self, which: int) -> None:
        posted = self.unconfirmed.pop(which % len(self.unconfirmed))
        self.run(self.store.outbox.retry(posted.id, self.now, "no answer", uncertain=True))

    @precondition(lambda self: self.claimed)
    @rule(which=pick)
    def give_up(self, which: int) -> None:
        claimed = self.claimed.pop(which % len(self.claimed))
        self.given_up.add(claimed.id)
        self.run(self.store.outbox.give_up(claimed.id, "is_archived"))

    @precondition(lambda self: self.claimed or self.unconfirmed)
    @rule()
    def hang_until_all_leases_expire(self) -> None:
        self.claimed, self.unconfirmed = [], []
        self.now += timedelta(seconds=LEASE_S)

    @rule()
    def crash_and_restart(self) -> None:
        self.claimed, self.unconfirmed = [], []
        self.run(self.store.database.close())
        self.store = self._open()
        self.run(self.store.outbox.release_all(self.now))

    @rule(seconds=st.integers(1, 20))
    def wait(self, seconds: int) -> None:
        if not self.claimed and not self.unconfirmed:
            self.now += timedelta(seconds=seconds)

    @invariant()
    def nothing_is_posted_twice(self) -> None:
        posted = [each.id for each in self.slack]
        assert len(posted) == len(set(posted))

    @invariant()
    def a_conversation_has_one_message_in_progress(self) -> None:
        lines = [each.conversation for each in self.claimed + self.unconfirmed]
        assert len(lines) == len(set(lines))

    def teardown(self) -> None:
        try:
            self._send_the_rest()
            posted = {each.id for each in self.slack}
            assert posted | self.given_up == set(self.queued)
            self.nothing_is_posted_twice()
            self._check_threads()
            counts = self.run(self.store.outbox.counts())
            assert counts[DeliveryState.QUEUED] == counts[DeliveryState.RESERVED] == 0
            assert counts[DeliveryState.SENDING] == 0
        finally:
            self.run(self.store.database.close())
            self.runner.close()
            self.folder.cleanup()

    def _send_the_rest(self) -> None:
        self.crash_and_restart()
        self.now += timedelta(hours=1)
        while claimed := self.run(self.store.outbox.claim(self.now, 9, LEASE_S)):
            for each in claimed:
                self._post(each)
                self.run(self.store.outbox.confirm(each.id, "1.1", self.now))

    def _check_threads(self) -> None:
        """Checks that follow-ups queued after the alert of their event were posted after it."""
        posted = {each.id: place for place, each in enumerate(self.slack)}
        for follow_up in self.slack:
            opening = delivery(follow_up.event_id, follow_up.conversation).id
            alert_queued_first = self.queued.get(opening, 999) < self.queued[follow_up.id]
            if alert_queued_first and opening in posted:
                assert posted[opening] < posted[follow_up.id]


def test_no_sequence_of_steps_loses_or_repeats_a_delivery(blank_file: Path) -> None:
    World.blank = blank_file
    run_state_machine_as_test(
        World,
        settings=settings(
            max_examples=20,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
