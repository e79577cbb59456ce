import asyncio
import errno
import json
import os
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from bot.alerts.delivery import DeliveryState
from bot.alerts.mutes import Mute, MuteKind
from bot.alerts.subscriptions.criteria import Criteria, EconomyFilter
from bot.alerts.subscriptions.timing import Frequency, Timing
from bot.errors import StoreError
from bot.store.backup import backup
from bot.store.engine import Database
from bot.store.tables import REVISION, feeds, metadata
from bot.store.upgrade import upgrade
from tests.store.examples import NOON, delivery, feed, minutes
from tests.store.opened import Store, open_store
from tests.store.schemas import SCHEMAS, create_older


@pytest.fixture
async def first_release(address: str) -> str:
    """The address of a database of the first release, with one delivery in each state."""
    database = Database(address)
    await database.write(_as_first_release)
    await database.close()
    return address


def _as_first_release(connection: Connection) -> None:
    newer = (
        *("data_checks", "feedback", "answers", "bundle_events", "quiet_weeks", "incidents"),
        *("line_lists", "listed_lines", "installations", "oauth_states", "workspace_turns"),
    )
    for table in newer:
        connection.execute(text(f"DROP TABLE {table}"))
    connection.execute(text("DROP INDEX ix_feed_states_due_at"))
    connection.execute(text("ALTER TABLE feed_states DROP COLUMN due_at"))
    connection.execute(text("DROP TABLE deliveries"))
    connection.execute(text("DROP TABLE proposals"))
    connection.execute(text("DROP TABLE mutes"))
    key = "SERIAL" if connection.dialect.name == "postgresql" else "INTEGER"
    moment = "TIMESTAMPTZ" if connection.dialect.name == "postgresql" else "DATETIME"
    schema = SCHEMAS["0006"]
    for name in ("deliveries", "proposals", "mutes"):
        start = schema.index(f"CREATE TABLE {name} ")
        create = schema[start : schema.index(";", start)]
        create = create.replace("seq INTEGER", f"seq {key}").replace("DATETIME", moment)
        if connection.dialect.name == "postgresql":
            create = create.replace("WITHOUT ROWID", "")
        connection.execute(text(create))
    for index in re.findall(
        r"^CREATE INDEX .* ON (?:deliveries|proposals) .*;$", schema, re.MULTILINE
    ):
        connection.execute(text(index))
    delivery = text(
        "INSERT INTO deliveries (id, kind, team, conversation, event_id, story_ids, reason, state,"
        " attempts, due_at, uncertain, ts, error) VALUES (:state, 'alert', 'T1', :state, 'e', '[]',"
        " 'tariffs', :state, 0, :at, false, '', '')"
    )
    at = "2025-05-12 12:00:00.000000"
    for state in ("owed", "claimed", "sent", "failed"):
        connection.execute(delivery, {"state": state, "at": at})
    followed = {"state": "failed", "at": at, "id": "followed", "kind": "follow_up"}
    of_follower = text(
        "INSERT INTO deliveries (id, kind, team, conversation, event_id, story_ids, reason, state,"
        " attempts, due_at, uncertain, ts, error) VALUES (:id, :kind, 'T1', 'U1', 'e', '[]',"
        " 'you follow this event', :state, 0, :at, false, '', '')"
    )
    connection.execute(of_follower, followed)
    mute = text("INSERT INTO mutes (event_id, team, conversation) VALUES ('e', 'T1', 'C1')")
    connection.execute(mute)
    subscription = text(
        "INSERT INTO subscriptions (id, team, conversation, created_at, data)"
        " VALUES (:id, 'T1', :place, :at, :data)"
    )
    for id_, place, until in (
        ("s1", "C1", None),
        ("s2", "C2", "2025-05-12T13:00:00Z"),
        ("s3", "C2", "2025-05-12T14:00:00Z"),
    ):
        row: dict[str, object] = {
            "id": id_,
            "team": "T1",
            "conversation": place,
            "parties": ["CN"],
            "pace": "daily",
        }
        row |= {"muted_until": until, "created_at": "2025-05-12T12:00:00Z"}
        given = {"id": id_, "place": place, "at": at, "data": json.dumps(row)}
        connection.execute(subscription, given)
    proposal = text(
        "INSERT INTO proposals (id, state, seen_at, told, data, decision) "
        "VALUES (:id, 'pending', :at, :told, '', '')"
    )
    for id_, reported in (("new", False), ("shown", True)):
        connection.execute(proposal, {"id": id_, "told": reported, "at": at})
    for name in (
        "quiet weeks of T1: C1\n",
        "quiet weeks of T1: U0ABC\n",
        'delay of T1: U0ABC\n{"head":"d1"}',
        'incident in feeds of T1: wire\n{"key":"k","ended":"t"}',
        "team:T1",
    ):
        mark = text("INSERT INTO once (name, done_at) VALUES (:name, :at)")
        connection.execute(mark, {"name": name, "at": at})
    connection.execute(text("UPDATE alembic_version SET version_num = '0006'"))


def _differences(connection: Connection) -> list[object]:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    return list(compare_metadata(MigrationContext.configure(connection), metadata))


@pytest.mark.parametrize("revision", sorted(SCHEMAS))
async def test_the_migrations_lead_from_each_release_to_the_tables_that_the_code_knows(
    revision: str, tmp_path: Path
) -> None:
    file = tmp_path / "bot.db"
    create_older(file, revision)
    await upgrade(f"sqlite:///{file}")
    database = Database(f"sqlite:///{file}")
    found = await database.write(_differences)
    await database.close()
    assert found == []


async def test_deliveries_of_the_first_release_are_sent_after_the_upgrade(
    first_release: str,
) -> None:
    await upgrade(first_release)
    store = open_store(first_release)
    assert await store.outbox.counts() == dict.fromkeys(DeliveryState, 0) | {
        DeliveryState.QUEUED: 1,
        DeliveryState.SENDING: 1,
        DeliveryState.SENT: 1,
        DeliveryState.FAILED: 2,
    }
    failed = {each.id: each.for_follower for each in await store.outbox.failed()}
    assert failed == {"failed": False, "followed": True}
    await store.outbox.release_all(NOON)
    claimed = await store.outbox.claim(NOON, 9, 60)
    # The first release may have posted the claimed delivery, so its outcome is uncertain.
    assert {each.id: each.uncertain for each in claimed} == {"owed": False, "claimed": True}
    assert await store.proposals.unposted() == {"new"}
    await store.database.close()


async def test_mutes_and_subscriptions_of_the_first_release_stay_after_the_upgrade(
    first_release: str,
) -> None:
    await upgrade(first_release)
    store = open_store(first_release)
    place = {"team": "T1", "conversation": "C2"}
    assert set(await store.mutes.about(["e"])) == {
        Mute(kind=MuteKind.EVENT, subject="e", team="T1", conversation="C1"),
        Mute(kind=MuteKind.CONVERSATION, until=NOON + minutes(120), **place),
    }
    wanted = Criteria(economies=(EconomyFilter(first="CN"),))
    found = await store.subscriptions.every()
    assert {(each.id, each.conversation) for each in found} == {
        ("s1", "C1"),
        ("s2", "C2"),
        ("s3", "C2"),
    }
    assert {each.criteria for each in found} == {wanted}
    assert {each.timing for each in found} == {Timing(frequency=Frequency.DAILY)}
    await store.database.close()


async def test_the_notes_of_the_watches_move_out_of_the_marks(first_release: str) -> None:
    await upgrade(first_release)
    store = open_store(first_release)
    assert await store.watch.quiet_weeks_on("T1") == {"C1", "U0ABC"}
    assert await store.watch.incidents("T1", "feeds") == {}
    assert await store.database.column(text("SELECT name FROM once")) == ["team:T1"]
    await store.database.close()


async def test_what_a_program_of_the_first_release_writes_after_the_upgrade_is_sent(
    store: Store,
) -> None:
    for name in ("owed", "claimed", "reserved"):
        await store.queue(delivery(name, conversation=name, id=name))
    await store.database.change(text("UPDATE deliveries SET state = id"))
    await store.outbox.release_all(NOON)
    claimed = await store.outbox.claim(NOON, 9, 60)
    assert {each.id: each.uncertain for each in claimed} == {
        "owed": False,
        "claimed": True,
        "reserved": False,
    }
    assert (await store.outbox.counts())[DeliveryState.RESERVED] == 3


async def test_a_new_database_is_of_the_newest_revision(store: Store) -> None:
    marked = await store.database.column(text("SELECT version_num FROM alembic_version"))
    assert marked == [REVISION]
    assert await store.database.write(_differences) == []


async def test_a_second_upgrade_changes_nothing(address: str, store: Store) -> None:
    await store.feeds.add(feed("kept"))
    await upgrade(address)
    assert [each.id for each in await store.feeds.added()] == ["kept"]


def test_the_revision_in_the_code_is_the_newest_migration() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == REVISION


async def test_two_processes_can_upgrade_at_the_same_time(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'bot.db'}"
    await asyncio.gather(upgrade(address), upgrade(address))


async def test_a_newer_database_is_not_changed(address: str) -> None:
    database = Database(address)
    newer = text("UPDATE alembic_version SET version_num = '9999'")
    await database.change(newer)
    await database.close()
    with pytest.raises(StoreError, match=r"version \(9999\).*Update tariffwire"):
        await upgrade(address)


@pytest.mark.parametrize("revision", ["0001", "0005"])
async def test_a_database_from_before_the_first_release_is_refused_with_a_cure(
    address: str, revision: str
) -> None:
    database = Database(address)
    older = text("UPDATE alembic_version SET version_num = :revision")
    await database.change(older.bindparams(revision=revision))
    await database.close()
    with pytest.raises(StoreError, match="move it away to start with a new one"):
        await upgrade(address)


async def test_a_database_of_another_program_is_refused_and_not_changed(tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE entries (title TEXT)")
    with pytest.raises(StoreError) as caught:
        await upgrade(f"sqlite:///{file}")
    assert caught.value.cause == "table entries already exists"
    assert "name an empty one in DATABASE_URL" in caught.value.cure
    with closing(sqlite3.connect(file)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
    assert tables == [("entries",)]


async def test_a_file_that_cannot_be_created_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="TARIFFWIRE_DATA_DIR"):
        await upgrade(f"sqlite:///{tmp_path / 'file' / 'bot.db'}")


async def test_a_backup_during_a_write_is_a_complete_database(
    blank_file: Path, tmp_path: Path
) -> None:
    file, copy = tmp_path / "bot.db", tmp_path / "copy" / "bot.db"
    copy.parent.mkdir()
    shutil.copyfile(blank_file, file)
    store = open_store(f"sqlite:///{file}")
    await store.feeds.add(feed("kept"))

    def back_up_during_a_write(connection: Connection) -> None:
        row: dict[str, object] = {"id": "unfinished", "data": feed("unfinished").model_dump_json()}
        connection.execute(store.database.insert(feeds).values(row))
        asyncio.run(backup(f"sqlite:///{file}", copy))

    await store.database.write(back_up_during_a_write)
    await store.database.close()
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT id FROM feeds").fetchall() == [("kept",)]
    assert copy.stat().st_mode & 0o077 == 0
    assert [each.name for each in copy.parent.glob("*")] == ["bot.db"]


async def test_a_backup_never_overwrites_a_file(blank_file: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("precious")
    with pytest.raises(StoreError, match="exists already"):
        await backup(f"sqlite:///{blank_file}", precious)
    assert precious.read_text() == "precious"


async def test_an_unfinished_backup_is_readable_by_its_owner_only(
    blank_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes: list[int] = []
    connect = sqlite3.connect

    def record_modes_and_connect(*given: Any, **options: Any) -> Any:
        modes.extend(each.stat().st_mode & 0o777 for each in tmp_path.glob(".*.partial"))
        return connect(*given, **options)

    monkeypatch.setattr(sqlite3, "connect", record_modes_and_connect)
    await backup(f"sqlite:///{blank_file}", tmp_path / "copy.db")
    assert modes == [0o600]
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600


async def test_a_backup_works_on_a_file_system_without_hard_links(
    blank_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse_links(source: Path, target: Path) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse_links)
    folder = tmp_path / "stick"
    folder.mkdir()
    await backup(f"sqlite:///{blank_file}", folder / "copy.db")
    with closing(sqlite3.connect(folder / "copy.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert (folder / "copy.db").stat().st_mode & 0o077 == 0
    assert [each.name for each in folder.iterdir()] == ["copy.db"]


async def test_a_backup_of_a_missing_database_or_into_a_missing_folder_is_refused(
    blank_file: Path, tmp_path: Path
) -> None:
    with pytest.raises(StoreError, match="no database yet"):
        await backup(f"sqlite:///{tmp_path / 'none.db'}", tmp_path / "copy.db")
    with pytest.raises(StoreError, match="Name a new file"):
        await backup(f"sqlite:///{blank_file}", tmp_path / "nowhere" / "copy.db")


async def test_a_backup_of_postgresql_is_refused_with_a_hint_to_pg_dump(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="pg_dump"):
        await backup("postgresql://host/name", tmp_path / "copy.db")
