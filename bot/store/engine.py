"""The database: opened from an address, read by many, written by one at a time.

Work on a connection is plain code that runs in one of a few threads: a query or a whole transaction
costs the event loop one wait, however many statements it has. See `docs/decisions/0011`.

SQLite runs in WAL mode with synchronous=FULL, so a commit that returned survives a power cut. Each
write begins with BEGIN IMMEDIATE: a transaction that reads first and writes then could otherwise
fail at its first write because another process wrote in between.
"""

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext
from pathlib import Path
from sqlite3 import SQLITE_ERROR
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
)
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    InternalError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.errors import StoreAway, StoreError
from bot.store import postgresql, sqlite
from bot.store.outage import Outage

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql as postgresql_dialect

T = TypeVar("T")
AnyRow = Row[*tuple[Any, ...]]

_FORMS = "Use sqlite:///path/to/file.db or postgresql://user:password@host/name"
_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+aiosqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
    "postgresql+psycopg2": "postgresql+psycopg",
    "postgresql+asyncpg": "postgresql+psycopg",
}
"""The forms that people write, and hosts hand out, with the driver that each is opened with."""
_AT_ONCE = {"sqlite": 3, "postgresql": 6}
"""Connections, each with a thread. SQLite has one that writes and two that read: more read no
faster, for they share Python's lock and one file. On PostgreSQL one is held by `alone`.
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
    return _sqlite(url) if url.get_backend_name() == "sqlite" else _postgresql(url)


def _sqlite(url: URL) -> URL:
    if url.database in (None, "", ":memory:"):
        raise StoreError("DATABASE_URL", "an SQLite database needs a file", _FORMS)
    if url.query:
        cause = "the address of an SQLite file takes no parameters"
        raise StoreError("DATABASE_URL", cause, "Leave out what stands from ? on")
    return url


def _postgresql(url: URL) -> URL:
    if "@" in (url.host or ""):
        # To look for such a host would show a part of the password.
        raise StoreError("DATABASE_URL", "has more than one @", "Write an @ in a password as %40")
    asked = {**postgresql.PARAMETERS, **url.query}
    if "ssl" in asked:
        # Another driver's word for libpq's parameter, which takes the same values.
        asked["sslmode"] = asked.pop("ssl")
    return url.set(query=asked)


class Database:
    """An open database: read by `rows` and `column`, changed by `write`, ended by `close`.

    Raises StoreError when its driver is missing or its folder cannot be made; connects at first
    use. Whoever is cancelled while it works is so only after it has ended. `outage` is told when it
    goes and when it is back.
    """

    def __init__(self, address: str, outage: Outage | None = None) -> None:
        self.url = parse_url(address)
        backend = self.url.get_backend_name()
        self.is_sqlite = backend == "sqlite"
        self._engine = _engine(self.url, _AT_ONCE[backend])
        self._threads = ThreadPoolExecutor(_AT_ONCE[backend], thread_name_prefix="database")
        self._one_writer = asyncio.Lock() if self.is_sqlite else nullcontext()
        self._at_work: set[asyncio.Task[Any]] = set()
        self._outage = outage
        self._closed = False

    @property
    def name(self) -> str:
        """What messages call it: no user, no password."""
        named = self.url.database or self.url.username or "of the system's user"
        return f"{self.url.get_backend_name()} database {named}"

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

        result = await self._to_its_end(self._one_writer, transact)
        if self._outage is not None:
            self._outage.over()
        return result

    async def change(self, statement: UpdateBase | TextClause) -> int:
        """Runs one statement in a transaction of its own; returns how many rows it changed."""
        return await self.write(lambda connection: connection.execute(statement).rowcount)

    async def apart(self, work: Callable[[Engine], T]) -> T:
        """What `work` returns, for who keeps a connection of its own; raises StoreError on failure.

        It runs in a thread, on an engine whose connections commit each statement.
        """
        engine = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        return await self._to_its_end(nullcontext(), lambda: work(engine))

    async def close(self) -> None:
        """Closes every connection, after what is at work has ended; what comes later is refused."""
        self._closed = True
        if self._at_work:
            await asyncio.wait(self._at_work)
        await asyncio.to_thread(self._threads.shutdown)
        self._engine.dispose()

    def insert(self, table: Table) -> "sqlite_dialect.Insert | postgresql_dialect.Insert":
        """An INSERT of the database's own dialect, which knows ON CONFLICT."""
        if self.is_sqlite:
            return sqlite_dialect.insert(table)
        # Four megabytes, which nobody needs who has no PostgreSQL.
        from sqlalchemy.dialects import postgresql as postgresql_dialect

        return postgresql_dialect.insert(table)

    async def _to_its_end(self, turn: AbstractAsyncContextManager[Any], work: Callable[[], T]) -> T:
        """What `work` returns, run in a thread when it is its turn, even if the caller goes."""
        if self._closed:
            raise StoreAway(self.name, "closed", "The program is ending; start it again")
        task = asyncio.create_task(self._in_thread(turn, work))
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait({task})
            raise

    async def _in_thread(self, turn: AbstractAsyncContextManager[Any], work: Callable[[], T]) -> T:
        try:
            with store_errors(self.name):
                async with turn:
                    return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except StoreAway as error:
            if self._outage is not None:
                self._outage.met(error)
            raise


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
    (sqlite if is_sqlite else postgresql).prepare(engine)
    return engine


@contextmanager
def store_errors(name: str) -> Iterator[None]:
    """Turns the database's and its driver's errors into StoreError with a cause and a cure."""
    try:
        yield
    except (DBAPIError, PoolTimeout, OSError) as error:
        lines = str(getattr(error, "orig", None) or error).splitlines()
        cause = lines[0].rpartition(">: ")[2] if lines else type(error).__name__
        kind = StoreAway if _passes(error) else StoreError
        raise kind(name, cause, _cure(cause)) from error


def _passes(error: Exception) -> bool:
    """Whether the same may succeed later; elsewhere the statement or the tables are at fault.

    Drivers file under these what the server, its disk or the way to it does. SQLite's files a wrong
    statement there too, with its code for errors that have no code of their own.
    """
    if getattr(getattr(error, "orig", None), "sqlite_errorcode", None) == SQLITE_ERROR:
        return False
    passing = (OperationalError, InterfaceError, InternalError, PoolTimeout, OSError)
    return isinstance(error, passing)


def _cure(cause: str) -> str:
    if "connection failed" in cause and cause.rstrip().endswith("does not exist"):
        return "Create it, or name another user or database in DATABASE_URL"
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
