"""`tariffwire forget` removes a person from the database."""

import json

import pytest

from tests.cli.evidence.conftest import Fill, Run
from tests.store.examples import TEAM, subscription
from tests.store.opened import Store


async def _save(store: Store) -> None:
    await store.subscriptions.add(subscription("U0GONE"))
    await store.subscriptions.add(subscription("C1", created_by="U0GONE"))
    await store.follows.follow(TEAM, "U0GONE", "event")


def test_each_table_is_listed(fill: Fill, run: Run) -> None:
    fill(_save)
    lines = run("forget", "U0GONE").stdout.splitlines()
    assert "subscriptions: 1 deleted, 1 anonymized" in lines
    assert "follows: 1 deleted, 0 anonymized" in lines
    assert "rate_acts: 0 deleted, 0 anonymized" in lines


def test_a_dry_run_only_lists(fill: Fill, run: Run) -> None:
    fill(_save)
    lines = run("forget", "U0GONE", "--dry-run").stdout.splitlines()
    assert "subscriptions: 1 would be deleted, 1 would be anonymized" in lines
    planned = json.loads(run("forget", "U0GONE", "--dry-run", "--json").stdout)
    done = json.loads(run("forget", "U0GONE", "--json").stdout)
    again = json.loads(run("forget", "U0GONE", "--json").stdout)
    assert (planned["dry_run"], done["dry_run"]) == (True, False)
    assert planned["tables"] == done["tables"]
    assert all(each == {"deleted": 0, "anonymized": 0} for each in again["tables"].values())


def test_a_person_without_data_is_named(fill: Fill, run: Run) -> None:
    fill(_save)
    assert "nothing about U0TYPO" in run("forget", "U0TYPO").stderr
    assert "nothing about U0TYPO" in run("forget", "U0TYPO", "--dry-run").stderr
    assert "nothing about" not in run("forget", "U0GONE").stderr


@pytest.mark.parametrize("user", ["C1", "anna", "", "U0%", "<@U0GONE>"])
def test_only_the_id_of_a_person_is_accepted(user: str, run: Run) -> None:
    result = run("forget", user)
    assert result.exit_code == 2
    assert "not the id of a Slack user" in result.stderr


async def _save_in_two(store: Store) -> None:
    for team in ("T0ONE", "T0TWO"):
        await store.follows.follow(team, "U0GONE", "event")


def test_a_person_is_forgotten_in_one_workspace(fill: Fill, run: Run) -> None:
    fill(_save_in_two)
    refused = run("forget", "U0GONE")
    assert (refused.exit_code, "--team" in refused.stderr) == (1, True)
    done = json.loads(run("forget", "U0GONE", "--team", "T0TWO", "--json").stdout)
    assert (done["team"], done["tables"]["follows"]["deleted"]) == ("T0TWO", 1)
    again = run("forget", "U0GONE", "--team", "T0TWO")
    assert "nothing about U0GONE in workspace T0TWO" in again.stderr
    assert "follows: 1 deleted, 0 anonymized" in run("forget", "U0GONE").stdout
    assert run("forget", "U0GONE", "--team", "U2").exit_code == 2
