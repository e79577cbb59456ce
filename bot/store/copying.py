"""Copies all rows of a database into an empty one, also from SQLite to PostgreSQL and back.

No bot may use either of them meanwhile. The jobs of the queue on PostgreSQL are not copied: workers
queue them again from the rows.
"""

import sqlalchemy as sa

from bot.errors import StoreError
from bot.store import tables
from bot.store.engine import Database, store_errors
from bot.store.heartbeat import INSTANCE_MARK
from bot.store.upgrade import upgrade

_ROWS_AT_ONCE = 1_000


async def copy_database(source: Database, address: str) -> int:
    """Copies all rows to the database at the address, and creates its tables; returns how many.

    The copy is one transaction. Raises StoreError if the other database has rows already, or if one
    of the two cannot be read or written.
    """
    await upgrade(address)
    target = Database(address)
    try:
        return await target.write(lambda writing: _copy_from(source, writing, target.name))
    finally:
        await target.close()


def _copy_from(source: Database, writing: sa.Connection, name: str) -> int:
    for table in tables.metadata.sorted_tables:
        if writing.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
            raise StoreError(name, f"has rows in {table.name} already", "Name an empty database")
    copied = 0
    with store_errors(source.name), source.connect() as reading:
        for table in tables.metadata.sorted_tables:
            copied += _copy_table(reading, writing, table)
    return copied


def _copy_table(reading: sa.Connection, writing: sa.Connection, table: sa.Table) -> int:
    query = sa.select(table).order_by(*table.primary_key)
    if table is tables.once:
        # The mark of the bot that runs belongs to its database.
        query = query.where(~tables.once.c.name.startswith(INSTANCE_MARK))
    copied = 0
    with reading.execute(query.execution_options(yield_per=_ROWS_AT_ONCE)) as found:
        for rows in found.mappings().partitions():
            writing.execute(sa.insert(table), [dict(row) for row in rows])
            copied += len(rows)
    if copied and writing.dialect.name == "postgresql" and "seq" in table.c:
        # The next row gets a number after those that were copied.
        sequence = sa.func.pg_get_serial_sequence(table.name, "seq")
        largest = sa.select(sa.func.max(table.c.seq)).scalar_subquery()
        writing.execute(sa.select(sa.func.setval(sequence, largest)))
    return copied
