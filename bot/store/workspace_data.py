"""All tables with data of a workspace, and how a workspace is removed from them.

Each table of `bot.store.tables` is either in `SHARED`, with a description of its content, or in
`REMOVERS`, with the condition that finds the rows of a workspace.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

import sqlalchemy as sa

from bot.store import tables
from bot.store.engine import Database
from bot.store.workspace_refusals import refusal_prefix

SHARED: Mapping[str, str] = {
    "feeds": "addresses and titles of feeds",
    "feed_states": "the state of each feed between polls",
    "entries": "what outlets published",
    "identities": "hashes of what outlets published",
    "stories": "what outlets published",
    "hub_subscriptions": "agreements with hubs about feeds",
    "proposals": "reported rates, with the operators' decisions",
    "rate_acts": "the audit log of the operators' decisions",
    "data_checks": "the operators' confirmations that nothing changed",
    "oauth_states": "random text",
}
"""The tables that serve all workspaces, each with its content."""

Condition = Callable[[str], sa.ColumnElement[bool]]


def _of_team(table: sa.Table) -> Condition:
    return lambda team: table.c.team == team


def _in_bundle(team: str) -> sa.ColumnElement[bool]:
    delivery = tables.deliveries.c
    own = sa.select(delivery.id).where(delivery.team == team)
    return tables.bundle_events.c.delivery_id.in_(own)


def _is_mark(team: str) -> sa.ColumnElement[bool]:
    """The marks of its default subscriptions and of its refusal of messages."""
    name = tables.once.c.name
    subscribed = name.startswith("default subscription of ") & name.endswith(
        f" in {team}", autoescape=True
    )
    return subscribed | name.startswith(refusal_prefix(team), autoescape=True)


REMOVERS: Mapping[str, Condition] = {
    # First, because a transaction that queues a message for the workspace locks this row.
    "installations": _of_team(tables.installations),
    # A transaction that queues a report about a list locks the list.
    "line_lists": _of_team(tables.line_lists),
    # Before the deliveries, which say whose bundles they are.
    "bundle_events": _in_bundle,
    "once": _is_mark,
    **{
        table.name: _of_team(table)
        for table in (
            tables.deliveries,
            tables.subscriptions,
            tables.follows,
            tables.mutes,
            tables.reminders_off,
            tables.quiet_weeks,
            tables.incidents,
            tables.listed_lines,
            tables.feedback,
            tables.answers,
            tables.workspace_turns,
        )
    },
}
"""The tables with data of workspaces, each with the condition that finds the rows of one."""


async def remove_workspace(
    database: Database, team: str, installed_until: datetime | None = None
) -> dict[str, int] | None:
    """Deletes all rows of a workspace in one transaction; returns how many, by table.

    Deletes nothing and returns None if the workspace has installed the app after
    `installed_until`. Raises StoreError.
    """
    installation = tables.installations.c
    find_moment = sa.select(installation.installed_at).where(installation.team == team)

    def write(connection: sa.Connection) -> dict[str, int] | None:
        # A new installation waits for the end of this transaction.
        installed_at = connection.execute(find_moment.with_for_update()).scalar()
        if installed_until and installed_at and installed_at > installed_until:
            return None
        if database.is_sqlite:
            # Overwrites deleted content in the file.
            connection.execute(sa.text("PRAGMA secure_delete = ON"))
        removed = {}
        for name, is_own in REMOVERS.items():
            statement = sa.delete(tables.metadata.tables[name]).where(is_own(team))
            removed[name] = connection.execute(statement).rowcount
        return removed

    return await database.write(write)
