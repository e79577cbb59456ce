"""Records the statements of a database, and how it would execute them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from bot.store.engine import Database


@contextmanager
def record_statements(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """The statements within the block, each with its parameters."""
    found: list[tuple[str, Any]] = []

    def record(_one: Any, _two: Any, statement: str, given: Any, *_more: Any) -> None:
        found.append((statement, given))

    engine = database._engine
    sa.event.listen(engine, "before_cursor_execute", record)
    try:
        yield found
    finally:
        sa.event.remove(engine, "before_cursor_execute", record)


@contextmanager
def count_writes(database: Database) -> Iterator[list[str]]:
    """The statements within the block that change rows."""
    writes: list[str] = []
    with record_statements(database) as found:
        yield writes
    changing = ("INSERT", "UPDATE", "DELETE")
    writes += [text for text, _ in found if text.lstrip().upper().startswith(changing)]


async def explain(database: Database, statement: str, given: Any) -> str:
    """How SQLite would execute a statement, one step a line."""

    def read(connection: sa.Connection) -> str:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
        return "\n".join(str(row[3]) for row in rows)

    return await database.read(read)
