from bot.alerts.delivery import Thread
from bot.store.pipeline_store import PipelineStore
from tests.store.examples import NOON, TEAM, minutes, subscription
from tests.store.opened import Store


def _of_team(store: Store, team: str | None) -> PipelineStore:
    return PipelineStore(Store.of(store.database, team))


async def test_the_audience_is_the_connected_team_only(store: Store) -> None:
    here, there = subscription(), subscription("C9", team="T2", created_at=NOON + minutes(1))
    await store.subscriptions.add(here)
    await store.subscriptions.add(there)
    await store.follows.follow(TEAM, "U1", "ruling")
    await store.follows.follow("T2", "U2", "ruling")
    heard = await _of_team(store, TEAM).audience(["ruling"])
    assert [each.team for each in heard.subscriptions] == [TEAM]
    assert heard.followers == (Thread("ruling", TEAM, "U1"),)
    everybody = await _of_team(store, None).audience(["ruling"])
    assert [each.team for each in everybody.subscriptions] == [TEAM, "T2"]
    assert len(everybody.followers) == 2
