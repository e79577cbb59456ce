"""A process with the real store, dispatcher and sender is killed while a fake Slack fails."""

import time
from pathlib import Path

import pytest

from bot.store.upgrade import upgrade
from tests.chaos.faults import Fault, FaultPlan, RateLimit
from tests.chaos.faulty_slack import Behavior, FaultySlack
from tests.chaos.sending_process import SendingJob
from tests.chaos.trial import Tally, Trial, kill, run_trial, start, wait_for

KILLS = 2
MIXED = (
    *(Fault.LIMITED, Fault.ERROR_500, Fault.ERROR_500_AFTER, Fault.HTML_503, Fault.HTML_503_AFTER),
    *(Fault.CUT, Fault.CUT_AFTER, Fault.NO_ANSWER, Fault.NO_ANSWER_AFTER, Fault.SLOW),
    *(Fault.INTERNAL, Fault.INTERNAL_AFTER, Fault.CONTENT, Fault.UNKNOWN),
)
"""The temporary faults, except 429 without Retry-After, after which the bot pauses too long."""
OF_LOOK_UPS = (Fault.LIMITED, Fault.ERROR_500, Fault.CUT)
OF_EDITS = (Fault.ERROR_500, Fault.CUT_AFTER, Fault.INTERNAL_AFTER, Fault.SLOW)
RATE, SEED = 0.006, 17
"""With this seed, each kind of fault occurs and no conversation meets more than two faults."""


async def run(folder: Path, has_history_scope: bool) -> tuple[Tally, FaultySlack]:
    behavior = Behavior(
        posts=FaultPlan(SEED, dict.fromkeys(MIXED, RATE), most_per_message=1),
        reads=FaultPlan(SEED, dict.fromkeys(OF_LOOK_UPS, 0.05), most_per_message=2),
        edits=FaultPlan(SEED, dict.fromkeys(OF_EDITS, 0.05), most_per_message=1),
        has_history_scope=has_history_scope,
    )
    async with FaultySlack(behavior) as slack:
        job = SendingJob(
            database=f"sqlite:///{folder / 'bot.db'}",
            api_url=slack.url,
            channels=20,
            stories=10,
            updates=True,
            pace_s=0.02,
            send_timeout_s=2.0,
        )
        return await run_trial(Trial(job, KILLS, limit_s=100), slack), slack


@pytest.mark.parametrize("has_history_scope", [True, False])
async def test_kills_and_faults_lose_nothing_and_repeat_only_what_cannot_be_looked_up(
    tmp_path: Path, has_history_scope: bool
) -> None:
    tally, slack = await run(tmp_path, has_history_scope)
    assert set(slack.faults) == set(MIXED)
    assert tally.is_finished
    assert None not in tally.first_posts_s
    assert len(tally.first_posts_s) == KILLS
    assert (tally.arrived, tally.lost, tally.unsent) == (tally.expected, 0, 0)
    assert (tally.out_of_order, tally.repeated_unmarked, tally.out_of_date) == (0, 0, 0)
    if has_history_scope:
        assert tally.repeated == 0


async def test_after_a_kill_other_conversations_do_not_wait_for_limited_look_ups(
    tmp_path: Path,
) -> None:
    database = f"sqlite:///{tmp_path / 'bot.db'}"
    await upgrade(database)
    async with FaultySlack() as slack:
        job = SendingJob(database=database, api_url=slack.url, channels=100, stories=4, pace_s=0)
        process = await start(job)
        assert await wait_for(slack, lambda: slack.arrived >= 50, limit_s=30)
        await kill(process)
        spent = RateLimit(calls=1, seconds=3600, burst=1)
        spent.take(time.monotonic())
        slack.behavior.limits = dict.fromkeys(
            ("conversations.history", "conversations.replies"), spent
        )
        before = slack.arrived
        process = await start(job)
        posts_again = await wait_for(slack, lambda: slack.arrived >= before + 100, limit_s=20)
        await kill(process)
    assert posts_again
    assert len(slack.posted) == slack.arrived
