"""The refusals of workspaces whose end is not reported yet, as rows of `once`."""

from collections.abc import Sequence

from sqlalchemy import Connection, Select, delete, select, text

from bot.alerts.sending.workspace_refusal import WorkspaceRefusal
from bot.store import tables
from bot.store.engine import Database
from bot.store.installations import lock_installed

_name = tables.once.c.name
_LOCK = text("SELECT pg_advisory_xact_lock(2026112001, hashtext(:team))")
"""Until the end of the transaction, no other one saves a refusal of the workspace."""


class WorkspaceRefusals:
    """At most one refusal for each workspace; its JSON follows the workspace in the row's name."""

    def __init__(self, database: Database, *, only_installed: bool = False) -> None:
        """With `only_installed`, refusals of workspaces that have not installed the app by OAuth
        are not saved."""
        self._database, self._only_installed = database, only_installed

    async def get(self, team: str) -> WorkspaceRefusal | None:
        """The refusal of a workspace; None if there is none."""
        return _read(team, await self._database.column(_find(team)))

    async def put(self, team: str, refusal: WorkspaceRefusal) -> WorkspaceRefusal | None:
        """Saves it in place of an earlier one, but with the beginning of that one. Returns the
        earlier one; None if there was none."""

        def write(connection: Connection) -> WorkspaceRefusal | None:
            if self._only_installed and not lock_installed(connection, [team]):
                return None
            if not self._database.is_sqlite:
                # Another worker may save the same refusal now.
                connection.execute(_LOCK, {"team": team})
            earlier = _read(team, connection.execute(_find(team)).scalars().all())
            since = refusal.since if earlier is None else earlier.since
            saved = refusal.model_copy(update={"since": since})
            _delete(connection, team)
            name = f"{refusal_prefix(team)}{saved.model_dump_json()}"
            connection.execute(tables.once.insert().values(name=name, done_at=since))
            return earlier

        return await self._database.write(write)

    async def delete(self, team: str) -> None:
        """Deletes it, if there is one."""
        await self._database.write(lambda connection: _delete(connection, team))


def _find(team: str) -> Select[str]:
    return select(_name).where(_name.startswith(refusal_prefix(team), autoescape=True))


def _read(team: str, names: Sequence[str]) -> WorkspaceRefusal | None:
    if not names:
        return None
    return WorkspaceRefusal.model_validate_json(names[0].removeprefix(refusal_prefix(team)))


def _delete(connection: Connection, team: str) -> None:
    connection.execute(
        delete(tables.once).where(_name.startswith(refusal_prefix(team), autoescape=True))
    )


def refusal_prefix(team: str) -> str:
    return f"refusal of workspace {team}: "
