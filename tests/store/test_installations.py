"""Installations of the app are saved with encrypted tokens."""

from datetime import timedelta

from pydantic import SecretStr
from sqlalchemy import text

from bot.installation import Installation
from bot.store.installations import Installations, lock_installed
from bot.store.token_cipher import TokenCipher, make_key
from tests.store.examples import NOON
from tests.store.opened import Store

TOKEN = "xoxb-1-secret"


def installation(team: str = "T1", **fields: object) -> Installation:
    given = {"team": team, "token": SecretStr(f"{TOKEN}-{team}"), "installed_at": NOON}
    return Installation.model_validate(given | fields)


async def test_an_installation_is_found_until_another_replaces_it(store: Store) -> None:
    installations = Installations(store.database, TokenCipher([make_key()]))
    assert await installations.find("T1") is None
    first = installation(name="Acme", enterprise="E1", bot_id="B1", bot_user="U1")
    await installations.save(first)
    assert await installations.find("T1") == first
    second = installation(token=SecretStr("xoxb-2"), name="Acme Inc")
    await installations.save(second)
    assert await installations.find("T1") == second
    assert await installations.teams() == ("T1",)


async def test_workspaces_are_listed_in_the_order_of_installation(store: Store) -> None:
    installations = Installations(store.database, TokenCipher([make_key()]))
    await installations.save(installation("T1", installed_at=NOON + timedelta(hours=1)))
    await installations.save(installation("T2"))
    assert await installations.teams() == ("T2", "T1")


async def test_the_database_and_the_value_do_not_show_a_token(store: Store) -> None:
    installations = Installations(store.database, TokenCipher([make_key()]))
    await installations.save(installation())
    rows = await store.database.rows(text("SELECT * FROM installations"))
    assert TOKEN not in repr([tuple(row) for row in rows])
    assert TOKEN not in repr(await installations.find("T1"))


async def test_keys_are_rotated_for_all_tokens_that_a_key_decrypts(store: Store) -> None:
    old, new = make_key(), make_key()
    await Installations(store.database, TokenCipher([old])).save(installation("T1"))
    lost = Installations(store.database, TokenCipher([make_key()]))
    await lost.save(installation("T2"))
    rotated = Installations(store.database, TokenCipher([new, old]))
    await rotated.save(installation("T3"))
    count, (error,) = await rotated.rotate_keys()
    assert (count, "T2" in error.thing, TOKEN in str(error)) == (2, True, False)
    after, every = Installations(store.database, TokenCipher([new])), ("T1", "T3")
    assert [await after.find(each) for each in every] == [installation(each) for each in every]
    assert await lost.find("T2") == installation("T2")


async def test_only_installed_workspaces_are_locked(store: Store) -> None:
    await Installations(store.database, TokenCipher([make_key()])).save(installation("T1"))
    found = await store.database.write(lambda each: lock_installed(each, ["T1", "T2"]))
    assert found == {"T1"}
