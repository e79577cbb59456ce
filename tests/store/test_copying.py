"""A database is copied with all its rows, from SQLite to PostgreSQL too, and a backup is usable."""

import asyncio
import os
import shutil
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, inspect, make_url, select, text

from bot.alerts.delivery import DeliveryKind
from bot.alerts.mutes import Mute, MuteKind
from bot.errors import StoreError
from bot.store import tables
from bot.store.backup import backup
from bot.store.copying import copy_database
from bot.store.engine import Database
from bot.store.heartbeat import INSTANCE_MARK
from bot.store.upgrade import upgrade
from tests.store.conftest import on_postgresql
from tests.store.examples import NOON, TEAM, delivery, entry, story, subscription
from tests.store.opened import Store, open_store

Rows = dict[str, list[dict[str, object]]]


async def fill(store: Store) -> None:
    """Adds rows of many kinds, with other scripts, empty values and times."""
    await store.add_entries(entry("Zölle auf 钢铁 🚢"))
    await store.add_stories(story("first"), story("second", event_id="first"))
    await store.queue(
        delivery("first"), delivery("second", kind=DeliveryKind.FOLLOW_UP, event_id="first")
    )
    await store.subscriptions.add(subscription())
    await store.follows.follow(TEAM, "U1", "first")
    await store.mutes.add(Mute(kind=MuteKind.EVENT, subject="first", team=TEAM, conversation="C2"))
    mark = {"name": f"{INSTANCE_MARK}machine", "done_at": NOON}
    await store.database.change(store.database.insert(tables.once).values(mark))


async def read_all(database: Database) -> Rows:
    """All rows of all tables but the marks of running bots."""

    def read(connection: Connection) -> Rows:
        found = {}
        for table in tables.metadata.sorted_tables:
            query = select(table).order_by(*table.primary_key)
            rows = [dict(row) for row in connection.execute(query).mappings()]
            kept = [row for row in rows if not str(row.get("name")).startswith(INSTANCE_MARK)]
            found[table.name] = kept
        return found

    return await database.read(read)


async def test_every_row_is_copied_and_the_copy_goes_on_with_new_numbers(
    store: Store, tmp_path: Path
) -> None:
    await fill(store)
    target = f"sqlite:///{tmp_path / 'copy.db'}"
    rows = await copy_database(store.database, target)
    copy = open_store(target)
    copied = await read_all(copy.database)
    assert copied == await read_all(store.database)
    assert rows == sum(map(len, copied.values())) > 8
    await copy.add_stories(story("third"))
    await copy.queue(delivery("third"))
    last = await copy.database.column(select(func.max(tables.deliveries.c.seq)))
    assert list(last) == [3]
    await copy.database.close()


@on_postgresql
async def test_a_copy_in_postgresql_goes_on_with_new_numbers(
    address: str, blank_file: Path, tmp_path: Path
) -> None:
    file = tmp_path / "filled.db"
    shutil.copyfile(blank_file, file)
    source, target = open_store(f"sqlite:///{file}"), open_store(address)
    await fill(source)
    await copy_database(source.database, address)
    assert await read_all(target.database) == await read_all(source.database)
    await target.add_stories(story("third"))
    await target.queue(delivery("third"))
    last = await target.database.column(select(func.max(tables.deliveries.c.seq)))
    assert list(last) == [3]
    await source.database.close()
    await target.database.close()


async def test_a_database_with_rows_is_not_overwritten(store: Store, tmp_path: Path) -> None:
    await fill(store)
    target = f"sqlite:///{tmp_path / 'copy.db'}"
    await upgrade(target)
    other = open_store(target)
    await other.add_stories(story("precious"))
    before = await read_all(other.database)
    with pytest.raises(StoreError, match="has rows in stories already"):
        await copy_database(store.database, target)
    with pytest.raises(StoreError, match="already"):
        await copy_database(other.database, target)
    assert await read_all(other.database) == before
    await other.database.close()


async def test_a_backup_can_be_used_in_the_place_of_the_database(
    blank_file: Path, tmp_path: Path
) -> None:
    file, saved = tmp_path / "bot.db", tmp_path / "saved.db"
    shutil.copyfile(blank_file, file)
    store = open_store(f"sqlite:///{file}")
    await fill(store)
    await backup(f"sqlite:///{file}", saved)
    expected = await read_all(store.database)
    await store.add_stories(story("lost"))
    await store.database.close()
    for each in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
        each.unlink(missing_ok=True)
    shutil.move(saved, file)
    await upgrade(f"sqlite:///{file}")
    restored = open_store(f"sqlite:///{file}")
    assert await read_all(restored.database) == expected
    await restored.queue(delivery("third"))
    await restored.database.close()


@on_postgresql
async def test_a_dump_of_postgresql_can_be_restored(address: str, tmp_path: Path) -> None:
    dump = find_program("pg_dump")
    if dump is None:
        pytest.skip("needs pg_dump")
    store = open_store(address)
    await fill(store)
    expected = await read_all(store.database)
    url = make_url(address).render_as_string(hide_password=False)
    saved = tmp_path / "saved.dump"
    assert await run(dump, "--format=custom", f"--file={saved}", url) == 0

    def drop(connection: Connection) -> None:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))

    await store.database.write(drop)
    restore = str(Path(dump).with_name("pg_restore"))
    await run(restore, "--no-owner", f"--dbname={url}", str(saved))
    assert "stories" in await store.database.read(lambda found: inspect(found).get_table_names())
    assert await read_all(store.database) == expected
    await store.database.close()


async def run(*command: str) -> int:
    """The exit code of a program. pg_restore reports that the schema `public` exists."""
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL)
    return await process.wait()


def find_program(name: str) -> str | None:
    """The path of a program of PostgreSQL, which Debian keeps outside PATH."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return shutil.which(name, path=os.pathsep.join([os.environ["PATH"], *map(str, folders)]))
