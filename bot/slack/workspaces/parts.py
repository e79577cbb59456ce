"""The sender of deliveries and the look-up of people, with parts of their own for each workspace.

No part knows two workspaces, so nothing that one of them remembers reaches another workspace.
"""

import logging
from collections.abc import Callable, Collection
from typing import Generic, TypeVar

from slack_sdk.web.async_client import AsyncWebClient

from bot.alerts.delivery import Delivery
from bot.alerts.sending.ports import Receipt
from bot.errors import SendLater, StoreUnavailable, WorkspaceRefused
from bot.news.story import Story
from bot.slack.api.people import SlackPeople
from bot.slack.api.sender import SlackSender
from bot.slack.workspaces.registry import Clients

log = logging.getLogger(__name__)

T = TypeVar("T")

_DATABASE_WAIT_S = 5.0
"""Seconds until a message is tried again whose workspace could not be read from the database."""


class PartOfEach(Generic[T]):
    """A part for each workspace, which `make` makes for the workspace's client."""

    def __init__(self, clients: Clients, make: Callable[[AsyncWebClient], T]) -> None:
        self._clients, self._make = clients, make
        self._made: dict[str, tuple[AsyncWebClient, T]] = {}

    async def get(self, team: str) -> T:
        """The part of a workspace, which is a new one after its token was replaced. Raises the
        errors of `Clients`."""
        try:
            client = await self._clients.get(team)
        except WorkspaceRefused:
            self._made.pop(team, None)
            raise
        known_client, part = self._made.get(team, (None, None))
        if part is None or known_client is not client:
            part = self._make(client)
            self._made[team] = client, part
        return part

    def keep_only(self, teams: Collection[str]) -> None:
        """Drops the parts of other workspaces."""
        for team in self._made.keys() - set(teams):
            del self._made[team]


class WorkspaceSender:
    """The dispatcher's Sender: each workspace has a sender of its own."""

    def __init__(self, clients: Clients, make: Callable[[AsyncWebClient], SlackSender]) -> None:
        self._senders = PartOfEach(clients, make)

    async def send(
        self, delivery: Delivery, stories: tuple[Story, ...], thread_ts: str | None
    ) -> Receipt:
        """Sends the delivery with the token of its workspace. Raises the errors that the
        dispatcher's `Sender` documents."""
        sender = await self._find(delivery.team)
        return await sender.send(delivery, stories, thread_ts)

    async def check_workspace(self, team: str) -> None:
        """Checks whether Slack accepts the workspace's token; see `SlackSender`."""
        await (await self._find(team)).check_workspace(team)

    def keep_only(self, teams: Collection[str]) -> None:
        """Drops the state of other workspaces: they have removed the app."""
        self._senders.keep_only(teams)

    async def _find(self, team: str) -> SlackSender:
        try:
            return await self._senders.get(team)
        except StoreUnavailable as error:
            raise SendLater(_DATABASE_WAIT_S, "the database cannot be reached") from error


class WorkspacePeople:
    """Asks Slack about people of any workspace. Its methods never raise."""

    def __init__(self, clients: Clients, make: Callable[[AsyncWebClient], SlackPeople]) -> None:
        self._people = PartOfEach(clients, make)

    async def find_zone(self, team: str, user: str) -> str:
        """The IANA name of the time zone in the person's profile; empty if it is unknown."""
        people = await self._find(team)
        return await people.find_zone(user) if people else ""

    async def list_channels(self, team: str, user: str) -> frozenset[str] | None:
        """The channels that the person was in within the last minute; None if they are unknown."""
        people = await self._find(team)
        return await people.list_channels(user) if people else None

    async def is_member(self, team: str, conversation: str, user: str) -> bool | None:
        """Whether the person is in the channel now; None if that is unknown."""
        people = await self._find(team)
        return await people.is_member(conversation, user) if people else None

    async def _find(self, team: str) -> SlackPeople | None:
        try:
            return await self._people.get(team)
        except (WorkspaceRefused, StoreUnavailable) as error:
            log.info("people of a workspace were not read: %s", type(error).__name__)
            return None
