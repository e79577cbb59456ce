"""Reads the approved rates for commands that need no other data from the database."""

import asyncio
from pathlib import Path

from sqlalchemy import inspect

from bot.proposals.approval.amendments import Amendment
from bot.store.engine import Database, parse_url
from bot.store.store import Store


def approved_rates(address: str) -> tuple[Amendment, ...]:
    """The approved rates in the database at this address, in the order of the decisions.

    Empty if the SQLite file or the tables do not exist yet; this function does not create them.
    Raises StoreError if the database cannot be read.
    """
    url = parse_url(address)
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        return ()
    return asyncio.run(_read(address))


async def _read(address: str) -> tuple[Amendment, ...]:
    database = Database(address)
    try:
        if not await database.with_engine(lambda engine: inspect(engine).has_table("proposals")):
            return ()
        return await Store.of(database).proposals.approved()
    finally:
        await database.close()
