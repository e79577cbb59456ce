"""A database belongs to one workspace; the bot refuses it in another one."""

import asyncio
import logging

import pytest

from bot.errors import StoreError
from bot.store.owner import (
    MANY_WORKSPACES,
    Owner,
    assign_database,
    claim_database,
    find_teams,
)
from tests.store.examples import NOON, delivery, subscription
from tests.store.opened import Store, open_store

FIRST, SECOND = Owner("T1"), Owner("T2")
LOCAL, OTHER_LOCAL = Owner("T8", is_local=True), Owner("T9", is_local=True)


async def claim(store: Store, *owners: Owner) -> None:
    for owner in owners:
        await claim_database(store.database, owner, NOON)


async def test_a_second_workspace_is_refused_with_the_owner_and_the_cure(store: Store) -> None:
    await claim(store, FIRST, FIRST)
    with pytest.raises(StoreError, match="belongs to workspace T1, not to workspace T2") as caught:
        await claim(store, SECOND)
    assert caught.value.thing == store.database.name
    assert "DATABASE_URL" in caught.value.cure
    await claim(store, FIRST)


async def test_a_workspace_of_slack_takes_over_from_the_local_one(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await claim(store, LOCAL, OTHER_LOCAL)
    assert not caplog.records
    await claim(store, FIRST)
    assert len(caplog.records) == 1
    with pytest.raises(StoreError, match="belongs to workspace T1, not to the local workspace"):
        await claim(store, OTHER_LOCAL)


async def test_of_two_workspaces_at_the_same_moment_one_gets_the_database(
    store: Store, address: str
) -> None:
    other = open_store(address)
    results = await asyncio.gather(
        claim(store, FIRST), claim(other, SECOND), return_exceptions=True
    )
    await other.database.close()
    assert sorted(isinstance(result, StoreError) for result in results) == [False, True]


@pytest.mark.parametrize("data", ["subscription", "delivery"])
async def test_a_database_without_an_owner_belongs_to_the_workspace_that_its_data_is_of(
    store: Store, data: str
) -> None:
    if data == "subscription":
        await store.subscriptions.add(subscription("C1"))
    else:
        await store.queue(delivery("a"))
    with pytest.raises(StoreError, match="belongs to workspace T1, not to workspace T2") as caught:
        await claim(store, SECOND)
    assert "tariffwire db assign T2" in caught.value.cure
    with pytest.raises(StoreError, match="belongs to workspace T1, not to the local workspace"):
        await claim(store, LOCAL)
    assert await find_teams(store.database) == ("T1",)
    await claim(store, FIRST)


async def test_a_database_that_was_handed_over_belongs_to_the_new_workspace(store: Store) -> None:
    await store.subscriptions.add(subscription("C1"))
    await claim(store, FIRST)
    await assign_database(store.database, SECOND, NOON)
    await claim(store, SECOND)
    with pytest.raises(StoreError, match="belongs to workspace T2, not to workspace T1"):
        await claim(store, FIRST)


@pytest.mark.parametrize("former", [FIRST, LOCAL])
async def test_a_bot_for_many_workspaces_takes_over_from_one_that_cannot_come_back(
    store: Store, former: Owner
) -> None:
    await claim(store, former, MANY_WORKSPACES, MANY_WORKSPACES)
    for one in (FIRST, SECOND, LOCAL):
        with pytest.raises(StoreError, match="belongs to a bot for many workspaces") as caught:
            await claim(store, one)
        assert "SLACK_CLIENT_ID" in caught.value.cure


async def test_a_database_without_an_owner_is_taken_by_a_bot_for_many_workspaces(
    store: Store,
) -> None:
    await store.subscriptions.add(subscription("C1"))
    await claim(store, MANY_WORKSPACES)
    with pytest.raises(StoreError):
        await claim(store, FIRST)
