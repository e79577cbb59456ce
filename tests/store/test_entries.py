from bot.news.identity import identities, sift
from tests.store.examples import NOON, entry, story
from tests.store.opened import Store


async def test_every_identity_of_a_kept_entry_is_known_for_its_feed_alone(store: Store) -> None:
    first = entry("first")
    async with store.database.write() as connection:
        await store.entries.put(connection, [first], NOON, first_round=False)
    assert await store.entries.known("wire", identities(first)) == set(identities(first))
    assert await store.entries.known("court", identities(first)) == frozenset()


async def test_more_identities_may_be_asked_than_one_statement_holds(store: Store) -> None:
    kept = [entry(f"entry{number}") for number in range(400)]
    async with store.database.write() as connection:
        await store.entries.put(connection, kept, NOON, first_round=False)
    wanted = {identity for each in kept for identity in identities(each)} | {"unknown"}
    assert await store.entries.known("wire", wanted) == wanted - {"unknown"}


async def test_a_place_leads_to_the_newest_story_told_there(store: Store) -> None:
    first, silent, last = (entry("a", title=title) for title in ("30%", "30 %", "35%"))
    async with store.database.write() as connection:
        await store.entries.put(connection, [first], NOON, first_round=False)
        await store.stories.put(connection, [story("told first", entry_key=first.key)])
    assert (await store.entries.earlier("wire", [first.place]))[first.place].id == "told first"

    async with store.database.write() as connection:
        await store.entries.put_revised(connection, [silent], NOON, made_story=())
    assert (await store.entries.earlier("wire", [first.place]))[first.place].id == "told first"

    async with store.database.write() as connection:
        await store.entries.put_revised(connection, [last], NOON, made_story=[last.key])
        await store.stories.put(connection, [story("told last", entry_key=last.key)])
    assert (await store.entries.earlier("wire", [first.place]))[first.place].id == "told last"


async def test_a_revised_entry_is_known_when_it_comes_again(store: Store) -> None:
    first, edited = entry("a", title="30%"), entry("a", title="35%")
    async with store.database.write() as connection:
        await store.entries.put(connection, [first], NOON, first_round=False)
    known = await store.entries.known("wire", identities(edited))
    assert sift([edited], known) == ((), (edited,))
    async with store.database.write() as connection:
        await store.entries.put_revised(connection, [edited], NOON, made_story=())
    known = await store.entries.known("wire", identities(edited))
    assert sift([edited], known) == ((), ())
