"""All tables with data about people, and how a person is removed from each.

The same id may belong to different people in different workspaces, so a person is forgotten in one
workspace. The tables that all workspaces share have only the operators of the home workspace.

Each table of `bot.store.tables` is either in `WITHOUT_PEOPLE`, with a description of its content,
or in `ERASERS`, with the function that removes a person and a list of its columns with text. Rows
that only this person needs are deleted. Rows that others need, such as the audit log, stay with an
anonymous id in the place of the person.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from bot.alerts.delivery import DeliveryKind
from bot.errors import StoreError
from bot.store import tables
from bot.store.engine import Database

WITHOUT_PEOPLE: Mapping[str, str] = {
    "feeds": "addresses and titles of feeds",
    "feed_states": "the state of each feed between polls",
    "entries": "what outlets published",
    "identities": "hashes of what outlets published",
    "stories": "what outlets published",
    "workspace_turns": "when a workspace may get its next message",
    "hub_subscriptions": "agreements with hubs about feeds",
    "installations": "workspaces, with the bot's encrypted tokens",
    "oauth_states": "random text",
}
"""The tables without data about people who use the bot, each with a description of its content."""


@dataclass(frozen=True)
class Erased:
    """The number of rows of a table that were deleted, and that were changed to an anonymous id."""

    deleted: int = 0
    anonymized: int = 0


@dataclass(frozen=True)
class ForgottenPerson:
    """A person to forget: the Slack id, the names under which they decided, and the id that takes
    their place in rows that stay. `team` is their workspace; None stands for all."""

    id: str
    names: frozenset[str]
    anonymous: str
    team: str | None = None
    may_have_decided: bool = True
    """Whether decisions with this id were made by this person."""

    def find_rows(self, table: sa.Table) -> list[sa.ColumnElement[bool]]:
        """The conditions for rows of the person's workspace."""
        return [] if self.team is None else [table.c.team == self.team]

    def replace(self, value: Any) -> Any:
        """The value from JSON with the anonymous id instead of the person."""
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
        """The text with the anonymous id instead of the person's id."""
        return re.sub(rf"\b{re.escape(self.id)}\b", self.anonymous, text)


_NAMED = ("approved_by", "checked_by")
"""The keys whose value is the name of an operator."""
_WITH_IDS = ("conversation", "user", "place", "changed_by")
"""The columns whose value may be the id of a person."""

Eraser = Callable[[sa.Connection, ForgottenPerson], Erased]


class TableEraser(NamedTuple):
    """How a person is removed from a table."""

    erase: Eraser
    with_people: tuple[str, ...]
    """The columns in which a person may be named."""
    without_people: tuple[str, ...] = ()
    """The other columns with text: ids of other things, kinds and states."""


class _DryRun(Exception):
    """Rolls a transaction back, with its result."""

    def __init__(self, result: dict[str, Erased]) -> None:
        self.result = result


async def forget_person(
    database: Database,
    user: str,
    anonymous: str,
    *,
    team: str | None = None,
    home: str | None = None,
    is_dry_run: bool = False,
) -> dict[str, Erased]:
    """Removes a person from all tables in one transaction; returns what was done, by table.

    `team` is the person's workspace. `home` is the workspace of the operators; None if there is
    only one workspace. A dry run changes nothing. Raises StoreError, also if the id has data in
    several workspaces and no `team` is given.
    """

    def write(connection: sa.Connection) -> dict[str, Erased]:
        if database.is_sqlite:
            # Overwrites deleted content in the file.
            connection.execute(sa.text("PRAGMA secure_delete = ON"))
        if team is None and len(teams := _find_teams(connection, user, home)) > 1:
            cause = f"has data in several workspaces: {', '.join(teams)}"
            raise StoreError(user, cause, "Name one of them with --team, then the others")
        may_have_decided = team is None or home in (None, team)
        names = _find_names(connection, user) if may_have_decided else frozenset[str]()
        person = ForgottenPerson(user, names, anonymous, team, may_have_decided)
        result = {name: table.erase(connection, person) for name, table in ERASERS.items()}
        if is_dry_run:
            raise _DryRun(result)
        return result

    try:
        return await database.write(write)
    except _DryRun as done:
        return done.result


def _find_teams(connection: sa.Connection, user: str, home: str | None) -> list[str]:
    """The workspaces with data of a person with this id."""
    found: set[str] = set()
    for name in ERASERS:
        row = tables.metadata.tables[name].c
        named = [row[each] == user for each in _WITH_IDS if each in row]
        if "team" in row and named:
            found.update(connection.execute(sa.select(row.team).where(sa.or_(*named))).scalars())
    for each in _rows_with(connection, tables.subscriptions, user, "data"):
        if json.loads(each["data"]).get("created_by") == user:
            found.add(each["team"])
    if home and any(_rows_with(connection, table, user, name) for table, name in _WITH_OPERATORS):
        found.add(home)
    return sorted(found)


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
    connection: sa.Connection,
    table: sa.Table,
    text: str,
    *columns: str,
    where: Sequence[sa.ColumnElement[bool]] = (),
) -> list[Mapping[str, Any]]:
    """The rows that have the text in one of these columns, and meet the conditions."""
    rows = connection.execute(sa.select(table).where(_contains(table, text, columns), *where)).all()
    return [dict(row._mapping) for row in rows]


def _contains(table: sa.Table, text: str, columns: Iterable[str]) -> sa.ColumnElement[bool]:
    return sa.or_(*(table.c[name].contains(text, autoescape=True) for name in columns))


def _set(connection: sa.Connection, table: sa.Table, row: Mapping[str, Any], values: Any) -> None:
    keys = (column == row[column.name] for column in table.primary_key.columns)
    connection.execute(sa.update(table).where(*keys).values(values))


def _delete(table: sa.Table, *columns: str) -> Eraser:
    """An eraser that deletes the rows with the person in one of these columns."""

    def erase(connection: sa.Connection, person: ForgottenPerson) -> Erased:
        is_person = sa.or_(*(table.c[name] == person.id for name in columns))
        statement = sa.delete(table).where(is_person, *person.find_rows(table))
        return Erased(deleted=connection.execute(statement).rowcount)

    return erase


def _anonymize_json(table: sa.Table, *columns: str) -> Eraser:
    """An eraser that replaces the person in columns with JSON. A table without workspaces has
    decisions of operators."""
    keys = [column.name for column in table.primary_key.columns]
    has_teams = "team" in table.c

    def erase(connection: sa.Connection, person: ForgottenPerson) -> Erased:
        if not has_teams and not person.may_have_decided:
            return Erased()
        found = {}
        where = person.find_rows(table) if has_teams else []
        names = (json.dumps(name, ensure_ascii=False) for name in sorted(person.names))
        for text in (person.id, *names):
            for row in _rows_with(connection, table, text, *columns, where=where):
                found[tuple(row[key] for key in keys)] = row
        count = 0
        for row in found.values():
            had = {column: json.loads(row[column]) for column in columns if row[column]}
            new = {column: person.replace(value) for column, value in had.items()}
            if new != had:
                _set(connection, table, row, {name: _dump(value) for name, value in new.items()})
                count += 1
        return Erased(anonymized=count)

    return erase


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _anonymize_text(table: sa.Table, *columns: str) -> Eraser:
    """An eraser that replaces the person in columns with any text."""

    def erase(connection: sa.Connection, person: ForgottenPerson) -> Erased:
        where = person.find_rows(table)
        rows = _rows_with(connection, table, person.id, *columns, where=where)
        return _replace_in_texts(connection, person, table, columns, rows)

    return erase


def _anonymize_notices(connection: sa.Connection, person: ForgottenPerson) -> Erased:
    """Replaces a person of another workspace in notices to the operators, such as a report of a
    mistake. Such a notice names the workspace."""
    if person.team is None:
        return Erased()
    table, columns = tables.deliveries, ("reason", "content")
    others = (table.c.kind == DeliveryKind.NOTICE, table.c.team != person.team)
    named = re.compile(rf"\b{re.escape(person.team)}\b")
    rows = _rows_with(connection, table, person.id, *columns, where=others)
    own = [row for row in rows if any(named.search(row[name]) for name in columns)]
    return _replace_in_texts(connection, person, table, columns, own)


def _replace_in_texts(
    connection: sa.Connection,
    person: ForgottenPerson,
    table: sa.Table,
    columns: Sequence[str],
    rows: Iterable[Mapping[str, Any]],
) -> Erased:
    count = 0
    for row in rows:
        values = {name: person.replace_in_text(row[name]) for name in columns}
        if any(values[name] != row[name] for name in columns):
            _set(connection, table, row, values)
            count += 1
    return Erased(anonymized=count)


def _all(*erasers: Eraser) -> Eraser:
    """An eraser that runs all of these."""

    def erase(connection: sa.Connection, person: ForgottenPerson) -> Erased:
        found = [each(connection, person) for each in erasers]
        deleted, anonymized = (sum(numbers) for numbers in zip(*map(astuple, found), strict=True))
        return Erased(deleted, anonymized)

    return erase


def _erase_bundle_events(connection: sa.Connection, person: ForgottenPerson) -> Erased:
    row, delivery = tables.bundle_events.c, tables.deliveries.c
    to_person = (delivery.conversation == person.id, *person.find_rows(tables.deliveries))
    own = sa.select(delivery.id).where(*to_person)
    statement = sa.delete(tables.bundle_events).where(row.delivery_id.in_(own))
    return Erased(deleted=connection.execute(statement).rowcount)


def _blank_subscriptions(connection: sa.Connection, person: ForgottenPerson) -> Erased:
    """Removes the person from subscriptions that stay."""
    count, where = 0, person.find_rows(tables.subscriptions)
    for row in _rows_with(connection, tables.subscriptions, person.id, "data", where=where):
        had = json.loads(row["data"])
        if (new := _blank(had, person)) != had:
            _set(connection, tables.subscriptions, row, {"data": _dump(new)})
            count += 1
    return Erased(anonymized=count)


def _blank(value: Any, person: ForgottenPerson) -> Any:
    """The value from JSON without the person. A value that is the person's id becomes empty,
    because notices are sent to the people who made subscriptions."""
    if isinstance(value, list):
        return [_blank(each, person) for each in value]
    if isinstance(value, dict):
        return {key: _blank(each, person) for key, each in value.items()}
    if value == person.id:
        return ""
    return person.replace_in_text(value) if isinstance(value, str) else value


def _blank_line_lists(connection: sa.Connection, person: ForgottenPerson) -> Erased:
    """Removes the person from lists of channels that the person saved."""
    row = tables.line_lists.c
    own = person.find_rows(tables.line_lists)
    saved = sa.update(tables.line_lists).where(row.changed_by == person.id, *own)
    return Erased(anonymized=connection.execute(saved.values(changed_by="")).rowcount)


def _erase_marks(connection: sa.Connection, person: ForgottenPerson) -> Erased:
    """Deletes the marks whose name names the person."""
    count = 0
    for row in _rows_with(connection, tables.once, person.id, "name"):
        is_own = person.team is None or row["name"].endswith(f" in {person.team}")
        if is_own and person.replace_in_text(row["name"]) != row["name"]:
            key = tables.once.c.name == row["name"]
            count += connection.execute(sa.delete(tables.once).where(key)).rowcount
    return Erased(deleted=count)


_WITH_OPERATORS = (
    (tables.proposals, "decision"),
    (tables.rate_acts, "data"),
    (tables.data_checks, "data"),
)


def _of_conversation(table: sa.Table, *others: str) -> TableEraser:
    """Deletes the rows of the person's direct messages."""
    return TableEraser(_delete(table, "conversation"), ("conversation",), others)


ERASERS: Mapping[str, TableEraser] = {
    "subscriptions": TableEraser(
        _all(_delete(tables.subscriptions, "conversation"), _blank_subscriptions),
        ("conversation", "data"),
        ("id", "team"),
    ),
    "follows": TableEraser(_delete(tables.follows, "user"), ("user",), ("event_id", "team")),
    "mutes": _of_conversation(tables.mutes, "kind", "subject", "team"),
    "reminders_off": _of_conversation(tables.reminders_off, "team"),
    "quiet_weeks": _of_conversation(tables.quiet_weeks, "team"),
    "line_lists": TableEraser(
        _all(_delete(tables.line_lists, "place"), _blank_line_lists),
        ("place", "changed_by"),
        ("team",),
    ),
    "listed_lines": TableEraser(
        _all(_delete(tables.listed_lines, "place"), _anonymize_text(tables.listed_lines, "label")),
        ("place", "label"),
        ("team", "code", "origin", "totals"),
    ),
    "feedback": TableEraser(
        _delete(tables.feedback, "user", "conversation"),
        ("user", "conversation"),
        ("team", "story_id", "kind"),
    ),
    # Before the deliveries, which say whose bundles they are.
    "bundle_events": TableEraser(_erase_bundle_events, (), ("event_id", "delivery_id")),
    # Messages to others, such as reports of mistakes, stay.
    "deliveries": TableEraser(
        _all(
            _delete(tables.deliveries, "conversation"),
            _anonymize_text(tables.deliveries, "reason", "content", "error"),
            _anonymize_notices,
        ),
        ("conversation", "reason", "content", "error"),
        ("id", "kind", "team", "event_id", "story_ids", "state", "ts"),
    ),
    # The answers are kept as evidence.
    "answers": TableEraser(
        _anonymize_text(tables.answers, "conversation", "user", "question", "data"),
        ("conversation", "user", "question", "data"),
        ("team",),
    ),
    "incidents": TableEraser(
        _anonymize_json(tables.incidents, "data"), ("data",), ("team", "scope", "subject")
    ),
    "once": TableEraser(_erase_marks, ("name",)),
    "proposals": TableEraser(
        _anonymize_json(tables.proposals, "data", "decision"),
        ("data", "decision"),
        ("id", "state"),
    ),
    "rate_acts": TableEraser(
        _anonymize_json(tables.rate_acts, "data"), ("data",), ("proposal_id",)
    ),
    "data_checks": TableEraser(
        _anonymize_json(tables.data_checks, "data"), ("data",), ("imposer", "day")
    ),
}
"""The tables with data about people, each with the function that removes a person."""
