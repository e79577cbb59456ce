"""The database: SQLite or PostgreSQL, opened from an address.

Queries and transactions are plain SQLAlchemy code that runs in a few threads, so that a whole
transaction is one `await`. See `docs/decisions/0011`.

SQLite runs in WAL mode with synchronous=FULL, so a completed commit survives a power cut. Each
write begins with BEGIN IMMEDIATE; otherwise a transaction that reads before it writes could fail
because another process wrote in between. A commit takes at least a millisecond even if it is small,
so writes that are waiting at the same time share one transaction.
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
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from sqlite3 import SQLITE_ERROR
from typing import Any, Protocol, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as postgresql_dialect
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    InternalError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.errors import StoreError, StoreUnavailable
from bot.store import postgresql, sqlite
from bot.store.outage import Outage

T = TypeVar("T")
AnyRow = sa.Row[*tuple[Any, ...]]

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
"""Maps the URL schemes that people and hosting platforms use to the drivers that open them."""
_CONNECTIONS = {"sqlite": 3, "postgresql": 6}
"""The number of connections; each has its own thread. On SQLite, one connection writes and two
read. On PostgreSQL, the instance lock occupies one of the six.
"""
_WRITES_AT_ONCE = 100
"""Maximum number of `write` calls that share one transaction of SQLite."""


def parse_url(address: str) -> sa.URL:
    """The database's address with its driver; raises StoreError if it is not usable."""
    try:
        url = sa.make_url(address)
    except (ArgumentError, ValueError):
        # SQLAlchemy's message may contain the password, so it is not shown.
        raise StoreError("DATABASE_URL", "not a database address", _FORMS) from None
    if url.drivername not in _DRIVERS:
        raise StoreError("DATABASE_URL", f"{url.drivername} is not supported", _FORMS)
    url = url.set(drivername=_DRIVERS[url.drivername])
    return _sqlite(url) if url.get_backend_name() == "sqlite" else _postgresql(url)


def _sqlite(url: sa.URL) -> sa.URL:
    if url.database in (None, "", ":memory:"):
        raise StoreError("DATABASE_URL", "an SQLite database needs a file", _FORMS)
    if url.query:
        cause = "the address of an SQLite file takes no parameters"
        raise StoreError("DATABASE_URL", cause, "Remove the query string (everything from ? on)")
    return url


def _postgresql(url: sa.URL) -> sa.URL:
    if "@" in (url.host or ""):
        # A DNS query for such a host would reveal a part of the password.
        raise StoreError("DATABASE_URL", "has more than one @", "Write an @ in a password as %40")
    parameters = {**postgresql.PARAMETERS, **url.query}
    if "ssl" in parameters:
        # `ssl` is asyncpg's name for libpq's `sslmode`; the values are the same.
        parameters["sslmode"] = parameters.pop("ssl")
    return url.set(query=parameters)


class RunHeld(Protocol):
    """Runs work in a thread, with the connection of `Database.hold_connection`. Raises StoreError
    on failure."""

    async def __call__(self, work: Callable[[sa.Connection], T], /) -> T: ...


class Database:
    """A database: read with `rows` and `column`, change with `write` and `change`, then `close`.

    It connects at the first query. The constructor raises StoreError if the address is not usable,
    the driver is missing or the folder cannot be created. A cancelled caller waits until its query
    or transaction has ended. `outage` is notified when the database cannot be reached, and when a
    read or a write succeeds. If it `has_workers`, a job is added for each queued delivery
    (`bot.store.job_queue`).
    """

    def __init__(
        self, address: str, outage: Outage | None = None, has_workers: bool = False
    ) -> None:
        self.url = parse_url(address)
        self.has_workers = has_workers
        backend = self.url.get_backend_name()
        self.is_sqlite = backend == "sqlite"
        self._engine = _engine(self.url, _CONNECTIONS[backend])
        self._threads = ThreadPoolExecutor(_CONNECTIONS[backend], thread_name_prefix="database")
        self._one_writer = asyncio.Lock()
        self._waiting: list[_Write] = []
        self._running: set[asyncio.Task[Any]] = set()
        self._held: set[sa.Connection] = set()
        self._outage = outage
        self._closed = False

    @property
    def name(self) -> str:
        """The database's name for messages; contains no password."""
        named = self.url.database or self.url.username or "of the system's user"
        return f"{'SQLite' if self.is_sqlite else 'PostgreSQL'} database {named}"

    @property
    def is_in_outage(self) -> bool:
        """Whether an outage of the database lasts, as far as this process knows."""
        return self._outage is not None and self._outage.lasts

    async def rows(
        self, query: sa.Executable, given: Mapping[str, Any] | None = None
    ) -> Sequence[AnyRow]:
        """The rows of the query with the parameters in `given`; raises StoreError on failure."""

        return await self.read(lambda connection: connection.execute(query, given).all())

    async def read(self, work: Callable[[sa.Connection], T]) -> T:
        """Runs `work` with a connection in a thread and returns its result.

        Use it to read many rows step by step. Raises StoreError on failure.
        """

        def run() -> T:
            with self._engine.connect() as connection:
                return work(connection)

        result = await self._finish(self._in_thread(run))
        if self._outage is not None:
            self._outage.over(is_write=False)
        return result

    async def column(
        self, query: sa.Executable, given: Mapping[str, Any] | None = None
    ) -> Sequence[Any]:
        """The first value of each row of the query; raises StoreError on failure."""
        return [row[0] for row in await self.rows(query, given)]

    async def write(self, work: Callable[[sa.Connection], T]) -> T:
        """Runs `work` in one transaction and returns its result; raises StoreError on failure.

        `work` runs in a thread, so it must not use state that the event loop's thread changes. On
        SQLite, the functions that are waiting share a transaction. If one of them fails, the
        transaction is rolled back and each function runs again in its own, so only the caller of
        the failed one gets the error.
        """
        write = _Write(work)
        if self.is_sqlite:
            self._waiting.append(write)
            await self._finish(self._write_waiting(write))
        else:
            await self._finish(self._in_thread(lambda: self._write_all([write])))
        if write.error is not None:
            if self._outage is not None and isinstance(write.error, StoreUnavailable):
                self._outage.met(write.error, is_write=True)
            raise write.error
        if self._outage is not None:
            self._outage.over(is_write=True)
        return cast("T", write.result)

    async def _write_waiting(self, write: "_Write") -> None:
        """Runs the waiting writes up to and including `write`, unless another call has run it."""
        async with self._one_writer:
            while write in self._waiting:
                writes = self._waiting[:_WRITES_AT_ONCE]
                del self._waiting[:_WRITES_AT_ONCE]
                await self._in_thread(partial(self._write_all, writes))

    def _write_all(self, writes: Sequence["_Write"]) -> None:
        try:
            with store_errors(self.name):
                self._transact(writes)
        except Exception as error:
            if len(writes) == 1 or isinstance(error, StoreUnavailable):
                # If the database cannot be reached, each single write would fail as well, after its
                # own timeout.
                for write in writes:
                    write.error = error
            else:
                for write in writes:
                    self._write_all([write])

    def _transact(self, writes: Sequence["_Write"]) -> None:
        with self._engine.connect() as connection:
            connection.execution_options(begin="BEGIN IMMEDIATE")
            with connection.begin():
                for write in writes:
                    write.result = write.work(connection)

    async def change(self, statement: sa.UpdateBase | sa.TextClause) -> int:
        """Runs one statement in its own transaction; returns the number of changed rows."""
        return await self.write(lambda connection: connection.execute(statement).rowcount)

    async def with_engine(self, work: Callable[[sa.Engine], T]) -> T:
        """Runs `work` in a thread, with an engine that commits each statement; returns its result.

        Use it for work that keeps its own connection. Raises StoreError on failure.
        """
        engine = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        return await self._finish(self._in_thread(lambda: work(engine)))

    @asynccontextmanager
    async def hold_connection(self) -> AsyncIterator[RunHeld]:
        """One connection for the whole block, for a transaction in which other work is awaited.

        Yields a function that runs work with the connection, in a thread. The work itself
        calls `connection.commit`; what is not committed at the end of the block, or when the
        database is closed, is rolled back. Raises StoreError on failure.
        """
        held: list[sa.Connection] = []

        async def run(work: Callable[[sa.Connection], T]) -> T:
            def run_held() -> T:
                if not held:
                    held.append(self._engine.connect())
                    self._held.update(held)
                return work(held[0])

            return await self._finish(self._in_thread(run_held, is_write=True))

        try:
            yield run
        finally:
            if held and not self._closed:
                await self._finish(self._in_thread(held[0].close))
            self._held.difference_update(held)
        if self._outage is not None:
            self._outage.over(is_write=True)

    def connect(self) -> sa.Connection:
        """A connection for work that already runs in a thread; the caller closes it."""
        return self._engine.connect()

    async def close(self) -> None:
        """Waits for running work, then closes all connections.

        Later calls raise StoreUnavailable.
        """
        self._closed = True
        if self._running:
            await asyncio.wait(self._running)
        for connection in list(self._held):
            await asyncio.to_thread(connection.close)
        await asyncio.to_thread(self._threads.shutdown)
        self._engine.dispose()

    def insert(self, table: sa.Table) -> sqlite_dialect.Insert | postgresql_dialect.Insert:
        """An INSERT in the database's dialect, which supports ON CONFLICT."""
        insert = sqlite_dialect.insert if self.is_sqlite else postgresql_dialect.insert
        return insert(table)

    async def _finish(self, work: Coroutine[Any, Any, T]) -> T:
        """Runs `work` to its end even if the caller is cancelled."""
        if self._closed:
            work.close()
            raise StoreUnavailable(self.name, "closed", "The program is ending; start it again")
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait({task})
            raise

    async def _in_thread(self, work: Callable[[], T], *, is_write: bool = False) -> T:
        try:
            with store_errors(self.name):
                return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except StoreUnavailable as error:
            if self._outage is not None:
                self._outage.met(error, is_write=is_write)
            raise


@dataclass(eq=False)
class _Write:
    """A function to run in a transaction; afterwards also its result or its error."""

    work: Callable[[sa.Connection], Any]
    result: Any = None
    error: Exception | None = None


def execute_many(
    connection: sa.Connection, statement: sa.Executable, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Runs the statement for all rows; does nothing if there are none."""
    if rows:
        connection.execute(statement, rows)


def chunks(values: Collection[T], size: int = 500) -> Iterator[list[T]]:
    """The values, split into lists that are short enough for one `IN (...)`."""
    ordered = list(values)
    return (ordered[start : start + size] for start in range(0, len(ordered), size))


def _engine(url: sa.URL, at_once: int) -> sa.Engine:
    is_sqlite = url.get_backend_name() == "sqlite"
    try:
        if is_sqlite:
            Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(
            url,
            pool_size=at_once,
            max_overflow=0,
            pool_pre_ping=not is_sqlite,
            # Makes `rowcount` reliable for INSERT, so that ON CONFLICT DO NOTHING reports 0 on a
            # conflict.
            execution_options={"preserve_rowcount": True},
        )
    except ImportError as error:
        cure = "Install it with: pip install 'tariffwire[postgres]'"
        raise StoreError("DATABASE_URL", "the PostgreSQL driver is not installed", cure) from error
    except OSError as error:
        cure = "Set TARIFFWIRE_DATA_DIR or DATABASE_URL to a place that can be written"
        raise StoreError(str(url.database), error.strerror or "cannot be created", cure) from error
    (sqlite if is_sqlite else postgresql).prepare(engine)
    return engine


@contextmanager
def store_errors(name: str) -> Iterator[None]:
    """Turns errors of the database and its driver into StoreError with a cause and a cure."""
    try:
        yield
    except (DBAPIError, PoolTimeout, OSError) as error:
        lines = str(getattr(error, "orig", None) or error).splitlines()
        cause = lines[0].rpartition(">: ")[2] if lines else type(error).__name__
        kind = StoreUnavailable if _is_temporary(error) else StoreError
        raise kind(name, cause, _cure(cause)) from error


def _is_temporary(error: Exception) -> bool:
    """Whether a retry may succeed because the server, its disk or the network caused the error.

    SQLite's driver also raises OperationalError for a wrong statement; its code is SQLITE_ERROR.
    """
    if getattr(getattr(error, "orig", None), "sqlite_errorcode", None) == SQLITE_ERROR:
        return False
    temporary = (OperationalError, InterfaceError, InternalError, PoolTimeout, OSError)
    return isinstance(error, temporary)


def _cure(cause: str) -> str:
    if "connection failed" in cause and cause.rstrip().endswith("does not exist"):
        return "Create it, or name another user or database in DATABASE_URL"
    if "no such table" in cause or "does not exist" in cause:
        return "Run: tariffwire db upgrade"
    if "already exists" in cause:
        return "Another program uses this database; name an empty one in DATABASE_URL"
    if "locked" in cause or "lock timeout" in cause:
        return "Another process holds the database; stop it and try again"
    if "full" in cause:
        return "Free some space on its disk"
    if "not a database" in cause or "malformed" in cause:
        return "Restore a backup of the file"
    if "readonly" in cause or "unable to open" in cause:
        return "Check that its folder exists and can be written"
    return "Check DATABASE_URL and that the database can be reached"
