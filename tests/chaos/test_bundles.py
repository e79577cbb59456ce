"""A process that plans digests, quiet hours and mutes is killed while a fake Slack fails."""

from pathlib import Path

from tests.chaos.bundle_process import BundleJob
from tests.chaos.bundle_trial import run_bundle_trial
from tests.chaos.bundles import FastClock
from tests.chaos.faults import Fault, FaultPlan
from tests.chaos.faulty_slack import Behavior, FaultySlack

# Not `CONTENT`: the plain text of a digest shows one of its stories.
FAULTS = (
    *(Fault.LIMITED, Fault.ERROR_500, Fault.ERROR_500_AFTER, Fault.HTML_503_AFTER, Fault.CUT),
    *(Fault.CUT_AFTER, Fault.NO_ANSWER_AFTER, Fault.INTERNAL, Fault.INTERNAL_AFTER, Fault.UNKNOWN),
)


async def test_with_digests_quiet_hours_and_mutes_each_story_arrives_once_and_in_order(
    tmp_path: Path,
) -> None:
    behavior = Behavior(
        posts=FaultPlan(11, dict.fromkeys(FAULTS, 0.01), most_per_message=1),
        reads=FaultPlan(11, {Fault.ERROR_500: 0.05, Fault.CUT: 0.05}, most_per_message=1),
    )
    async with FaultySlack(behavior) as slack:
        job = BundleJob(
            database=f"sqlite:///{tmp_path / 'bot.db'}",
            api_url=slack.url,
            channels=20,
            stories=80,
            gap_s=90,
            clock=FastClock.start(speed=300),
        )
        tally = await run_bundle_trial(job, kills=3, slack=slack, limit_s=90)
    assert sum(slack.faults.values()) > 10
    assert tally.is_finished
    assert tally.faults == 0, tally
    found = tally.in_messages + tally.in_bundles + tally.in_offers + tally.waiting
    assert found == tally.expected
    assert min(tally.in_messages, tally.in_bundles, tally.in_offers, tally.continued) > 0
