"""Finds the client of a workspace: one fixed client, or those of the installations by OAuth."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple, Protocol

from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import StoreError, StoreUnavailable, WorkspaceRefused
from bot.installation import Installation

KEPT_S = 30.0
"""Seconds for which an installation is cached. Another process may replace or remove it."""


class Clients(Protocol):
    """The clients of the workspaces that the bot serves."""

    async def get(self, team: str) -> AsyncWebClient:
        """The client of a workspace. Raises WorkspaceRefused if the bot has none, and
        StoreUnavailable if the database cannot be reached."""

    async def list_teams(self) -> tuple[str, ...]:
        """The ids of all workspaces that the bot serves."""


class OneWorkspace:
    """A bot that serves one workspace."""

    def __init__(self, client: AsyncWebClient, team: str) -> None:
        self._client, self._team = client, team

    async def get(self, _team: str) -> AsyncWebClient:
        """The client. Other workspaces have no deliveries and no requests."""
        return self._client

    async def list_teams(self) -> tuple[str, ...]:
        """The workspace."""
        return (self._team,)


class InstallationSource(Protocol):
    """The saved installations."""

    async def find(self, team: str) -> Installation | None: ...

    async def teams(self) -> tuple[str, ...]: ...


class ConnectedWorkspace(NamedTuple):
    """An installation with its client."""

    installation: Installation
    client: AsyncWebClient


class InstalledWorkspaces:
    """The workspaces in which the app is installed by OAuth.

    `make_client` makes a client for a token. `clock` counts seconds, by default the event loop's.
    """

    def __init__(
        self,
        source: InstallationSource,
        make_client: Callable[[str], AsyncWebClient],
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._source, self._make_client = source, make_client
        self._clock = clock or _read_loop_time
        self._known: dict[str, tuple[float, ConnectedWorkspace]] = {}

    async def find(self, team: str) -> ConnectedWorkspace | None:
        """A workspace; None if the app is not installed there. Raises StoreError.

        The client stays the same until the workspace gets a new token.
        """
        read_at, known = self._known.get(team, (0.0, None))
        if known is not None and self._clock() < read_at + KEPT_S:
            return known
        installation = await self._source.find(team)
        if installation is None:
            self.forget(team)
            return None
        if known is None or known.installation.token != installation.token:
            client = self._make_client(installation.token.get_secret_value())
        else:
            client = known.client
        found = ConnectedWorkspace(installation, client)
        self._known[team] = self._clock(), found
        return found

    def forget(self, team: str) -> None:
        """Reads the workspace's installation again when it is needed."""
        self._known.pop(team, None)

    async def get(self, team: str) -> AsyncWebClient:
        """The client of a workspace."""
        try:
            found = await self.find(team)
        except StoreUnavailable:
            raise
        except StoreError as error:
            # Its messages wait until a key is added.
            cause = "the saved token cannot be decrypted"
            raise WorkspaceRefused("Slack", cause, error.cure) from None
        if found is None:
            cure = "open /slack/install at the bot's address and install it there"
            raise WorkspaceRefused("Slack", "the app is not installed there", cure)
        return found.client

    async def list_teams(self) -> tuple[str, ...]:
        """The workspaces in the order in which they installed the app. Drops the tokens of
        others."""
        teams = await self._source.teams()
        for removed in self._known.keys() - set(teams):
            self.forget(removed)
        return teams


def _read_loop_time() -> float:
    return asyncio.get_running_loop().time()
