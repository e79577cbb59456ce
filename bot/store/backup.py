"""A copy of the database while it is in use."""

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.errors import StoreError
from bot.store.engine import parse_url
from bot.store.sqlite import BUSY_TIMEOUT_MS


async def backup(address: str, file: Path) -> None:
    """Writes the SQLite database at this address to a new file, as of one moment.

    The file is readable by its owner only and appears once it is whole. Raises StoreError when it
    exists already, cannot be written, or the database is PostgreSQL, which has pg_dump.
    """
    url = parse_url(address)
    if url.get_backend_name() != "sqlite":
        raise StoreError("backup", "only SQLite is copied by this program", "Use pg_dump")
    await asyncio.to_thread(_copy, Path(str(url.database)), file)


def _copy(source: Path, file: Path) -> None:
    if not source.exists():
        raise StoreError(str(source), "there is no database yet", "Run: tariffwire db upgrade")
    if file.exists():
        raise StoreError(str(file), "exists already", "Name a new file")
    partial = file.with_name(f".{file.name}.partial")
    try:
        partial.unlink(missing_ok=True)
        _reserve(partial)
        _vacuum_into(source, partial)
        _publish(partial, file)
    except FileExistsError as error:
        raise StoreError(str(file), "exists already", "Name a new file") from error
    except (OSError, sqlite3.Error) as error:
        cause = getattr(error, "strerror", None) or str(error)
        raise StoreError(str(file), cause, "Name a new file in a folder with room") from error
    finally:
        partial.unlink(missing_ok=True)


def _reserve(file: Path) -> None:
    """Makes an empty file that nobody else may read, ever; SQLite fills one that is empty."""
    os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _publish(partial: Path, file: Path) -> None:
    """Gives the whole copy its name; raises FileExistsError where something has come there."""
    try:
        # Unlike a rename, a link never replaces what came there in the meantime.
        os.link(partial, file)
    except FileExistsError:
        raise
    except OSError:
        # exFAT and many network file systems know no links: then the name is taken first.
        _reserve(file)
        try:
            partial.replace(file)
        except OSError:
            file.unlink()
            raise


def _vacuum_into(source: Path, partial: Path) -> None:
    with closing(sqlite3.connect(source, timeout=BUSY_TIMEOUT_MS / 1000)) as connection:
        connection.execute("VACUUM INTO ?", (str(partial),))
