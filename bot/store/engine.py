"""The database: opened from an address, read by many, written by one at a time.

SQLite runs in WAL mode with synchronous=FULL, so a commit that returned survives a power cut. Each
write begins with BEGIN IMMEDIATE: a transaction that reads first and writes then could otherwise
fail at its first write because another process wrote in between.
"""

import asyncio
from collections.abc import (
    AsyncIterator,
    Callable,
    Collection,
    Coroutine,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Executable, Row, Table, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.errors import StoreError
from bot.store.sqlite import Readers, writing_engine

T = TypeVar("T")
AnyRow = Row[*tuple[Any, ...]]

_FORMS = "Use sqlite:///path/to/file.db or postgresql://user:password@host/name"
_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}


def parse_url(address: str) -> URL:
    """The database's address with its async driver; raises StoreError for what cannot be used."""
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise StoreError("DATABASE_URL", "not a database address", _FORMS) from error
    if url.drivername not in _DRIVERS:
        raise StoreError("DATABASE_URL", f"{url.drivername} is not supported", _FORMS)
    url = url.set(drivername=_DRIVERS[url.drivername])
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise StoreError("DATABASE_URL", "an SQLite database needs a file", _FORMS)
    if "sslmode" in url.query:
        # Hosts hand out libpq's parameter; asyncpg calls it ssl and takes the same words.
        mode = url.query["sslmode"]
        url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})
    return url


class Database:
    """An open database: read by `rows` and `column`, changed by `write`, ended by `close`.

    Raises StoreError when its driver is missing or its folder cannot be made; connects at first
    use. Whoever is cancelled while it works is so only after it has ended: SQLite keeps the locks
    of a transaction that is torn from its statements until the garbage collector comes by.
    """

    def __init__(self, address: str) -> None:
        self.url = parse_url(address)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._engine = _engine(self.url, self.is_sqlite)
        self._readers = Readers(self.url) if self.is_sqlite else None
        self._one_writer = asyncio.Lock() if self.is_sqlite else nullcontext()
        self._at_work: set[asyncio.Task[Any]] = set()

    @property
    def name(self) -> str:
        """What messages call it: no user, no password."""
        return f"{self.url.get_backend_name()} database {self.url.database}"

    async def rows(
        self, query: Executable, given: Mapping[str, Any] | None = None
    ) -> Sequence[AnyRow]:
        """What the query finds with the given parameters; raises StoreError on failure."""
        return await self._to_its_end(self._read(query, given))

    async def column(
        self, query: Executable, given: Mapping[str, Any] | None = None
    ) -> Sequence[Any]:
        """The first value of each row that the query finds; raises StoreError on failure."""
        return [row[0] for row in await self.rows(query, given)]

    async def write(self, work: Callable[[AsyncConnection], Coroutine[Any, Any, T]]) -> T:
        """What `work` returns, run in one transaction: all that it wrote is kept, or nothing.

        Raises StoreError on failure.
        """
        return await self._to_its_end(self._transact(work))

    @asynccontextmanager
    async def alone(self, who: str, patience: int = 10) -> AsyncIterator[None]:
        """Keeps every other process that calls itself so off this PostgreSQL database meanwhile.

        Raises StoreError when one is still there after `patience` seconds, for a process that is
        being replaced takes a moment to end. The server lets go when the connection ends, however
        the process does. An SQLite file is for one machine, where the data folder's lock does this.
        """
        if self.is_sqlite:
            yield
            return
        with store_errors(self.name):
            connection = await self._engine.connect()
        try:
            with store_errors(self.name):
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                await self._take_alone(connection, who, patience)
            yield
        finally:
            await connection.invalidate()

    async def _take_alone(self, connection: AsyncConnection, who: str, patience: int) -> None:
        take = text("SELECT pg_try_advisory_lock(hashtextextended(:who, 0))")
        while not (await connection.execute(take, {"who": who})).scalar():
            if patience <= 0:
                cure = "Stop it first: only one may run at a time"
                raise StoreError(self.name, f"another {who} works on it", cure)
            patience -= 1
            await asyncio.sleep(1)

    async def close(self) -> None:
        """Closes every connection, after what is at work has ended."""
        if self._at_work:
            await asyncio.wait(self._at_work)
        await self._engine.dispose()
        if self._readers is not None:
            await self._readers.close()

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """An INSERT of the database's own dialect, which knows ON CONFLICT."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    async def _read(self, query: Executable, given: Mapping[str, Any] | None) -> Sequence[AnyRow]:
        with store_errors(self.name):
            if self._readers is not None:
                return await self._readers.rows(query, given)
            async with self._engine.connect() as connection:
                return (await connection.execute(query, given)).all()

    async def _transact(self, work: Callable[[AsyncConnection], Coroutine[Any, Any, T]]) -> T:
        with store_errors(self.name):
            async with self._one_writer, self._engine.connect() as connection:
                await connection.execution_options(begin="BEGIN IMMEDIATE")
                async with connection.begin():
                    return await work(connection)

    async def _to_its_end(self, work: Coroutine[Any, Any, T]) -> T:
        task = asyncio.create_task(work)
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait({task})
            raise


async def execute_many(
    connection: AsyncConnection, statement: Executable, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Runs the statement once for each row, in one go; with no rows, not at all."""
    if rows:
        await connection.execute(statement, rows)


def chunks(values: Collection[str], size: int = 500) -> Iterator[list[str]]:
    """The values in lists that fit into one `IN (...)`, which databases bound."""
    ordered = list(values)
    return (ordered[start : start + size] for start in range(0, len(ordered), size))


def _engine(url: URL, is_sqlite: bool) -> AsyncEngine:
    try:
        if not is_sqlite:
            return create_async_engine(url, pool_pre_ping=True)
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
        return writing_engine(url)
    except ImportError as error:
        cure = "Install it with: pip install 'tariffwire[postgres]'"
        raise StoreError("DATABASE_URL", "the PostgreSQL driver is not installed", cure) from error
    except OSError as error:
        cure = "Set TARIFFWIRE_DATA_DIR or DATABASE_URL to a place that can be written"
        raise StoreError(str(url.database), error.strerror or "cannot be made", cure) from error


@contextmanager
def store_errors(name: str) -> Iterator[None]:
    """Turns the database's and its driver's errors into StoreError with a cause and a cure."""
    try:
        yield
    except (DBAPIError, PoolTimeout, OSError) as error:
        lines = str(getattr(error, "orig", None) or error).splitlines()
        cause = lines[0].rpartition(">: ")[2] if lines else type(error).__name__
        raise StoreError(name, cause, _cure(cause)) from error


def _cure(cause: str) -> str:
    if "no such table" in cause or "does not exist" in cause:
        return "Run: tariffwire db upgrade"
    if "locked" in cause:
        return "Another process holds the database; stop it and try again"
    if "full" in cause:
        return "Free some space on its disk"
    if "not a database" in cause or "malformed" in cause:
        return "Restore a backup of the file"
    if "readonly" in cause or "unable to open" in cause:
        return "Check that its folder exists and can be written"
    return "Check DATABASE_URL and that the database can be reached"
