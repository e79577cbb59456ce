from bot.feeds.identity import list_identities, sift
from tests.store.examples import entry, story
from tests.store.opened import Store


async def test_every_identity_of_a_saved_entry_is_known_for_its_own_feed_only(store: Store) -> None:
    first = entry("first")
    await store.add_entries(first)
    assert await store.entries.known("wire", list_identities(first)) == set(list_identities(first))
    assert await store.entries.known("court", list_identities(first)) == frozenset()


async def test_more_identities_can_be_looked_up_than_fit_into_one_statement(store: Store) -> None:
    kept = [entry(f"entry{number}") for number in range(400)]
    await store.add_entries(*kept)
    wanted = {identity for each in kept for identity in list_identities(each)} | {"unknown"}
    assert await store.entries.known("wire", wanted) == wanted - {"unknown"}


async def test_a_revised_entry_leads_to_the_newest_story_of_its_earlier_versions(
    store: Store,
) -> None:
    first, silent, last = (entry("a", title=title) for title in ("30%", "30 %", "35%"))

    async def earlier_story_id() -> str:
        return (await store.entries.earlier("wire", [first.place]))[first.place].id

    await store.add_entries(first)
    await store.add_stories(story("first", entry_key=first.key))
    assert await earlier_story_id() == "first"
    await store.add_revised(silent)
    assert await earlier_story_id() == "first"
    await store.add_revised(last, made_story=[last.key])
    await store.add_stories(story("last", entry_key=last.key))
    assert await earlier_story_id() == "last"


async def test_an_entry_without_a_story_leads_to_no_earlier_story(store: Store) -> None:
    silent = entry("a")
    await store.add_entries(silent)
    assert await store.entries.earlier("wire", [silent.place]) == {}


async def test_a_revision_is_saved_and_known_at_the_next_poll(store: Store) -> None:
    first, edited = entry("a", title="30%"), entry("a", title="35%")
    await store.add_entries(first)
    known = await store.entries.known("wire", list_identities(edited))
    assert sift([edited], known) == ((), (edited,))
    await store.add_revised(edited)
    known = await store.entries.known("wire", list_identities(edited))
    assert sift([edited], known) == ((), ())
