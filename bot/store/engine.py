"""The database: opened from an address, read by many, written by one at a time.

Work on a connection is plain code that runs in one of a few threads: a query or a whole transaction
costs the event loop one wait, however many statements it has. See `docs/decisions/0011`.

SQLite runs in WAL mode with synchronous=FULL, so a commit that returned survives a power cut. Each
write begins with BEGIN IMMEDIATE: a transaction that reads first and writes then could otherwise
fail at its first write because another process wrote in between.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Executable,
    Row,
    Table,
    TextClause,
    UpdateBase,
    create_engine,
    make_url,
    text,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.errors import StoreError
from bot.store.sqlite import prepare

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

T = TypeVar("T")
AnyRow = Row[*tuple[Any, ...]]

_FORMS = "Use sqlite:///path/to/file.db or postgresql://user:password@host/name"
_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+aiosqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
    "postgresql+asyncpg": "postgresql+psycopg",
}
"""The forms that people write, and hosts hand out, with the driver that each is opened with."""
_AT_ONCE = {"sqlite": 3, "postgresql": 6}
"""Connections, each with a thread. SQLite has one that writes and two that read: more read no
faster, for they share Python's lock and one file. On PostgreSQL one is held by `alone`.
"""

_GIVES_UP = {
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}
"""When libpq takes a server that cannot be reached any more for gone (seconds; the last one
milliseconds): its own choice is hours, in which nothing could be kept and the bot not end. The
address may say otherwise.
"""


def parse_url(address: str) -> URL:
    """The database's address with its driver; raises StoreError for what cannot be used."""
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        # What the library says of it may quote a password.
        raise StoreError("DATABASE_URL", "not a database address", _FORMS) from None
    if url.drivername not in _DRIVERS:
        raise StoreError("DATABASE_URL", f"{url.drivername} is not supported", _FORMS)
    url = url.set(drivername=_DRIVERS[url.drivername])
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise StoreError("DATABASE_URL", "an SQLite database needs a file", _FORMS)
    if url.get_backend_name() == "postgresql" and "ssl" in url.query:
        # Another driver's word for libpq's parameter, which takes the same values.
        mode = url.query["ssl"]
        url = url.difference_update_query(["ssl"]).update_query_dict({"sslmode": mode})
    if url.get_backend_name() == "postgresql":
        url = url.update_query_dict(_GIVES_UP | dict(url.query))
    return url


class Database:
    """An open database: read by `rows` and `column`, changed by `write`, ended by `close`.

    Raises StoreError when its driver is missing or its folder cannot be made; connects at first
    use. Whoever is cancelled while it works is so only after it has ended.
    """

    def __init__(self, address: str) -> None:
        self.url = parse_url(address)
        backend = self.url.get_backend_name()
        self.is_sqlite = backend == "sqlite"
        self._engine = _engine(self.url, _AT_ONCE[backend])
        self._threads = ThreadPoolExecutor(_AT_ONCE[backend], thread_name_prefix="database")
        self._one_writer = asyncio.Lock() if self.is_sqlite else nullcontext()
        self._at_work: set[asyncio.Task[Any]] = set()
        self._closed = False

    @property
    def name(self) -> str:
        """What messages call it: no user, no password."""
        return f"{self.url.get_backend_name()} database {self.url.database}"

    async def rows(
        self, query: Executable, given: Mapping[str, Any] | None = None
    ) -> Sequence[AnyRow]:
        """What the query finds with the given parameters; raises StoreError on failure."""

        def read() -> Sequence[AnyRow]:
            with self._engine.connect() as connection:
                return connection.execute(query, given).all()

        return await self._to_its_end(nullcontext(), read)

    async def column(
        self, query: Executable, given: Mapping[str, Any] | None = None
    ) -> Sequence[Any]:
        """The first value of each row that the query finds; raises StoreError on failure."""
        return [row[0] for row in await self.rows(query, given)]

    async def write(self, work: Callable[[Connection], T]) -> T:
        """What `work` returns, run in one transaction: all that it wrote is kept, or nothing.

        It runs in a thread, so it leaves alone what the event loop's own code changes. Raises
        StoreError on failure.
        """

        def transact() -> T:
            with self._engine.connect() as connection:
                connection.execution_options(begin="BEGIN IMMEDIATE")
                with connection.begin():
                    return work(connection)

        return await self._to_its_end(self._one_writer, transact)

    async def change(self, statement: UpdateBase | TextClause) -> int:
        """Runs one statement in a transaction of its own; returns how many rows it changed."""
        return await self.write(lambda connection: connection.execute(statement).rowcount)

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
        engine = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        connection = await self._to_its_end(nullcontext(), engine.connect)
        try:
            await self._take_alone(connection, who, patience)
            yield
        finally:
            await self._to_its_end(nullcontext(), lambda: _end(connection))

    async def _take_alone(self, connection: Connection, who: str, patience: int) -> None:
        take = text("SELECT pg_try_advisory_lock(hashtextextended(:who, 0))")

        def is_taken() -> bool:
            return bool(connection.execute(take, {"who": who}).scalar())

        while not await self._to_its_end(nullcontext(), is_taken):
            if patience <= 0:
                cure = "Stop it first: only one may run at a time"
                raise StoreError(self.name, f"another {who} works on it", cure)
            patience -= 1
            await asyncio.sleep(1)

    async def close(self) -> None:
        """Closes every connection, after what is at work has ended; what comes later is refused."""
        self._closed = True
        if self._at_work:
            await asyncio.wait(self._at_work)
        await asyncio.to_thread(self._threads.shutdown)
        self._engine.dispose()

    def insert(self, table: Table) -> "sqlite.Insert | postgresql.Insert":
        """An INSERT of the database's own dialect, which knows ON CONFLICT."""
        if self.is_sqlite:
            return sqlite.insert(table)
        # Four megabytes, which nobody needs who has no PostgreSQL.
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)

    async def _to_its_end(self, turn: AbstractAsyncContextManager[Any], work: Callable[[], T]) -> T:
        """What `work` returns, run in a thread when it is its turn, even if the caller goes."""
        task = asyncio.create_task(self._in_thread(turn, work))
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait({task})
            raise

    async def _in_thread(self, turn: AbstractAsyncContextManager[Any], work: Callable[[], T]) -> T:
        if self._closed:
            raise StoreError(self.name, "closed", "The program is ending; start it again")
        with store_errors(self.name):
            async with turn:
                return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def execute_many(
    connection: Connection, statement: Executable, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Runs the statement once for each row, in one go; with no rows, not at all."""
    if rows:
        connection.execute(statement, rows)


def chunks(values: Collection[str], size: int = 500) -> Iterator[list[str]]:
    """The values in lists that fit into one `IN (...)`, which databases bound."""
    ordered = list(values)
    return (ordered[start : start + size] for start in range(0, len(ordered), size))


def _engine(url: URL, at_once: int) -> Engine:
    is_sqlite = url.get_backend_name() == "sqlite"
    try:
        if is_sqlite:
            Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(
            url,
            pool_size=at_once,
            max_overflow=0,
            pool_pre_ping=not is_sqlite,
            # An INSERT that meets a conflict says so by having changed no row.
            execution_options={"preserve_rowcount": True},
        )
    except ImportError as error:
        cure = "Install it with: pip install 'tariffwire[postgres]'"
        raise StoreError("DATABASE_URL", "the PostgreSQL driver is not installed", cure) from error
    except OSError as error:
        cure = "Set TARIFFWIRE_DATA_DIR or DATABASE_URL to a place that can be written"
        raise StoreError(str(url.database), error.strerror or "cannot be made", cure) from error
    if is_sqlite:
        prepare(engine)
    return engine


def _end(connection: Connection) -> None:
    """Ends the session with the server, rather than keeping the connection for others."""
    connection.invalidate()
    connection.close()


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
    if cause.rstrip().endswith("does not exist") and "connection failed" in cause:
        return "Create it, or name another one in DATABASE_URL"
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
