from bot.feeds.identity import identities, sift
from tests.store.examples import entry, story
from tests.store.opened import Store


async def test_every_identity_of_a_kept_entry_is_known_for_its_feed_alone(store: Store) -> None:
    first = entry("first")
    await store.see(first)
    assert await store.entries.known("wire", identities(first)) == set(identities(first))
    assert await store.entries.known("court", identities(first)) == frozenset()


async def test_more_identities_may_be_asked_than_one_statement_holds(store: Store) -> None:
    kept = [entry(f"entry{number}") for number in range(400)]
    await store.see(*kept)
    wanted = {identity for each in kept for identity in identities(each)} | {"unknown"}
    assert await store.entries.known("wire", wanted) == wanted - {"unknown"}


async def test_a_place_leads_to_the_newest_story_told_there(store: Store) -> None:
    first, silent, last = (entry("a", title=title) for title in ("30%", "30 %", "35%"))

    async def told() -> str:
        return (await store.entries.earlier("wire", [first.place]))[first.place].id

    await store.see(first)
    await store.tell(story("told first", entry_key=first.key))
    assert await told() == "told first"
    await store.see_again(silent)
    assert await told() == "told first"
    await store.see_again(last, made_story=[last.key])
    await store.tell(story("told last", entry_key=last.key))
    assert await told() == "told last"


async def test_a_place_that_told_nothing_leads_nowhere(store: Store) -> None:
    silent = entry("a")
    await store.see(silent)
    assert await store.entries.earlier("wire", [silent.place]) == {}


async def test_a_revised_entry_is_known_when_it_comes_again(store: Store) -> None:
    first, edited = entry("a", title="30%"), entry("a", title="35%")
    await store.see(first)
    known = await store.entries.known("wire", identities(edited))
    assert sift([edited], known) == ((), (edited,))
    await store.see_again(edited)
    known = await store.entries.known("wire", identities(edited))
    assert sift([edited], known) == ((), ())
