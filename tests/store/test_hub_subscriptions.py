from bot.feeds.websub.protocol import HubSubscription
from bot.store.hub_subscriptions import HubSubscriptions
from tests.store.examples import NOON
from tests.store.opened import Store


async def test_a_hub_subscription_is_read_back_unchanged_until_it_is_removed(
    store: Store,
) -> None:
    shelf = HubSubscriptions(store.database)
    first = HubSubscription(
        token="t1", feed_id="wire", hub="https://h.example/", topic="t", secret="s", next_at=NOON
    )
    other = first.model_copy(update={"token": "t2", "wanted": False})
    agreed = first.model_copy(update={"lease_until": NOON, "asks": 0})
    for each in (first, other, agreed):
        await shelf.put(each)
    assert {each.token: each for each in await shelf.every()} == {"t1": agreed, "t2": other}
    assert "secret" not in repr(agreed)
    await shelf.remove("t1")
    await shelf.remove("unknown")
    assert await shelf.every() == (other,)
