"""PostgreSQL databases for benchmarks, on the server that TARIFFWIRE_TEST_POSTGRES names."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from sqlalchemy import Engine, make_url, text

from bot.store.engine import Database

_SERVER = "TARIFFWIRE_TEST_POSTGRES"


@asynccontextmanager
async def fresh_database() -> AsyncIterator[str]:
    """The address of a new, empty database, which is deleted at the end of the block."""
    server = Database(os.environ[_SERVER])
    own = make_url(os.environ[_SERVER]).set(database=f"bench_{uuid4().hex[:12]}")

    async def run(statement: str) -> None:
        def work(engine: Engine) -> None:
            with engine.connect() as connection:
                connection.execute(text(statement))

        await server.with_engine(work)

    await run(f"CREATE DATABASE {own.database}")
    try:
        yield own.render_as_string(hide_password=False)
    finally:
        await run(f"DROP DATABASE {own.database} WITH (FORCE)")
        await server.close()
