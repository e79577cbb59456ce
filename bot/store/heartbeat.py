"""Ensures that one bot at a time uses an SQLite database, even if machines share its file.

    on one machine      a lock of the file `<database>.lock`, which the system releases
    between machines    a row in the database that the running bot updates every 15 seconds

A row that another bot left behind is watched before it is replaced, however old it seems, because
the clocks of two machines may differ: if it changes, that bot is alive. Only a row of this machine
needs no watching, because the lock shows that its bot has ended.
"""

import asyncio
import logging
import platform
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout
from sqlalchemy import Connection, delete, select, update

from bot.errors import StoreError, StoreUnavailable
from bot.store import tables
from bot.store.engine import Database

log = logging.getLogger(__name__)

INSTANCE_MARK = "instance:"
"""How the names of the rows of running bots begin."""
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
CURE = (
    "Stop it first: only one may run at a time. For several processes, use PostgreSQL and run "
    "`tariffwire web` and `tariffwire worker`, without `tariffwire run`"
)


@dataclass(frozen=True)
class HeartbeatTimes:
    """When the row is updated, and when another bot's row counts as abandoned, in seconds."""

    beat_s: float = 15.0
    watch_s: float = 40.0
    """How long a row must stay unchanged before it is replaced; more than twice `beat_s`."""
    look_s: float = 1.0
    """Between two looks at a watched row."""


class Heartbeat:
    """This bot's row in the table `once`; `done_at` is the time of its last update."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        times: HeartbeatTimes | None = None,
        machine: str | None = None,
        lock_file: Path | None = None,
    ) -> None:
        """`machine` is "name/boot id", by default those of this machine. The default of `lock_file`
        is the database's file name with `.lock` appended.
        """
        self._database, self._clock = database, clock
        self._times = times or HeartbeatTimes()
        self._mark = f"{INSTANCE_MARK}{machine or _this_machine()}:{uuid4().hex}"
        self._lock = FileLock(lock_file or f"{database.url.database}.lock", timeout=0)

    async def start(self) -> None:
        """Adds the row; raises StoreError if another bot is running."""
        can_lock = self._take_lock()
        try:
            others = await self._replace({})
            while others is not None:
                for mark, beat in others.items():
                    if can_lock and _boot_of(mark) == _boot_of(self._mark):
                        log.info("%s: the previous bot did not stop properly", self._database.name)
                    else:
                        await self._expect_dead(mark, beat)
                others = await self._replace(others)
        except BaseException:
            self._lock.release()
            raise

    async def keep(self) -> None:
        """Updates the row until cancelled; raises StoreError if another bot has replaced it."""
        name = tables.once.c.name
        while True:
            await asyncio.sleep(self._times.beat_s)
            beat = update(tables.once).where(name == self._mark).values(done_at=self._clock())
            with suppress(StoreUnavailable):
                if not await self._database.change(beat):
                    raise self._refusal("has taken it over, because this one did not respond")

    async def stop(self) -> None:
        """Removes the row and releases the lock."""
        try:
            with suppress(StoreError):
                name = tables.once.c.name
                await self._database.change(delete(tables.once).where(name == self._mark))
        finally:
            self._lock.release()

    def _take_lock(self) -> bool:
        """Takes the file lock; False if the file system has no locks.

        Raises StoreError if another process holds the lock.
        """
        try:
            self._lock.acquire()
        except Timeout as error:
            raise self._refusal("works on it") from error
        except (OSError, NotImplementedError):
            return False
        return True

    async def _replace(self, dead: dict[str, datetime]) -> dict[str, datetime] | None:
        """Replaces the rows of `dead` bots by this bot's row and returns None.

        If the rows in the table differ from `dead`, it changes nothing and returns them: a new or
        changed row may belong to a running bot.
        """
        name, done_at = tables.once.c.name, tables.once.c.done_at

        def replace(connection: Connection) -> dict[str, datetime] | None:
            rows = connection.execute(
                select(name, done_at).where(name.startswith(INSTANCE_MARK))
            ).all()
            found: dict[str, datetime] = {row.name: row.done_at for row in rows}
            if found != dead:
                return found
            connection.execute(delete(tables.once).where(name.in_(list(found))))
            row = {"name": self._mark, "done_at": self._clock()}
            connection.execute(tables.once.insert().values(row))
            return None

        return await self._database.write(replace)

    async def _expect_dead(self, mark: str, beat: datetime) -> None:
        """Watches the row `mark`; raises StoreError if its bot is running."""
        times, query = self._times, select(tables.once.c.done_at).where(tables.once.c.name == mark)
        for _ in range(round(times.watch_s / times.look_s)):
            await asyncio.sleep(times.look_s)
            seen = await self._database.column(query)
            if not seen:
                return
            if seen[0] != beat:
                raise self._refusal(f"on {_name_of(mark)} works on it")
        log.warning(
            "%s: the bot on %s did not stop properly; this one takes over",
            self._database.name,
            _name_of(mark),
        )

    def _refusal(self, what: str) -> StoreError:
        return StoreError(self._database.name, f"another Tariffwire {what}", CURE)


def _this_machine() -> str:
    """The machine's name and boot id. Containers on one machine share the boot id."""
    name = platform.node().replace(":", "-") or "localhost"
    with suppress(OSError):
        return f"{name}/{_BOOT_ID.read_text(encoding='ascii').strip()}"
    return f"{name}/{name}"


def _name_of(mark: str) -> str:
    return mark.removeprefix(INSTANCE_MARK).partition("/")[0]


def _boot_of(mark: str) -> str:
    return mark.partition("/")[2].partition(":")[0]
