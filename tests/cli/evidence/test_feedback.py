"""`tariffwire feedback` lists what readers called not relevant."""

import json

import pytest

from bot.alerts.feedback import Feedback, FeedbackKind
from tests.cli.evidence.conftest import Fill, Run
from tests.store.examples import NOON, TEAM, minutes, story
from tests.store.opened import Store


def said(story_id: str, user: str, **fields: object) -> Feedback:
    given = {"team": TEAM, "conversation": "C1", "user": user, "story_id": story_id, "at": NOON}
    return Feedback.model_validate({"kind": FeedbackKind.NOT_RELEVANT, **given, **fields})


async def _give(store: Store) -> None:
    await store.add_stories(
        story("a", title="Duty on\x1b[31m steel", link="https://wire.example/a")
    )
    assert await store.feedback.add(said("a", "U1"))
    assert not await store.feedback.add(said("a", "U1", at=NOON + minutes(5)))
    assert await store.feedback.add(said("a", "U2", kind=FeedbackKind.FEWER_LIKE_THIS))
    assert await store.feedback.add(said("gone", "U1", at=NOON + minutes(1)))


def test_each_entry_is_a_json_line_with_its_story(fill: Fill, run: Run) -> None:
    fill(_give)
    rows = [json.loads(line) for line in run("feedback", "--json").stdout.splitlines()]
    assert [(row["story"], row["user"], row["kind"]) for row in rows] == [
        ("gone", "U1", "not_relevant"),
        ("a", "U2", "fewer_like_this"),
        ("a", "U1", "not_relevant"),
    ]
    assert (rows[0]["title"], rows[0]["link"]) == (None, None)
    assert rows[2]["link"] == "https://wire.example/a"
    assert rows[2]["at"] == NOON.isoformat()


def test_the_table_has_a_line_for_each_entry(fill: Fill, run: Run) -> None:
    fill(_give)
    result = run("feedback", "--limit", "2")
    header, gone, fewer = result.stdout.splitlines()
    assert header.split() == ["when", "what", "where", "who", "story"]
    assert gone.endswith("gone (no longer saved)")
    assert "fewer like this" in fewer
    assert fewer.endswith("Duty on[31m steel")
    assert "2 entries" in result.stderr


@pytest.mark.usefixtures("many")
def test_the_table_of_many_workspaces_names_them(fill: Fill, run: Run) -> None:
    fill(_give)
    assert all(f" {TEAM} C1 " in line for line in run("feedback").stdout.splitlines()[1:])


def test_without_feedback_the_table_is_empty(run: Run) -> None:
    result = run("feedback")
    assert (result.exit_code, result.stdout) == (0, "")
