"""The questions of all trials are answered, and the newest trial's good answers stay."""

from pathlib import Path

import pytest

from bot.commands.request import CommandRequest
from bot.slack.views.command_replies import render_reply
from tests.commands.trials.facts import describe_facts, read_trial
from tests.commands.typed import type_question
from tests.slack.fakes import ledger
from tests.slack.views.accepted import check_accepted

FOLDER = Path(__file__).parent
TRIALS = sorted(FOLDER.glob("*.tsv"), key=lambda path: int(path.stem.removeprefix("trial_")))
NEWEST = TRIALS[-1]
GOOD = ("right", "usable")


@pytest.mark.parametrize("path", TRIALS, ids=lambda path: path.stem)
async def test_each_question_gets_a_message_that_slack_accepts(path: Path) -> None:
    for row in read_trial(path):
        text = row["question"]
        request = CommandRequest(text, "T1", "C1", "U1")
        check_accepted(render_reply(await type_question(text), request, ledger().parties))


async def test_answers_that_the_newest_judges_called_good_keep_their_facts() -> None:
    changed = {}
    for row in read_trial(NEWEST):
        facts = describe_facts(await type_question(row["question"]))
        if row["verdict"] in GOOD and facts != row["facts"]:
            changed[row["question"]] = facts
    assert changed == {}
