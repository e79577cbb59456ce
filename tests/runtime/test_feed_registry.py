"""Feeds are added and removed while the bot runs, with a real feed server and database."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.errors import FeedError
from bot.feeds.model import Feed, FeedState, Pause, Validators
from bot.feeds.parsing.process_pool import ProcessPool
from bot.feeds.polling.next_poll import apply_gone, is_due, resume
from bot.feeds.polling.poller import Poller
from bot.feeds.websub.protocol import HubSubscription
from bot.runtime.feed_registry import FeedRegistry, ImportResult
from bot.store.hub_subscriptions import HubSubscriptions
from tests.feeds.bodies import item, rss
from tests.feeds.conftest import LIMITS, START, Clock, server
from tests.feeds.server import FeedServer
from tests.store.conftest import address, store
from tests.store.opened import Store, open_store

__all__ = ["address", "server", "store"]

LISTED = Feed(id="listed", title="Listed", url="https://listed.example/rss")


@dataclass
class RegistryAndStore:
    registry: FeedRegistry
    store: Store


@pytest.fixture
async def running(store: Store, workers: ProcessPool) -> AsyncIterator[RegistryAndStore]:
    poller = Poller(LIMITS, Clock(), chance=lambda: 0.5, workers=workers)
    yield RegistryAndStore(
        FeedRegistry([LISTED], store, poller),
        store,
    )
    await poller.close()


async def test_the_entries_of_an_added_feed_count_as_seen_and_the_feed_can_be_removed(
    running: RegistryAndStore, server: FeedServer, store: Store
) -> None:
    url = server.at("/feed", rss([item(2), item(1)]))
    added = await running.registry.add(url)
    assert [feed.id for feed in await running.registry.every()] == ["listed", added.id]
    [unread, read] = await running.registry.health()
    assert (unread.status, read.status) == ("new", "ok")
    assert read.interval_s is not None
    summary = await running.registry.summary()
    assert (summary.feeds, summary.failing) == (2, 0)
    assert await running.registry.lag() is None
    agreed = HubSubscription(
        token="t",
        feed_id=added.id,
        hub="https://hub.example/",
        topic=url,
        secret="s",
        next_at=START,
        lease_until=START + timedelta(days=1),
    )
    await HubSubscriptions(store.database).put(agreed)
    assert [each.pushed for each in await running.registry.health()] == [False, True]
    with pytest.raises(FeedError, match=f"already in the list as {added.id}"):
        await running.registry.add(url)
    await running.registry.remove(added.id)
    assert await running.registry.every() == (LISTED,)
    assert server.paths() == ["/feed"]


class Stopped(Exception):
    """An error that simulates the end of the process."""


async def test_a_feed_is_added_only_after_its_entries_count_as_seen(
    running: RegistryAndStore, server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = server.at("/feed", rss([item(2), item(1)]))

    async def stop_process(feed: Feed) -> bool:
        raise Stopped

    with monkeypatch.context() as patch:
        patch.setattr(running.store.feeds, "add", stop_process)
        with pytest.raises(Stopped):
            await running.registry.add(url)
    assert await running.registry.every() == (LISTED,)
    [state] = (await running.store.feeds.states()).values()
    added = await running.registry.add(url)
    assert added.id == state.feed_id


async def test_a_feed_added_twice_at_once_is_added_once(
    running: RegistryAndStore, server: FeedServer
) -> None:
    url = server.at("/feed", rss([item(1)]))
    one, other = await asyncio.gather(
        running.registry.add(url), running.registry.add(url), return_exceptions=True
    )
    assert [isinstance(each, FeedError) for each in (one, other)].count(True) == 1
    assert len(await running.registry.every()) == 2


async def test_another_spelling_of_a_known_address_is_refused_without_a_request(
    running: RegistryAndStore, server: FeedServer
) -> None:
    url = server.at("/feed", rss([item(1)]))
    added = await running.registry.add(url.replace("http", "HTTP") + "#latest")
    assert added.url == url
    for spelling in (f" {url} ", f"{url}#other", "HTTPS://Listed.example:443/rss"):
        with pytest.raises(FeedError, match="already in the list"):
            await running.registry.add(spelling)
    assert server.paths() == ["/feed"]
    again = Feed(id="again", title="Again", url=f"{url}#again")
    assert await running.registry.add_all([again]) == ImportResult(0, 1)


async def test_a_feed_listed_twice_is_imported_once(running: RegistryAndStore) -> None:
    new = Feed(id="new", title="New", url="https://new.example/rss")
    again = new.model_copy(update={"id": "again"})
    assert await running.registry.add_all([new, again, LISTED]) == ImportResult(1, 2)
    assert await running.registry.add_all([new]) == ImportResult(0, 1)


async def test_an_imported_feed_is_due_at_once_by_its_saved_state(
    running: RegistryAndStore,
) -> None:
    # Workers that run already find due feeds by the saved states.
    new = Feed(id="new", title="New", url="https://new.example/rss")
    await running.registry.add_all([new])
    assert await running.store.feeds.due(START) == {"new"}


async def test_a_feed_at_a_private_ip_address_is_not_imported(running: RegistryAndStore) -> None:
    inside = Feed(id="inside", title="Inside", url="http://10.0.0.1/rss")
    done = await running.registry.add_all([inside, LISTED])
    assert done == ImportResult(
        0, 1, (("http://10.0.0.1/rss", "is a private or reserved address"),)
    )
    assert inside not in await running.registry.every()


async def test_a_feed_from_feeds_yaml_or_an_unknown_feed_cannot_be_removed(
    running: RegistryAndStore,
) -> None:
    with pytest.raises(FeedError, match=r"feeds.yaml.*enabled: false"):
        await running.registry.remove("listed")
    with pytest.raises(FeedError, match="no such feed"):
        await running.registry.remove("unknown")


async def test_a_stopped_feed_from_feeds_yaml_is_due_again_after_resume(
    running: RegistryAndStore, store: Store
) -> None:
    with pytest.raises(FeedError, match="is not stopped"):
        await running.registry.resume("listed")
    known = Validators(url=LISTED.url, etag='"1"')
    state = FeedState(feed_id="listed", configured_url=LISTED.url, validators=known)
    await store.feeds.save_state(apply_gone(state, START))
    [gone] = await running.registry.health()
    assert gone.status == "stopped"
    assert "`tariffwire feeds resume listed`" in gone.format_lines(START)
    await running.registry.resume("listed")
    resumed = await store.feeds.state("listed")
    assert resumed is not None
    assert is_due(resumed, START)
    assert resumed.validators == known
    with pytest.raises(FeedError, match="is not stopped"):
        await running.registry.resume("listed")
    # If the feed is gone again later, operators get a new notice.
    assert apply_gone(resumed, START + timedelta(hours=1)).failing_since != START


async def test_a_resume_by_another_process_is_seen(
    running: RegistryAndStore, store: Store, address: str
) -> None:
    gone = apply_gone(FeedState(feed_id="listed"), START)
    await store.feeds.save_state(gone)
    other = open_store(address)
    await other.feeds.save_state(resumed_by_hand := resume(gone))
    await other.database.close()
    assert await store.feeds.states_of(["listed", "unknown"]) == {"listed": resumed_by_hand}
    assert await store.feeds.state("listed") == resumed_by_hand


async def test_the_health_names_a_language_without_topic_rules(
    store: Store, workers: ProcessPool
) -> None:
    german = LISTED.model_copy(update={"id": "german", "language": "de"})
    poller = Poller(LIMITS, Clock(), chance=lambda: 0.5, workers=workers)
    for languages, unread in ((("en",), "de"), (("en", "de"), "")):
        registry = FeedRegistry([LISTED, german], store, poller, languages)
        listed, other = await registry.health()
        assert (listed.unread_language, other.unread_language) == ("", unread)
        shown = any("topic rules" in part for part in other.describe(poller.clock()))
        assert shown is bool(unread)
    await poller.close()


async def test_an_added_feed_keeps_its_language(
    running: RegistryAndStore, server: FeedServer
) -> None:
    text = "Der Zoll auf Tee steigt im Mai, und das ist nicht viel."
    await running.registry.add(server.at("/german", rss(item(1, "Zoll auf Tee", summary=text))))
    [health] = [each for each in await running.registry.health() if each.id != "listed"]
    assert health.unread_language == "de"


async def test_a_disabled_or_unknown_feed_cannot_be_resumed(
    store: Store, workers: ProcessPool
) -> None:
    off = LISTED.model_copy(update={"enabled": False})
    poller = Poller(LIMITS, Clock(), chance=lambda: 0.5, workers=workers)
    registry = FeedRegistry([off], store, poller)
    with pytest.raises(FeedError, match=r"disabled.*enabled: true"):
        await registry.resume("listed")
    with pytest.raises(FeedError, match="no such feed"):
        await registry.resume("unknown")
    await poller.close()


async def test_an_address_without_a_feed_is_refused(
    running: RegistryAndStore, server: FeedServer
) -> None:
    page = server.at("/page", "<html><body>Nothing here</body></html>", Content_Type="text/html")
    for url in ("nonsense", "ftp://a.example/", "http://10.1.2.3/", page):
        with pytest.raises(FeedError):
            await running.registry.add(url)
    assert await running.registry.every() == (LISTED,)


async def test_the_health_of_a_feed_shows_a_pause_that_its_server_asked_for(
    running: RegistryAndStore, store: Store
) -> None:
    pause = Pause(server="listed.example:443", until=START + timedelta(minutes=30))
    other = Feed(id="other", title="Other", url="https://listed.example/other")
    await running.registry.add_all(
        [other, Feed(id="far", title="Far", url="https://far.example/rss")]
    )
    await store.feeds.save_state(
        FeedState(
            feed_id="other", configured_url=other.url, status=429, pause=pause, last_poll_at=START
        )
    )
    said = {each.id: each.describe(START) for each in await running.registry.health()}
    held = "its server asked for a pause until"
    assert [feed_id for feed_id, facts in said.items() if held in " ".join(facts)] == [
        "listed",
        "other",
    ]
    later = {each.id: each.describe(pause.until) for each in await running.registry.health()}
    assert held not in str(later)
