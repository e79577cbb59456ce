"""`tariffwire outbox` works while the bot is running and while it is stopped."""

import asyncio
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from bot.alerts.delivery import DeliveryState
from tests.cli import runner
from tests.store.examples import NOON, delivery
from tests.store.opened import Store, open_store

Run = Callable[..., Result]
FAILED, OTHER = delivery("a", "C1"), delivery("b", "C1")
WAITING, CLAIMED = delivery("a", "C2"), delivery("a", "C3")


async def _prepare(address: str) -> None:
    store = open_store(address)
    await store.queue(FAILED, OTHER)
    for each in (FAILED, OTHER):
        await store.outbox.claim(NOON, 1, 60)
        await store.outbox.give_up(each.id, "invalid_blocks")
    await store.queue(CLAIMED)
    await store.outbox.claim(NOON, 1, 60)
    await store.queue(WAITING)
    await store.database.close()


@pytest.fixture
def address(blank_file: Path, tmp_path: Path) -> str:
    found = f"sqlite:///{shutil.copyfile(blank_file, tmp_path / 'bot.db')}"
    asyncio.run(_prepare(found))
    return found


@pytest.fixture
def run(address: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("DATABASE_URL", address)

    def run(*words: str) -> Result:
        return runner.run("outbox", *words)

    return run


def _states(address: str) -> dict[str, DeliveryState]:
    async def read(store: Store) -> dict[str, DeliveryState]:
        found = [await store.outbox.get(each.id) for each in (FAILED, OTHER, WAITING, CLAIMED)]
        await store.database.close()
        return {each.id: each.state for each in found if each is not None}

    return asyncio.run(read(open_store(address)))


def test_the_list_shows_unsent_messages_in_order(run: Run) -> None:
    rows = [json.loads(line) for line in run("list", "--json").stdout.splitlines()]
    assert [(row["id"], row["state"]) for row in rows] == [
        (CLAIMED.id, "reserved"),
        (WAITING.id, "queued"),
    ]
    assert rows[1]["stories"] == ["a"]


def test_the_list_of_many_workspaces_names_them(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "T1" not in run("list").stdout
    for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_SIGNING_SECRET"):
        monkeypatch.setenv(name, "for-many-workspaces")
    monkeypatch.setenv("TARIFFWIRE_TOKEN_KEYS", "key")
    assert "  T1  C3  " in run("list").stdout


def test_the_list_of_failed_messages_shows_the_reason(run: Run) -> None:
    lines = run("list", "--failed").stdout.splitlines()
    assert [line.split()[0] for line in lines] == [OTHER.id, FAILED.id]
    assert all("invalid_blocks" in line for line in lines)


def test_all_failed_messages_are_queued_again(run: Run, address: str) -> None:
    assert run("retry", "--all-failed").stdout == "queued 2 messages\n"
    assert _states(address)[FAILED.id] is DeliveryState.QUEUED
    assert run("retry", "--all-failed").stdout == "queued 0 messages\n"


def test_a_dropped_message_is_sent_only_if_it_is_named(run: Run, address: str) -> None:
    assert run("drop", FAILED.id).exit_code == 0
    assert run("retry", "--all-failed").stdout == "queued 1 message\n"
    assert _states(address)[FAILED.id] is DeliveryState.DROPPED
    assert run("retry", FAILED.id).exit_code == 0
    assert _states(address)[FAILED.id] is DeliveryState.QUEUED


def test_the_list_of_dropped_messages_names_what_can_be_retried(run: Run) -> None:
    assert run("list", "--dropped").stdout == ""
    run("drop", FAILED.id)
    [line] = run("list", "--dropped").stdout.splitlines()
    assert line.split()[:2] == [FAILED.id, "dropped"]
    assert run("list", "--dropped", "--failed").exit_code == 2


@pytest.mark.parametrize("command", ["retry", "drop"])
def test_a_message_that_is_being_sent_is_not_changed(run: Run, address: str, command: str) -> None:
    result = run(command, CLAIMED.id)
    assert result.exit_code == 1
    assert "it is being sent" in result.stderr
    assert _states(address)[CLAIMED.id] is DeliveryState.RESERVED


@pytest.mark.parametrize("command", ["retry", "drop"])
def test_an_unknown_id_is_refused(run: Run, command: str) -> None:
    result = run(command, "unknown")
    assert result.exit_code == 1
    assert "no such message" in result.stderr


@pytest.mark.parametrize("words", [(), ("x", "--all-failed")])
def test_a_retry_needs_one_id_or_all_failed(run: Run, words: tuple[str, ...]) -> None:
    assert run("retry", *words).exit_code == 2
