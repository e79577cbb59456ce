"""`tariffwire workspaces` lists and removes workspaces, and replaces keys."""

import json
from datetime import UTC, datetime

import pytest

from bot.store.installations import Installations
from bot.store.removal_marks import RemovalMark, RemovalMarks
from bot.store.token_cipher import TokenCipher, make_key
from tests.cli.evidence.conftest import Fill, Run, address, fill, many, run
from tests.store.examples import subscription
from tests.store.opened import Store
from tests.store.test_installations import TOKEN, installation

__all__ = ["address", "fill", "many", "run"]

KEY = make_key()


async def _save(store: Store) -> None:
    installations = Installations(store.database, TokenCipher([KEY]))
    for team in ("T1", "T2"):
        await installations.save(installation(team, name=f"Team {team}"))
        await store.subscriptions.add(subscription("C1", team=team))


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARIFFWIRE_TOKEN_KEYS", KEY)


def test_workspaces_are_listed_without_tokens(fill: Fill, run: Run) -> None:
    assert "no workspace" in run("workspaces", "list").stderr
    fill(_save)
    listed = run("workspaces", "list")
    assert ["Team T1" in line for line in listed.stdout.splitlines()] == [True, False]
    found = json.loads(run("workspaces", "list", "--json").stdout)["workspaces"]
    assert [each["team"] for each in found] == ["T1", "T2"]
    assert TOKEN not in listed.output + json.dumps(found)


def test_a_workspace_is_removed_after_a_question(fill: Fill, run: Run) -> None:
    fill(_save)
    assert run("workspaces", "remove", "T2").exit_code == 1
    lines = run("workspaces", "remove", "T2", "--yes").stdout.splitlines()
    assert lines == ["installations: 1 deleted", "subscriptions: 1 deleted"]
    again = run("workspaces", "remove", "T2", "--yes")
    assert (again.exit_code, "nothing of this workspace" in again.stderr) == (1, True)
    found = json.loads(run("workspaces", "list", "--json").stdout)["workspaces"]
    assert [each["team"] for each in found] == ["T1"]


@pytest.mark.usefixtures("many")
def test_a_running_bot_removes_the_workspace_again(fill: Fill, run: Run) -> None:
    fill(_save)
    assert run("workspaces", "remove", "T2", "--yes").exit_code == 0
    found: list[RemovalMark] = []

    async def read(store: Store) -> None:
        found.extend(await RemovalMarks(store.database).handled_before(datetime.now(UTC)))

    fill(read)
    assert [each.team for each in found] == ["T2"]


def test_tokens_are_encrypted_with_the_first_key(
    fill: Fill, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(_save)
    new = run("workspaces", "new-key").stdout.strip()
    monkeypatch.setenv("TARIFFWIRE_TOKEN_KEYS", f"{new},{KEY}")
    assert "2 tokens" in run("workspaces", "rotate-keys").stdout
    monkeypatch.setenv("TARIFFWIRE_TOKEN_KEYS", KEY)
    failed = run("workspaces", "rotate-keys")
    assert (failed.exit_code, "0 tokens" in failed.stdout) == (1, True)
    assert [team in failed.stderr for team in ("T1", "T2", TOKEN)] == [True, True, False]
    monkeypatch.delenv("TARIFFWIRE_TOKEN_KEYS")
    refused = run("workspaces", "rotate-keys")
    assert (refused.exit_code, "TARIFFWIRE_TOKEN_KEYS: missing" in refused.stderr) == (1, True)


def test_workspaces_are_listed_and_removed_without_their_keys(
    fill: Fill, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(_save)
    monkeypatch.delenv("TARIFFWIRE_TOKEN_KEYS")
    assert [each[:2] for each in run("workspaces", "list").stdout.splitlines()] == ["T1", "T2"]
    assert run("workspaces", "remove", "T1", "--yes").exit_code == 0
    assert [each[:2] for each in run("workspaces", "list").stdout.splitlines()] == ["T2"]
