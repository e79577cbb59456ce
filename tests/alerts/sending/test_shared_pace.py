"""A worker waits for the turns and the pauses that it shares with others."""

import pytest

from bot.alerts.delivery import Delivery, DeliveryKind
from bot.alerts.sending.ports import Receipt
from bot.alerts.sending.shared_pace import SharedPace
from bot.errors import SendLater
from bot.news.story import Story
from tests.store.examples import TEAM, delivery


class Turns:
    """Turns in memory, with the pauses that were asked for."""

    def __init__(self) -> None:
        self.next = (True, 0.0)
        self.pauses: list[tuple[str, float]] = []
        self.asked = 0

    async def take(self, _team: str, _per_second: float | None) -> tuple[bool, float]:
        self.asked += 1
        return self.next

    async def pause(self, team: str, wait_s: float) -> None:
        self.pauses.append((team, wait_s))


class Limited:
    """A sender that is asked to wait."""

    def __init__(self, later: SendLater) -> None:
        self._later = later

    async def send(
        self, _delivery: Delivery, _stories: tuple[Story, ...], _thread_ts: str | None
    ) -> Receipt:
        raise self._later


class OwnTurns:
    """The turns of one process."""

    def __init__(self) -> None:
        self.wait_s, self.taken = 0.0, 0

    async def take(self, _team: str) -> float:
        self.taken += not self.wait_s
        return self.wait_s


async def test_a_worker_takes_a_shared_turn_only_if_it_has_one_of_its_own() -> None:
    turns, own = Turns(), OwnTurns()
    pace = SharedPace(turns, Limited(SendLater(30.0, "ratelimited")), own.take, 1.0)
    own.wait_s = 0.25
    assert await pace.take_turn(TEAM) == 0.25
    assert turns.asked == 0
    own.wait_s = 0.0
    assert await pace.take_turn(TEAM) == 0.0
    assert (turns.asked, own.taken) == (1, 1)


async def test_a_worker_keeps_its_own_turn_until_it_gets_a_shared_one() -> None:
    turns, own = Turns(), OwnTurns()
    pace = SharedPace(turns, Limited(SendLater(30.0, "ratelimited")), own.take, 1.0)
    turns.next = (False, 7.0)
    assert [await pace.take_turn(TEAM) for _ in range(2)] == [7.0, 7.0]
    turns.next = (True, 0.0)
    assert await pace.take_turn(TEAM) == 0.0
    assert own.taken == 1
    assert await pace.take_turn(TEAM) == 0.0
    assert own.taken == 2


@pytest.mark.parametrize(
    ("later", "kind", "pauses"),
    [
        (SendLater(30.0, "ratelimited"), DeliveryKind.ALERT, [(TEAM, 30.0)]),
        (SendLater(30.0, "ratelimited"), DeliveryKind.UPDATE, []),
        (SendLater(30.0, "ratelimited", lookups_only=True), DeliveryKind.ALERT, []),
        (SendLater(None, "no answer"), DeliveryKind.ALERT, []),
    ],
)
async def test_only_a_rate_limit_of_posts_pauses_the_workspace(
    later: SendLater, kind: DeliveryKind, pauses: list[tuple[str, float]]
) -> None:
    turns = Turns()
    pace = SharedPace(turns, Limited(later), OwnTurns().take, None)
    with pytest.raises(SendLater):
        await pace.send(delivery("a", kind=kind), (), None)
    assert turns.pauses == pauses
