from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.alerts.delivery import Audience, Delivery, DeliveryKind, Thread
from bot.alerts.digest import BundleKind, read_bundle
from bot.alerts.mutes import Mute, MuteKind
from bot.alerts.planning import DeliveryRules, plan_deliveries
from bot.alerts.subscriptions.criteria import Criteria
from bot.alerts.subscriptions.model import Subscription
from bot.alerts.subscriptions.timing import Frequency, ServerTime, Timing
from bot.news.state import EventState, Relation, Severity
from bot.news.story import Story
from bot.values import Topic
from tests.store.examples import NOON, TEAM, minutes, story, subscription

TOMORROW = NOON + timedelta(hours=20)
"""The server's next hour of digests."""
EVERYONE = Audience(subscriptions=(subscription(),))
RULING = story("ruling")
STAY = story("stay", event_id="ruling", relation=Relation.DEVELOPMENT)
REPORT = story("report", event_id="ruling", relation=Relation.REPORT)
ALERTED = Audience(
    subscriptions=EVERYONE.subscriptions, alerted=frozenset({Thread("ruling", TEAM, "C1")})
)


def event_mute(conversation: str) -> Mute:
    """A mute without an end, as release 0.1 saved it."""
    return Mute(kind=MuteKind.EVENT, subject="ruling", team=TEAM, conversation=conversation)


def _plan(
    *stories: Story, to: Audience = EVERYONE, corrections: tuple[str, ...] = ()
) -> tuple[Delivery, ...]:
    return plan_deliveries(stories, to, NOON, corrections=corrections)


def _kind_place_stories(deliveries: tuple[Delivery, ...]) -> list[tuple[str, str, str]]:
    return [(each.kind, each.conversation, " ".join(each.story_ids)) for each in deliveries]


def test_the_first_story_of_an_event_is_an_alert_and_a_development_is_a_follow_up() -> None:
    assert _kind_place_stories(_plan(RULING, STAY)) == [
        ("alert", "C1", "ruling"),
        ("follow_up", "C1", "stay"),
    ]


def test_a_development_of_an_alerted_event_is_a_follow_up_and_an_update() -> None:
    assert _kind_place_stories(_plan(STAY, to=ALERTED)) == [
        ("follow_up", "C1", "stay"),
        ("update", "C1", "stay"),
    ]


def test_another_report_of_an_alerted_event_is_only_an_update() -> None:
    assert _kind_place_stories(_plan(REPORT, to=ALERTED)) == [("update", "C1", "report")]


def test_the_stories_of_one_poll_make_one_update_some_seconds_later() -> None:
    (follow_up, update) = _plan(REPORT, STAY, to=ALERTED)
    assert (follow_up.kind, follow_up.due_at) == (DeliveryKind.FOLLOW_UP, NOON)
    assert (update.kind, update.story_ids) == (DeliveryKind.UPDATE, ("report", "stay"))
    assert timedelta(0) < update.due_at - NOON < timedelta(minutes=1)


def test_an_alert_that_is_queued_with_its_reports_needs_no_update() -> None:
    assert _kind_place_stories(_plan(RULING, REPORT)) == [("alert", "C1", "ruling")]


def test_a_conversation_without_the_alert_gets_one_for_a_report_and_for_a_development() -> None:
    for later in (REPORT, STAY):
        assert _kind_place_stories(_plan(later)) == [("alert", "C1", later.id)]


def test_an_alert_is_updated_even_where_the_story_matches_no_subscription() -> None:
    alerted = frozenset({Thread("ruling", TEAM, place) for place in ("C1", "C2")})
    audience = Audience(
        subscriptions=(subscription("C1"), subscription("C2", words=["steel"])),
        mutes=(event_mute("C1"),),
        alerted=alerted,
    )
    assert _kind_place_stories(_plan(STAY, to=audience)) == [
        ("update", "C1", "stay"),
        ("update", "C2", "stay"),
    ]


def test_a_development_reaches_a_conversation_whose_subscription_matched_the_event_before() -> None:
    steel = story("ruling", title="Court rules on steel")
    alerted = frozenset({Thread("ruling", TEAM, place) for place in ("C1", "C3", "C4")})
    words = ["steel"]
    audience = Audience(
        subscriptions=(
            subscription("C1", words=words),
            subscription("C1", pace=Frequency.DAILY),  # Instant takes precedence.
            subscription("C2", words=words),  # It has no alert.
            subscription("C3", words=words),
            subscription("C4", words=words, paused_until=NOON + minutes(1)),
        ),
        mutes=(event_mute("C3"),),
        alerted=alerted,
    )
    for development, corrections in ((STAY, ()), (REPORT, ("report",))):
        planned = plan_deliveries(
            [development], audience, NOON, corrections=corrections, earlier=[steel]
        )
        assert [(each.kind, each.conversation) for each in planned] == [
            ("follow_up", "C1"),
            ("update", "C1"),
            ("update", "C3"),
            ("update", "C4"),
        ]
        assert planned[0].reason == "tariffs, with steel"
    reported = plan_deliveries([REPORT], audience, NOON, earlier=[steel])
    assert "follow_up" not in {each.kind for each in reported}
    at_once = Audience(subscriptions=audience.subscriptions[:1])
    assert _kind_place_stories(_plan(steel, STAY, to=at_once)) == [
        ("alert", "C1", "ruling"),
        ("follow_up", "C1", "stay"),
    ]


def test_a_conversation_that_did_not_match_the_first_story_gets_an_alert_for_the_next() -> None:
    audience = Audience(subscriptions=(subscription("C1"), subscription("C2", words=["stay"])))
    assert _kind_place_stories(_plan(RULING, STAY, to=audience)) == [
        ("alert", "C1", "ruling"),
        ("follow_up", "C1", "stay"),
        ("alert", "C2", "stay"),
    ]


def test_only_my_lines_gets_the_stories_that_touch_lines_of_its_own_conversation() -> None:
    mine = Criteria(only_my_lines=True)
    audience = Audience(
        subscriptions=tuple(subscription(place, criteria=mine) for place in ("C1", "C2", "C3")),
        touching={(TEAM, "C1"): frozenset({"ruling"}), (TEAM, "C2"): frozenset({"other"})},
    )
    [alert] = _plan(RULING, to=audience)
    assert (alert.conversation, alert.reason) == ("C1", "tariffs, touching your lines")


def test_developments_follow_an_event_that_touched_lines_whatever_goods_they_name() -> None:
    mine = Criteria(only_my_lines=True)
    audience = Audience(
        subscriptions=(subscription(criteria=mine), subscription("C2", criteria=mine)),
        alerted=frozenset({Thread("ruling", TEAM, "C1")}),
        touching={(TEAM, "C1"): frozenset({"ruling"}), (TEAM, "C2"): frozenset({"ruling"})},
    )
    planned = plan_deliveries([STAY], audience, NOON, earlier=[RULING])
    assert _kind_place_stories(planned) == [("follow_up", "C1", "stay"), ("update", "C1", "stay")]
    planned = plan_deliveries([REPORT], audience, NOON, earlier=[RULING])
    assert _kind_place_stories(planned) == [("update", "C1", "report")]


def test_two_matching_subscriptions_of_one_conversation_make_one_message() -> None:
    both = (subscription(), subscription(topics=[Topic.TARIFF]))
    assert len(_plan(RULING, to=Audience(subscriptions=both))) == 1


def test_the_same_story_gives_the_same_delivery_ids() -> None:
    assert [each.id for each in _plan(RULING, STAY)] == [each.id for each in _plan(RULING, STAY)]
    assert len({each.id for each in _plan(RULING, STAY)}) == 2


def test_a_muted_event_sends_nothing_to_its_conversation() -> None:
    audience = Audience(
        subscriptions=(subscription("C1"), subscription("C2")),
        followers=(Thread("ruling", TEAM, "U1"),),
        mutes=(event_mute("C1"), event_mute("U1")),
    )
    assert _kind_place_stories(_plan(RULING, to=audience)) == [("alert", "C2", "ruling")]


def test_a_follower_gets_every_development_of_that_event_only() -> None:
    audience = Audience(followers=(Thread("ruling", TEAM, "U1"),))
    deliveries = _plan(REPORT, STAY, story("other"), to=audience)
    assert _kind_place_stories(deliveries) == [("follow_up", "U1", "stay")]
    assert deliveries[0].for_follower


def test_a_follower_who_also_subscribed_gets_one_message() -> None:
    audience = Audience(
        subscriptions=(subscription("U1"),), followers=(Thread("ruling", TEAM, "U1"),)
    )
    assert _kind_place_stories(_plan(STAY, to=audience)) == [("alert", "U1", "stay")]


def test_daily_stories_are_collected_for_the_next_digest() -> None:
    daily = Audience(subscriptions=(subscription(pace=Frequency.DAILY),))
    deliveries = _plan(RULING, STAY, to=daily)
    assert _kind_place_stories(deliveries) == [("digest", "C1", "ruling stay")]
    assert deliveries[0].due_at == TOMORROW
    assert deliveries[0].id == _plan(story("other"), to=daily)[0].id


def test_a_report_is_in_the_digest_of_a_follower_with_a_daily_subscription() -> None:
    audience = Audience(
        subscriptions=(subscription("U1", pace=Frequency.DAILY),),
        followers=(Thread("ruling", TEAM, "U1"),),
    )
    assert _kind_place_stories(_plan(REPORT, STAY, to=audience)) == [
        ("follow_up", "U1", "stay"),
        ("digest", "U1", "report"),
    ]


def test_an_instant_subscription_takes_precedence_over_a_daily_one() -> None:
    for first, second in (
        (Frequency.DAILY, Frequency.INSTANT),
        (Frequency.INSTANT, Frequency.DAILY),
    ):
        both = (subscription(pace=first), subscription(topics=[Topic.TARIFF], pace=second))
        assert _kind_place_stories(_plan(RULING, to=Audience(subscriptions=both))) == [
            ("alert", "C1", "ruling")
        ]


def test_a_correction_is_sent_into_existing_threads_only() -> None:
    audience = Audience(
        subscriptions=(subscription("C1"), subscription("C2")),
        alerted=frozenset({Thread("ruling", TEAM, "C1")}),
    )
    for corrected in (STAY, REPORT):
        deliveries = _plan(corrected, to=audience, corrections=(corrected.id,))
        assert _kind_place_stories(deliveries) == [
            ("follow_up", "C1", corrected.id),
            ("update", "C1", corrected.id),
        ]


BERLIN = DeliveryRules(ServerTime(8, ZoneInfo("Europe/Berlin")), {"EU": ("FR", "DE")})
"""NOON is 14:00 in Berlin, on a Monday."""


def timed(frequency: Frequency = Frequency.INSTANT, **fields: Any) -> Subscription:
    conversation = fields.pop("conversation", "C1")
    return subscription(conversation, timing=Timing(frequency=frequency, **fields))


def plan_at(now: datetime, *stories: Story, to: Audience) -> tuple[Delivery, ...]:
    return plan_deliveries(stories, to, now, BERLIN)


def bundles(deliveries: tuple[Delivery, ...]) -> list[tuple[BundleKind, str, datetime]]:
    """The kind, the stories and the moment of each bundle; fails if there are other messages."""
    found = [each for each in deliveries if each.kind is not DeliveryKind.UPDATE]
    assert {each.kind for each in found} <= {DeliveryKind.DIGEST}
    return [
        (read_bundle(each.content).kind, " ".join(each.story_ids), each.due_at) for each in found
    ]


def test_stories_of_the_quiet_hours_wait_in_one_bundle_and_breaking_ones_pass() -> None:
    audience = Audience(subscriptions=(timed(quiet_from=13, quiet_to=17),))
    end = NOON + timedelta(hours=3)
    assert bundles(plan_at(NOON, RULING, STAY, REPORT, to=audience)) == [
        (BundleKind.QUIET, "ruling stay report", end)
    ]
    breaking = story("big", state=EventState(severity=Severity.BREAKING))
    assert _kind_place_stories(plan_at(NOON, breaking, to=audience)) == [("alert", "C1", "big")]
    strict = Audience(subscriptions=(timed(quiet_from=13, quiet_to=17, breaking_passes=False),))
    assert bundles(plan_at(NOON, breaking, to=strict)) == [(BundleKind.QUIET, "big", end)]


def test_a_development_of_an_earlier_alert_waits_for_the_end_of_the_quiet_hours() -> None:
    quiet = timed(quiet_from=13, quiet_to=17)
    alerted = frozenset({Thread("ruling", TEAM, "C1")})
    audience = Audience(subscriptions=(quiet,), alerted=alerted)
    planned = plan_at(NOON, STAY, REPORT, to=audience)
    assert bundles(planned) == [(BundleKind.QUIET, "stay", NOON + timedelta(hours=3))]
    assert [each.kind for each in planned] == [DeliveryKind.UPDATE, DeliveryKind.DIGEST]


QUIET = timed(quiet_from=13, quiet_to=17)
"""The quiet time is from 11:00 to 15:00 UTC."""
QUIET_END = NOON + timedelta(hours=3)
HERE = Thread("ruling", TEAM, "C1")


def after_quiet(*subscriptions: Subscription) -> Audience:
    """The audience of an event that came in the quiet time."""
    return Audience(subscriptions=subscriptions or (QUIET,), bundled={HERE: QUIET_END})


def test_a_report_of_an_event_of_the_quiet_time_joins_its_bundle_or_makes_nothing() -> None:
    while_quiet = plan_at(NOON, REPORT, to=after_quiet())
    assert bundles(while_quiet) == [(BundleKind.QUIET, "report", QUIET_END)]
    shorter = timed(quiet_from=13, quiet_to=16)
    assert bundles(plan_at(NOON, REPORT, to=after_quiet(shorter))) == bundles(while_quiet)
    for later in (QUIET_END, QUIET_END + timedelta(minutes=5), QUIET_END + timedelta(hours=21)):
        assert plan_at(later, REPORT, to=after_quiet()) == ()


def test_a_report_joins_the_bundle_of_its_event_even_if_the_quiet_hours_were_shortened() -> None:
    over = timed(quiet_from=13, quiet_to=14)
    assert bundles(plan_at(NOON, REPORT, to=after_quiet(over))) == [
        (BundleKind.QUIET, "report", QUIET_END)
    ]
    without_quiet_hours = subscription()
    for several in ((over, without_quiet_hours), (without_quiet_hours, over)):
        planned = plan_at(NOON, REPORT, to=after_quiet(*several))
        assert _kind_place_stories(planned) == [("alert", "C1", "report")]


def test_a_development_of_an_event_of_the_quiet_time_makes_its_alert_afterwards() -> None:
    assert bundles(plan_at(NOON, STAY, to=after_quiet())) == [(BundleKind.QUIET, "stay", QUIET_END)]
    afterwards = plan_at(QUIET_END, STAY, REPORT, to=after_quiet())
    assert _kind_place_stories(afterwards) == [("alert", "C1", "stay")]
    corrected = plan_deliveries([REPORT], after_quiet(), QUIET_END, BERLIN, corrections=["report"])
    assert _kind_place_stories(corrected) == [("alert", "C1", "report")]


def test_a_development_of_the_quiet_time_needs_to_match_only_through_the_event() -> None:
    steel = story("ruling", title="Court rules on steel")
    wanted = timed(quiet_from=13, quiet_to=17).model_copy(
        update={"criteria": subscription(words=["steel"]).criteria}
    )
    planned = plan_deliveries([STAY], after_quiet(wanted), QUIET_END, BERLIN, earlier=[steel])
    assert _kind_place_stories(planned) == [("alert", "C1", "stay")]
    assert plan_deliveries([REPORT], after_quiet(wanted), QUIET_END, BERLIN, earlier=[steel]) == ()


def test_a_breaking_report_of_an_event_that_waits_is_an_alert_at_once() -> None:
    breaking = REPORT.model_copy(update={"state": EventState(severity=Severity.BREAKING)})
    planned = plan_at(NOON, breaking, to=after_quiet())
    assert _kind_place_stories(planned) == [("alert", "C1", "report")]
    assert plan_at(QUIET_END, breaking, to=after_quiet()) == ()


def test_a_follower_gets_developments_after_the_quiet_time_of_a_subscription() -> None:
    own = timed(quiet_from=13, quiet_to=17, conversation="U1").model_copy(
        update={"criteria": subscription(words=["steel"]).criteria}
    )
    daily = timed(Frequency.DAILY, zone="Asia/Tokyo", quiet_from=20, quiet_to=7, conversation="U2")
    followers = (Thread("ruling", TEAM, "U1"), Thread("ruling", TEAM, "U2"))
    audience = Audience(subscriptions=(own, daily), followers=followers)
    planned = plan_at(NOON, STAY, to=audience)
    assert bundles(planned) == [
        (BundleKind.QUIET, "stay", NOON + timedelta(hours=10)),  # It is 7:00 in Tokyo.
        (BundleKind.QUIET, "stay", QUIET_END),
    ]
    breaking = STAY.model_copy(update={"state": EventState(severity=Severity.BREAKING)})
    at_once = plan_at(NOON, breaking, to=audience)
    assert [(each.kind, each.for_follower) for each in at_once] == [
        (DeliveryKind.FOLLOW_UP, True),
        (DeliveryKind.FOLLOW_UP, True),
    ]


def test_hourly_and_weekly_stories_have_bundles_of_their_own() -> None:
    hourly, weekly = timed(Frequency.HOURLY), timed(Frequency.WEEKLY, weekday=2, conversation="C2")
    planned = plan_at(NOON, RULING, to=Audience(subscriptions=(hourly, weekly)))
    assert bundles(planned) == [
        (BundleKind.HOURLY, "ruling", NOON + timedelta(hours=1)),
        (BundleKind.WEEKLY, "ruling", NOON + timedelta(days=1, hours=18)),
    ]


def test_of_several_reasons_the_earliest_moment_counts() -> None:
    here = (timed(Frequency.WEEKLY), timed(Frequency.DAILY), timed(Frequency.HOURLY))
    [(kind, _, _)] = bundles(plan_at(NOON, RULING, to=Audience(subscriptions=here)))
    assert kind is BundleKind.HOURLY
    follower = (Thread("ruling", TEAM, "C1"),)
    both = Audience(subscriptions=here, followers=follower)
    assert _kind_place_stories(plan_at(NOON, STAY, to=both)) == [("follow_up", "C1", "stay")]


def mute(kind: MuteKind, subject: str = "", hours: float = 24) -> Mute:
    until = NOON + timedelta(hours=hours)
    return Mute(kind=kind, subject=subject, team=TEAM, conversation="C1", until=until)


@pytest.mark.parametrize(
    "given",
    [
        mute(MuteKind.EVENT, "ruling"),
        mute(MuteKind.TOPIC, Topic.TARIFF),
        mute(MuteKind.CONVERSATION),
    ],
)
@pytest.mark.parametrize("frequency", list(Frequency))
def test_what_a_mute_keeps_back_is_offered_at_its_end(given: Mute, frequency: Frequency) -> None:
    here, there = timed(frequency), subscription("C2")
    audience = Audience(subscriptions=(here, there), mutes=(given,))
    planned = plan_at(NOON, RULING, STAY, to=audience)
    assert [each.kind for each in planned if each.conversation == "C2"] == [
        DeliveryKind.ALERT,
        DeliveryKind.FOLLOW_UP,
    ]
    [missed] = [each for each in planned if each.conversation == "C1"]
    assert (missed.due_at, missed.story_ids) == (given.until, ("ruling", "stay"))
    bundle = read_bundle(missed.content)
    assert (bundle.kind, bundle.mute, bundle.subject) == (
        BundleKind.MISSED,
        given.kind,
        given.subject,
    )
    later = plan_at(NOON + timedelta(hours=24), RULING, to=audience)
    [sent] = [each for each in later if each.conversation == "C1"]
    assert not sent.content or read_bundle(sent.content).kind is not BundleKind.MISSED


def test_a_mute_keeps_back_only_what_would_have_been_sent() -> None:
    audience = Audience(
        subscriptions=EVERYONE.subscriptions,
        mutes=(mute(MuteKind.CONVERSATION),),
        alerted=ALERTED.alerted,
    )
    assert _kind_place_stories(plan_at(NOON, REPORT, to=audience)) == [("update", "C1", "report")]
    assert bundles(plan_at(NOON, STAY, to=audience)) == [
        (BundleKind.MISSED, "stay", NOON + timedelta(hours=24))
    ]


def test_a_story_is_kept_back_only_if_all_its_topics_are_muted() -> None:
    both = story("both", topics=(Topic.TARIFF, Topic.NEGOTIATION))
    tariffs, talks = mute(MuteKind.TOPIC, Topic.TARIFF), mute(MuteKind.TOPIC, Topic.NEGOTIATION, 9)
    one = Audience(subscriptions=EVERYONE.subscriptions, mutes=(tariffs,))
    assert _kind_place_stories(plan_at(NOON, both, to=one)) == [("alert", "C1", "both")]
    two = Audience(subscriptions=EVERYONE.subscriptions, mutes=(tariffs, talks))
    assert bundles(plan_at(NOON, both, to=two)) == [(BundleKind.MISSED, "both", tariffs.until)]


def test_a_paused_subscription_sends_nothing_and_a_bloc_reaches_its_members() -> None:
    france = subscription(parties=["FR"])
    on_the_eu = story("eu", parties=("US", "EU"))
    [alert] = plan_at(NOON, on_the_eu, to=Audience(subscriptions=(france,)))
    assert alert.reason == "tariffs, naming FR (EU)"
    paused = france.model_copy(update={"paused_until": NOON + minutes(1)})
    assert plan_at(NOON, on_the_eu, to=Audience(subscriptions=(paused,))) == ()
