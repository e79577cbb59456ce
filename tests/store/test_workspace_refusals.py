"""The saved refusals of workspaces."""

import asyncio
from datetime import timedelta

from bot.alerts.sending.workspace_refusal import first_refusal, refused_again
from bot.store.workspace_refusals import WorkspaceRefusals
from tests.store.examples import NOON, TEAM
from tests.store.opened import Store

REFUSAL = first_refusal("missing_scope (chat:write)", "add the scope", NOON)


async def test_a_refusal_is_kept_until_it_is_deleted(store: Store) -> None:
    saved = WorkspaceRefusals(store.database)
    assert await saved.get(TEAM) is None
    await saved.put(TEAM, REFUSAL)
    assert await saved.get(TEAM) == REFUSAL
    await saved.delete(TEAM)
    assert await saved.get(TEAM) is None


async def test_a_workspace_has_one_refusal_of_its_own(store: Store) -> None:
    saved = WorkspaceRefusals(store.database)
    await saved.put("T2", REFUSAL)
    later = refused_again(REFUSAL, "token_revoked", "install it", NOON + timedelta(hours=1))
    await saved.put(TEAM, REFUSAL)
    await saved.put(TEAM, later)
    assert (await saved.get(TEAM), await saved.get("T2")) == (later, REFUSAL)
    await saved.delete(TEAM)
    assert await saved.get("T2") == REFUSAL


async def test_only_the_first_worker_saves_a_new_refusal_and_the_first_beginning_stays(
    store: Store,
) -> None:
    saved = WorkspaceRefusals(store.database)
    own = [
        first_refusal("token_revoked", "install it", NOON + timedelta(seconds=number))
        for number in range(4)
    ]
    earlier = await asyncio.gather(*(saved.put(TEAM, refusal) for refusal in own))
    [first] = [refusal for refusal, found in zip(own, earlier, strict=True) if found is None]
    kept = await saved.get(TEAM)
    assert kept is not None
    assert kept.since == first.since
