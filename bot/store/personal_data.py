"""All tables with data about people, and how a person is removed from each.

Each table of `bot.store.tables` is either in `WITHOUT_PEOPLE`, with what it has instead, or in
`ERASERS`, with the function that removes a person. Rows that only this person needs are deleted.
Rows that others need, such as the audit log, stay with an anonymous id in the place of the person.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.store import tables
from bot.store.engine import Database

WITHOUT_PEOPLE: Mapping[str, str] = {
    "feeds": "addresses and titles of feeds",
    "feed_states": "the state of each feed between polls",
    "entries": "what outlets published",
    "identities": "hashes of what outlets published",
    "stories": "what outlets published",
    "hub_subscriptions": "agreements with hubs about feeds",
    "once": "marks of the workspace and of its channels",
}
"""The tables without data about people who use the bot, each with what it has instead."""


@dataclass(frozen=True)
class Erased:
    """The number of rows of a table that were deleted, and that were changed to an anonymous id."""

    deleted: int = 0
    anonymized: int = 0


@dataclass(frozen=True)
class ForgottenPerson:
    """A person to forget: the Slack id, the names under which they decided, and the id that takes
    their place in rows that stay."""

    id: str
    names: frozenset[str]
    anonymous: str

    def replace(self, value: Any) -> Any:
        """The value from JSON with the anonymous id in the place of the person."""
        if isinstance(value, list):
            return [self.replace(each) for each in value]
        if isinstance(value, dict):
            changed = {key: self.replace(each) for key, each in value.items()}
            is_person = value.get("id") == self.id and "name" in value
            by_name = {key for key in _NAMED if key in value and value[key] in self.names}
            named = {"name"} if is_person else set()
            return changed | dict.fromkeys(by_name | named, self.anonymous)
        return self.replace_in_text(value) if isinstance(value, str) else value

    def replace_in_text(self, text: str) -> str:
        """The text with the anonymous id in the place of the person's id."""
        return re.sub(rf"\b{re.escape(self.id)}\b", self.anonymous, text)


_NAMED = ("approved_by", "checked_by")
"""The keys whose value is the name of an operator."""

Eraser = Callable[[sa.Connection, ForgottenPerson], Erased]


class _DryRun(Exception):
    """Rolls a transaction back, with its result."""

    def __init__(self, result: dict[str, Erased]) -> None:
        self.result = result


async def forget_person(
    database: Database, user: str, anonymous: str, *, is_dry_run: bool = False
) -> dict[str, Erased]:
    """Removes a person from all tables in one transaction; returns what was done, by table.

    A dry run changes nothing. Raises StoreError.
    """

    def write(connection: sa.Connection) -> dict[str, Erased]:
        if database.is_sqlite:
            # Overwrites deleted content in the file.
            connection.execute(sa.text("PRAGMA secure_delete = ON"))
        person = ForgottenPerson(user, _find_names(connection, user), anonymous)
        result = {name: erase(connection, person) for name, erase in ERASERS.items()}
        if is_dry_run:
            raise _DryRun(result)
        return result

    try:
        return await database.write(write)
    except _DryRun as done:
        return done.result


def _find_names(connection: sa.Connection, user: str) -> frozenset[str]:
    """The names under which the person decided on proposals and confirmed data."""
    found: set[str] = set()
    for table, column in _WITH_OPERATORS:
        for row in _rows_with(connection, table, user, column):
            found.update(_list_names(json.loads(row[column]), user))
    return frozenset(found)


def _list_names(value: Any, user: str) -> Iterator[str]:
    if isinstance(value, dict):
        if value.get("id") == user and isinstance(value.get("name"), str):
            yield value["name"]
        if _is_approval_by(value, user):
            yield value["amendment"]["approved_by"]
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _list_names(each, user)


def _is_approval_by(value: Mapping[str, Any], user: str) -> bool:
    """Whether it is the person's approval of a rate, as a decision or as an audit entry."""
    is_approval = str(value.get("state") or value.get("what")).startswith("approved")
    by, amendment = value.get("by"), value.get("amendment")
    return is_approval and bool(amendment) and isinstance(by, dict) and by.get("id") == user


def _rows_with(
    connection: sa.Connection, table: sa.Table, text: str, *columns: str
) -> list[Mapping[str, Any]]:
    """The rows that have the text in one of these columns."""
    has_text = sa.or_(*(table.c[name].contains(text, autoescape=True) for name in columns))
    rows = connection.execute(sa.select(table).where(has_text)).all()
    return [dict(row._mapping) for row in rows]


def _set(connection: sa.Connection, table: sa.Table, row: Mapping[str, Any], values: Any) -> None:
    (key,) = table.primary_key.columns
    connection.execute(sa.update(table).where(key == row[key.name]).values(values))


def _delete(table: sa.Table, *columns: str) -> Eraser:
    """An eraser that deletes the rows with the person in one of these columns."""

    def erase(connection: sa.Connection, person: ForgottenPerson) -> Erased:
        is_person = sa.or_(*(table.c[name] == person.id for name in columns))
        return Erased(deleted=connection.execute(sa.delete(table).where(is_person)).rowcount)

    return erase


def _anonymize_json(table: sa.Table, column: str) -> Eraser:
    """An eraser that replaces the person in a column with JSON."""

    def erase(connection: sa.Connection, person: ForgottenPerson) -> Erased:
        count = 0
        found = {}
        (key,) = table.primary_key.columns
        names = (json.dumps(name, ensure_ascii=False) for name in sorted(person.names))
        for text in (person.id, *names):
            for row in _rows_with(connection, table, text, column):
                found[row[key.name]] = row
        for row in found.values():
            old = json.loads(row[column])
            new = person.replace(old)
            if new != old:
                text = json.dumps(new, ensure_ascii=False, separators=(",", ":"))
                _set(connection, table, row, {column: text})
                count += 1
        return Erased(anonymized=count)

    return erase


def _erase_subscriptions(connection: sa.Connection, person: ForgottenPerson) -> Erased:
    """Deletes those of the person's direct messages. Others stay without the person who made
    them."""
    table = tables.subscriptions
    deleted = _delete(table, "conversation")(connection, person).deleted
    rows = _rows_with(connection, table, json.dumps(person.id), "data")
    for row in rows:
        data = json.loads(row["data"])
        # An empty value, because notices are sent to the people who made subscriptions.
        text = json.dumps(_blank(data, person.id), ensure_ascii=False, separators=(",", ":"))
        _set(connection, table, row, {"data": text})
    return Erased(deleted, len(rows))


def _blank(value: Any, user: str) -> Any:
    """The value from JSON with empty text in the place of the person's id."""
    if isinstance(value, list):
        return [_blank(each, user) for each in value]
    if isinstance(value, dict):
        return {key: _blank(each, user) for key, each in value.items()}
    return "" if value == user else value


def _erase_deliveries(connection: sa.Connection, person: ForgottenPerson) -> Erased:
    """Deletes the messages to the person. In messages to others, such as reports of mistakes,
    replaces the person."""
    table, columns = tables.deliveries, ("reason", "content", "error")
    deleted = _delete(table, "conversation")(connection, person).deleted
    count = 0
    for row in _rows_with(connection, table, person.id, *columns):
        values = {name: person.replace_in_text(row[name]) for name in columns}
        if any(values[name] != row[name] for name in columns):
            _set(connection, table, row, values)
            count += 1
    return Erased(deleted, count)


def _erase_answers(connection: sa.Connection, person: ForgottenPerson) -> Erased:
    """Replaces the person, because the answers are kept as evidence."""
    row = tables.answers.c
    places = {
        name: sa.case((row[name] == person.id, person.anonymous), else_=row[name])
        for name in ("user", "conversation")
    }
    mine = sa.or_(row.user == person.id, row.conversation == person.id)
    changed = connection.execute(sa.update(tables.answers).where(mine).values(places)).rowcount
    return Erased(anonymized=changed)


def _erase_line_lists(connection: sa.Connection, person: ForgottenPerson) -> Erased:
    """Deletes the person's list. Lists of channels stay without the person who saved them."""
    row = tables.line_lists.c
    deleted = _delete(tables.line_lists, "place")(connection, person).deleted
    saved = sa.update(tables.line_lists).where(row.changed_by == person.id)
    return Erased(deleted, connection.execute(saved.values(changed_by="")).rowcount)


_WITH_OPERATORS = (
    (tables.proposals, "decision"),
    (tables.rate_acts, "data"),
    (tables.data_checks, "data"),
)

ERASERS: Mapping[str, Eraser] = {
    "subscriptions": _erase_subscriptions,
    "follows": _delete(tables.follows, "user"),
    "mutes": _delete(tables.mutes, "conversation"),
    "reminders_off": _delete(tables.reminders_off, "conversation"),
    "feedback": _delete(tables.feedback, "user", "conversation"),
    "line_lists": _erase_line_lists,
    "listed_lines": _delete(tables.listed_lines, "place"),
    "deliveries": _erase_deliveries,
    "answers": _erase_answers,
    **{table.name: _anonymize_json(table, column) for table, column in _WITH_OPERATORS},
}
"""The tables with data about people, each with the function that removes a person."""
