"""Each lane has at most one waiting job, and its deliveries are claimed in order."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection, TextClause, select, text

from bot.alerts.delivery import DeliveryKind, DeliveryState
from bot.alerts.sending.lanes import Lane
from bot.store import job_queue, message_lanes
from bot.store.engine import Database
from bot.store.message_lanes import MessageLanes
from tests.store.conftest import on_postgresql
from tests.store.examples import NOON, TEAM, delivery
from tests.store.opened import Store

C1, C2 = Lane(team=TEAM, conversation="C1"), Lane(team=TEAM, conversation="C2")
LEASE_S = 360.0
SECOND = timedelta(seconds=1)
JOBS = text("SELECT lock FROM procrastinate_jobs ORDER BY lock")
START = text("UPDATE procrastinate_jobs SET status = 'doing' WHERE lock = :lock")


@pytest.fixture
def lanes(store: Store) -> MessageLanes:
    return MessageLanes(store.database, TEAM)


@pytest.fixture
async def shared(address: str) -> AsyncIterator[Store]:
    """A database with a job queue."""
    database = Database(address, has_workers=True)
    await database.write(job_queue.install)
    yield Store.of(database)
    await database.close()


async def _jobs(store: Store) -> list[str]:
    return list(await store.database.column(JOBS))


def _start(lane: Lane) -> TextClause:
    return START.bindparams(lock=lane.key)


async def test_messages_of_a_lane_are_claimed_one_at_a_time_in_order(
    store: Store, lanes: MessageLanes
) -> None:
    await store.queue(delivery("a", "C1"), delivery("b", "C1"), delivery("a", "C2"))
    first = await lanes.claim(C1, NOON, LEASE_S, (), False)
    assert first is not None
    assert (first.conversation, first.event_id) == ("C1", "a")
    assert await lanes.claim(C1, NOON, LEASE_S, (), False) is None
    await store.outbox.confirm(first.id, "1.0", NOON)
    second = await lanes.claim(C1, NOON, LEASE_S, (), False)
    assert second is not None
    assert second.event_id == "b"


async def test_the_lane_of_a_message_has_one_key_in_the_program_and_in_queries(
    store: Store,
) -> None:
    await store.queue(delivery("a", "C1"))
    assert await store.database.column(select(message_lanes.LANE_KEY)) == [C1.key]


async def test_updates_of_a_workspace_are_a_lane_of_their_own(
    store: Store, lanes: MessageLanes
) -> None:
    await store.queue(delivery("a", "C1", kind=DeliveryKind.UPDATE))
    assert await lanes.claim(C1, NOON, LEASE_S, (), False) is None
    claimed = await lanes.claim(Lane(team=TEAM), NOON, LEASE_S, (), False)
    assert claimed is not None
    assert claimed.kind is DeliveryKind.UPDATE


async def test_nothing_is_claimed_for_a_closed_workspace(store: Store, lanes: MessageLanes) -> None:
    await store.queue(delivery("a", "C1"))
    assert await lanes.claim(C1, NOON, LEASE_S, (TEAM,), False) is None


async def test_only_the_claims_of_the_lane_are_released_and_those_being_sent_are_uncertain(
    store: Store, lanes: MessageLanes
) -> None:
    await store.queue(delivery("a", "C1"), delivery("a", "C2"))
    for lane in (C1, C2):
        claimed = await lanes.claim(lane, NOON, LEASE_S, (), False)
        assert claimed is not None
        await store.outbox.start_sending(claimed.id, claimed.claimed_at)
    again = await lanes.claim(C1, NOON, LEASE_S, (), True)
    assert again is not None
    assert again.uncertain
    other = await store.outbox.get(delivery("a", "C2").id)
    assert other is not None
    assert other.state is DeliveryState.SENDING


@on_postgresql
async def test_the_transaction_that_queues_a_message_adds_one_job_for_its_lane(
    shared: Store,
) -> None:
    await shared.queue(delivery("a", "C1"), delivery("b", "C1"))
    await shared.queue(delivery("c", "C1"), delivery("d", "C2"))
    await shared.queue(delivery("a", "C1", kind=DeliveryKind.UPDATE))
    assert await _jobs(shared) == [f"{TEAM}:C1", f"{TEAM}:C2", f"{TEAM}:updates"]

    def fail(connection: Connection) -> None:
        shared.outbox.put(connection, [delivery("a", "C3")])
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        await shared.database.write(fail)
    assert f"{TEAM}:C3" not in await _jobs(shared)


@on_postgresql
async def test_a_message_that_is_queued_while_its_lane_is_drained_gets_another_job(
    shared: Store,
) -> None:
    await shared.queue(delivery("a", "C1"))
    await shared.database.change(_start(C1))
    await shared.queue(delivery("b", "C1"))
    assert await _jobs(shared) == [C1.key, C1.key]


@on_postgresql
async def test_a_later_message_gets_its_job_from_the_sweep_once_it_is_due(shared: Store) -> None:
    lanes = MessageLanes(shared.database)
    later = (await shared.database.column(text("SELECT now() + interval '1 hour'")))[0]
    await shared.queue(delivery("a", "C1", due_at=later))
    assert await _jobs(shared) == []
    assert await lanes.sweep(later - SECOND) == 0
    assert await lanes.sweep(later + SECOND, since=later) == 0
    assert await lanes.sweep(later) == 1
    assert await lanes.sweep(later) == 0
    await shared.database.change(_start(C1))
    assert await lanes.sweep(later) == 0
    assert await _jobs(shared) == [C1.key]


@on_postgresql
async def test_the_sweep_adds_no_job_for_messages_that_wait_for_an_earlier_one(
    shared: Store,
) -> None:
    lanes = MessageLanes(shared.database)
    now = (await shared.database.column(text("SELECT now()")))[0]
    first, second = delivery("a", "C1", due_at=now + 9 * SECOND), delivery("b", "C1", due_at=now)
    await shared.queue(first, second, delivery("a", "C2", due_at=now))
    await shared.database.change(text("DELETE FROM procrastinate_jobs"))
    assert await lanes.sweep(now + SECOND) == 1
    assert await _jobs(shared) == [f"{TEAM}:C2"]
    assert await lanes.sweep(now + 9 * SECOND) == 1
    assert await _jobs(shared) == [C1.key, f"{TEAM}:C2"]


@on_postgresql
async def test_blocked_messages_do_not_count_for_the_limit_of_a_sweep(shared: Store) -> None:
    lanes = MessageLanes(shared.database, most_swept=1)
    now = (await shared.database.column(text("SELECT now()")))[0]
    first, second = delivery("a", "C1", due_at=now + 9 * SECOND), delivery("b", "C1", due_at=now)
    later = [delivery("a", each, due_at=now + SECOND) for each in ("C2", "C3")]
    await shared.queue(first, second, *later)
    await shared.database.change(text("DELETE FROM procrastinate_jobs"))
    assert await lanes.sweep(now + 2 * SECOND, since=now - SECOND) == 1
    assert await lanes.sweep(now + 2 * SECOND) == 1
    assert await _jobs(shared) == [f"{TEAM}:C2", f"{TEAM}:C3"]


@on_postgresql
async def test_jobs_of_a_worker_without_a_heartbeat_are_replaced(shared: Store) -> None:
    lanes = MessageLanes(shared.database)
    await shared.queue(delivery("a", "C1"), delivery("a", "C2"))
    await lanes.add_hosts(["feeds.example"])
    silent = "SELECT 1 FROM procrastinate_register_worker_v1()"
    await shared.database.write(lambda connection: connection.execute(text(silent)).all())
    for change in (
        "UPDATE procrastinate_jobs SET status = 'doing',"
        " worker_id = (SELECT min(id) FROM procrastinate_workers)",
        "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '15 s'",
    ):
        await shared.database.change(text(change))
    assert await lanes.take_over(20.0) == 0
    before = await shared.database.column(text("SELECT id FROM procrastinate_jobs"))
    assert await lanes.take_over(10.0) == 3
    rows = await shared.database.rows(
        text("SELECT id, lock, status, args FROM procrastinate_jobs ORDER BY lock")
    )
    assert [(row.lock, row.status) for row in rows] == [
        (C1.key, "todo"),
        (C2.key, "todo"),
        ("host:feeds.example", "todo"),
    ]
    assert not {row.id for row in rows} & set(before)
    assert rows[0].args == {"team": TEAM, "conversation": "C1"}


@on_postgresql
async def test_the_tables_of_another_version_are_replaced(shared: Store) -> None:
    await shared.queue(delivery("a", "C1"))
    await shared.database.write(job_queue.install)
    assert await _jobs(shared) == [C1.key]
    old = text("COMMENT ON TABLE procrastinate_jobs IS 'procrastinate 3.0.0'")
    await shared.database.change(old)
    assert not await shared.database.read(job_queue.is_installed)
    await shared.database.write(job_queue.install)
    assert await shared.database.read(job_queue.is_installed)
    assert await _jobs(shared) == []


@on_postgresql
async def test_a_claim_that_belongs_to_no_job_gets_one(shared: Store) -> None:
    lanes = MessageLanes(shared.database)
    await shared.queue(delivery("a", "C1"), delivery("a", "C2"))
    for lane in (C1, C2):
        assert await lanes.claim(lane, NOON, LEASE_S, (), True) is not None
    await shared.database.change(_start(C1))
    await shared.database.change(text("DELETE FROM procrastinate_jobs WHERE status = 'todo'"))
    assert await lanes.sweep(NOON, since=NOON - SECOND) == 0
    assert await lanes.sweep(NOON) == 1
    assert await _jobs(shared) == [C1.key, C2.key]
    assert await lanes.claim(C2, NOON, LEASE_S, (), True) is not None


@on_postgresql
async def test_many_waiting_lanes_of_a_workspace_do_not_delay_another_one(shared: Store) -> None:
    busy = [delivery("a", f"C{number}") for number in range(10, 30)]
    await shared.queue(*busy[:15])
    taken = [await _take(shared) for _ in range(3)]
    await shared.queue(delivery("a", "D1", team="T2", id="first"))
    await shared.queue(*busy[15:], delivery("b", "D2", team="T2", id="second"))
    taken += [await _take(shared) for _ in range(19)]
    assert taken.index("T2:D1") == 4
    assert taken.index("T2:D2") == 6
    # Lanes of one workspace are taken in the order in which they were queued.
    assert [each for each in taken if each.startswith(TEAM)] == [
        f"{TEAM}:{each.conversation}" for each in busy
    ]


async def _take(store: Store) -> str:
    """The lane of the job that a worker fetches next."""
    fetch = text("SELECT lock FROM procrastinate_fetch_job_v2(ARRAY['messages'], NULL)")
    return str(
        await store.database.write(lambda connection: connection.execute(fetch).scalar_one())
    )


@on_postgresql
async def test_a_lane_that_is_drained_gets_a_job_behind_the_others_of_its_workspace(
    shared: Store,
) -> None:
    lanes = MessageLanes(shared.database)
    await shared.queue(delivery("a", "C1"), delivery("a", "C2"), delivery("a", "C3"))
    assert await _take(shared) == C1.key
    await lanes.add(C1)
    await shared.database.change(text("DELETE FROM procrastinate_jobs WHERE status = 'doing'"))
    assert [await _take(shared) for _ in range(3)] == [C2.key, f"{TEAM}:C3", C1.key]
