"""After a response asks for a pause, no feed of that server is polled until the pause ends."""

from datetime import timedelta
from typing import Any

import pytest

from bot.feeds.model import FeedState, Pause
from bot.feeds.polling.server_pauses import ServerPauses
from tests.feeds.conftest import START, Clock, later

SERVER = "wire.example:443"


def pause(seconds: float, server: str = SERVER) -> Pause:
    return Pause(server=server, until=later(seconds))


def state(**fields: Any) -> FeedState:
    return FeedState(feed_id="wire", **fields)


def test_a_pause_lasts_until_its_end_and_for_its_server_only() -> None:
    clock = Clock()
    pauses = ServerPauses(clock)
    pauses.add(pause(60), START)
    assert pauses.find_end(SERVER) == later(60)
    assert pauses.find_end("other.example:443") is None
    clock.now = later(59)
    assert pauses.find_end(SERVER) == later(60)
    clock.now = later(60)
    assert pauses.find_end(SERVER) is None


@pytest.mark.parametrize(("back_s", "lasts"), [(0, True), (60, True), (61, False)])
def test_a_clock_that_is_set_back_by_more_than_a_minute_ends_a_pause(
    back_s: int, lasts: bool
) -> None:
    clock = Clock()
    pauses = ServerPauses(clock)
    pauses.add(pause(600), START)
    clock.now = START - timedelta(seconds=back_s)
    assert (pauses.find_end(SERVER) is not None) is lasts


def test_a_later_pause_of_a_server_replaces_the_one_before_and_no_other() -> None:
    pauses = ServerPauses(Clock())
    pauses.add(pause(600), START)
    pauses.add(pause(60, "other.example:443"), START)
    pauses.add(pause(30), START)
    assert pauses.find_end(SERVER) == later(30)
    assert pauses.find_end("other.example:443") == later(60)


def test_the_longest_pause_of_a_server_is_restored_after_a_restart() -> None:
    pauses = ServerPauses(Clock())
    pauses.restore_pauses(
        [
            state(),
            state(pause=pause(900), last_poll_at=START),
            state(pause=pause(60), last_poll_at=START),
            state(pause=pause(5000)),
            state(pause=pause(300, "other.example:443"), last_poll_at=START),
            state(pause=pause(-1, "past.example:443"), last_poll_at=later(-60)),
            state(pause=pause(99, "set.example:443"), last_poll_at=later(61)),
        ]
    )
    servers = (SERVER, "other.example:443", "past.example:443", "set.example:443")
    assert [pauses.find_end(server) for server in servers] == [later(900), later(300), None, None]
