"""A person who sends too many requests is refused for a while, and others are not."""

from datetime import UTC, datetime, timedelta

from bot.commands import replies
from bot.commands.rates.replies import RateAnswers
from bot.commands.request import MAX_PEOPLE, CommandRequest, Reply, RequestLimit
from bot.commands.service import CommandService
from tests.commands.conftest import OPERATOR, PERSON, Commands

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def test_a_minute_has_room_for_the_limit_and_then_one_request_at_a_time() -> None:
    limit = RequestLimit(3)
    assert [limit.find_wait("T1", "U1", NOW) for _ in range(4)] == [0, 0, 0, 20]
    later = NOW + timedelta(seconds=20)
    assert [limit.find_wait("T1", "U1", later) for _ in range(2)] == [0, 20]
    assert limit.find_wait("T1", "U2", NOW) == 0
    assert limit.find_wait("T2", "U1", NOW) == 0


def test_refused_requests_do_not_make_the_wait_longer() -> None:
    limit = RequestLimit(1)
    assert [limit.find_wait("T1", "U1", NOW) for _ in range(3)] == [0, 60, 60]
    assert limit.find_wait("T1", "U1", NOW + timedelta(seconds=60)) == 0


def test_a_clock_that_moves_back_makes_no_long_wait() -> None:
    limit = RequestLimit(1)
    limit.find_wait("T1", "U1", NOW)
    assert limit.find_wait("T1", "U1", NOW - timedelta(minutes=1)) <= 120


def test_the_person_who_was_quiet_longest_is_forgotten_first() -> None:
    limit = RequestLimit(1)
    for number in range(MAX_PEOPLE):
        limit.find_wait("T1", f"U{number}", NOW)
    assert limit.find_wait("T1", "U0", NOW) == 60
    limit.find_wait("T1", "another", NOW)
    assert limit.find_wait("T1", "U0", NOW) == 0
    assert limit.find_wait("T1", f"U{MAX_PEOPLE - 1}", NOW) == 60


async def test_the_reply_says_when_to_ask_again_and_others_get_their_answers(
    commands: Commands,
) -> None:
    old = commands.service
    service = CommandService(
        old.stores, old.answers, old.decisions, old.permissions, old.clock, limit=RequestLimit(2)
    )

    async def ask(user: str) -> Reply:
        return await service.handle(CommandRequest("us china", "T1", "C1", user))

    assert isinstance(await ask(PERSON), RateAnswers)
    assert isinstance(await ask(PERSON), RateAnswers)
    assert await ask(PERSON) == replies.TooManyRequests(2, 30)
    assert isinstance(await ask(OPERATOR), RateAnswers)
