"""Copies an SQLite database while it is in use."""

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.errors import StoreError
from bot.store.engine import parse_url
from bot.store.sqlite import BUSY_TIMEOUT_MS


async def backup(address: str, file: Path) -> None:
    """Writes a consistent copy of the SQLite database at this address to a new file.

    Only the owner may read the file. It gets its name once it is complete. Raises StoreError if the
    file exists or cannot be written, if there is no database, or if it is PostgreSQL.
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
        raise StoreError(
            str(file), cause, "Name a new file in a folder with enough space"
        ) from error
    finally:
        partial.unlink(missing_ok=True)


def _reserve(file: Path) -> None:
    """Creates an empty file that only its owner may read. `VACUUM INTO` accepts an empty file."""
    os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _publish(partial: Path, file: Path) -> None:
    """Gives the complete copy its name; raises FileExistsError if that name is in use by now."""
    try:
        # Unlike a rename, creating a hard link never replaces an existing file.
        os.link(partial, file)
    except FileExistsError:
        raise
    except OSError:
        # exFAT and many network file systems have no hard links. There, an empty file reserves the
        # name, and the copy replaces that file.
        _reserve(file)
        try:
            partial.replace(file)
        except OSError:
            file.unlink()
            raise


def _vacuum_into(source: Path, partial: Path) -> None:
    with closing(sqlite3.connect(source, timeout=BUSY_TIMEOUT_MS / 1000)) as connection:
        connection.execute("VACUUM INTO ?", (str(partial),))
