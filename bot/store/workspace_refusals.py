"""The refusals of workspaces whose end is not reported yet, as rows of `once`."""

from sqlalchemy import Connection, delete, select

from bot.alerts.sending.workspace_refusal import WorkspaceRefusal
from bot.store import tables
from bot.store.engine import Database
from bot.store.installations import lock_installed

_name = tables.once.c.name


class WorkspaceRefusals:
    """At most one refusal for each workspace; its JSON follows the workspace in the row's name."""

    def __init__(self, database: Database, *, only_installed: bool = False) -> None:
        """With `only_installed`, refusals of workspaces that have not installed the app by OAuth
        are not saved."""
        self._database, self._only_installed = database, only_installed

    async def get(self, team: str) -> WorkspaceRefusal | None:
        """The refusal of a workspace; None if there is none."""
        prefix = _prefix(team)
        query = select(_name).where(_name.startswith(prefix, autoescape=True))
        names = [str(row[0]) for row in await self._database.rows(query)]
        if not names:
            return None
        return WorkspaceRefusal.model_validate_json(names[0].removeprefix(prefix))

    async def put(self, team: str, refusal: WorkspaceRefusal) -> None:
        """Saves it in place of an earlier one."""
        row = {"name": f"{_prefix(team)}{refusal.model_dump_json()}", "done_at": refusal.since}

        def write(connection: Connection) -> None:
            if self._only_installed and not lock_installed(connection, [team]):
                return
            _delete(connection, team)
            connection.execute(tables.once.insert().values(row))

        await self._database.write(write)

    async def delete(self, team: str) -> None:
        """Deletes it, if there is one."""
        await self._database.write(lambda connection: _delete(connection, team))


def _delete(connection: Connection, team: str) -> None:
    connection.execute(delete(tables.once).where(_name.startswith(_prefix(team), autoescape=True)))


def _prefix(team: str) -> str:
    return f"refusal of workspace {team}: "
