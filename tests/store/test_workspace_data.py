"""Removing a workspace leaves nothing of it, and changes nothing of others."""

import asyncio
import threading
from pathlib import Path

import pytest
from sqlalchemy import Boolean, Connection, Float, String, Table, select

from bot.alerts.sending.workspace_refusal import first_refusal
from bot.store.installations import Installations
from bot.store.tables import Moment, metadata
from bot.store.token_cipher import TokenCipher, make_key
from bot.store.workspace_data import REMOVERS, SHARED, remove_workspace
from bot.store.workspace_refusals import WorkspaceRefusals
from tests.store.conftest import on_postgresql
from tests.store.examples import NOON, delivery, minutes, story, subscription
from tests.store.opened import Store
from tests.store.test_installations import installation

GONE, OTHER = "T0GONE", "T0GONER"


def _make_row(table: Table, team: str) -> dict[str, object]:
    """A row of a workspace. Only what identifies the workspace differs from a row of another."""
    row: dict[str, object] = {}
    for column in table.columns:
        if isinstance(column.type, Moment):
            row[column.name] = NOON
        elif isinstance(column.type, Boolean | Float):
            row[column.name] = False
        elif isinstance(column.type, String):
            row[column.name] = "same"
        elif not column.primary_key:
            row[column.name] = 0
    own = {"team": team, "delivery_id": f"d {team}"}
    if table.name in ("deliveries", "subscriptions"):
        own["id"] = f"d {team}"
    return row | {name: value for name, value in own.items() if name in table.columns}


async def _save_workspace(store: Store, team: str) -> None:
    """Saves a row of the workspace in each table that can have one."""
    for name in REMOVERS:
        if name not in ("once", "installations"):
            table = metadata.tables[name]
            await store.database.change(store.database.insert(table).values(_make_row(table, team)))
    await Installations(store.database, TokenCipher([make_key()])).save(installation(team))
    await store.subscriptions.ensure_default(subscription("C1", team=team, id=f"default {team}"))
    refusal = first_refusal("token_revoked", "install it", NOON)
    await WorkspaceRefusals(store.database).put(team, refusal)


async def _dump(store: Store) -> dict[str, list[str]]:
    return {
        table.name: sorted(repr(tuple(row)) for row in await store.database.rows(select(table)))
        for table in metadata.sorted_tables
    }


def test_each_table_is_classified() -> None:
    assert set(REMOVERS) | set(SHARED) == set(metadata.tables)
    assert set(REMOVERS).isdisjoint(SHARED)
    assert not [name for name in SHARED if "team" in metadata.tables[name].columns]


async def test_nothing_of_a_removed_workspace_remains(store: Store) -> None:
    await _save_workspace(store, GONE)
    removed = await remove_workspace(store.database, GONE)
    assert removed
    assert all(removed.values()), removed
    assert not [name for name, rows in (await _dump(store)).items() if rows]


async def test_nothing_of_other_workspaces_changes(store: Store) -> None:
    await store.add_stories(story("s1"))
    await _save_workspace(store, OTHER)
    before = await _dump(store)
    removed = await remove_workspace(store.database, GONE)
    assert removed
    assert not any(removed.values())
    assert await _dump(store) == before
    await _save_workspace(store, GONE)
    await remove_workspace(store.database, GONE)
    assert await _dump(store) == before


async def test_a_later_installation_keeps_the_rows(store: Store) -> None:
    await _save_workspace(store, GONE)
    before = await _dump(store)
    assert await remove_workspace(store.database, GONE, NOON - minutes(1)) is None
    assert await _dump(store) == before
    assert await remove_workspace(store.database, GONE, NOON)
    assert not [name for name, rows in (await _dump(store)).items() if rows]


async def test_a_message_for_a_workspace_without_an_installation_is_not_queued(
    shared: Store,
) -> None:
    await Installations(shared.database, TokenCipher([make_key()])).save(installation("T1"))
    await shared.queue(delivery("a"), delivery("b", id="other", team="T2"))
    assert [each.team for each in await shared.outbox.unsent(9)] == ["T1"]
    await remove_workspace(shared.database, "T1")
    await shared.queue(delivery("a"))
    assert await shared.outbox.unsent(9) == ()


@on_postgresql
async def test_a_message_that_is_queued_during_the_removal_is_deleted_too(shared: Store) -> None:
    await Installations(shared.database, TokenCipher([make_key()])).save(installation("T1"))
    is_queued, may_commit = threading.Event(), threading.Event()

    def put(connection: Connection) -> None:
        shared.outbox.put(connection, [delivery("a")])
        is_queued.set()
        may_commit.wait(10)

    writing = asyncio.create_task(shared.database.write(put))
    await asyncio.to_thread(is_queued.wait, 10)
    removing = asyncio.create_task(remove_workspace(shared.database, "T1"))
    await asyncio.sleep(0.2)
    assert not removing.done()
    may_commit.set()
    await asyncio.gather(writing, removing)
    assert await shared.outbox.unsent(9) == ()


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
async def test_the_file_has_no_trace_of_a_removed_workspace(store: Store, address: str) -> None:
    await _save_workspace(store, GONE)
    await remove_workspace(store.database, GONE)
    await store.database.close()
    content = await asyncio.to_thread(Path(address.removeprefix("sqlite:///")).read_bytes)
    assert GONE.encode() not in content
