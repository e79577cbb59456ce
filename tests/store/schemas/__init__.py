"""SQLite dumps of empty databases, one for each schema revision of an earlier version."""

import sqlite3
from contextlib import closing
from pathlib import Path

SCHEMAS = {path.stem: path.read_text() for path in Path(__file__).parent.glob("*.sql")}
"""The SQL of each dump, by revision."""


def create_older(file: Path, revision: str = "0006") -> None:
    """Creates a SQLite database with the tables of an earlier version."""
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(SCHEMAS[revision])
