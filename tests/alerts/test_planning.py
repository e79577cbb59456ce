from datetime import timedelta

from bot.alerts.delivery import Audience, Delivery, DeliveryKind, Thread
from bot.alerts.mutes import Mute, MuteKind
from bot.alerts.planning import plan_deliveries
from bot.alerts.subscriptions.timing import Frequency
from bot.news.state import Relation
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
    assert deliveries[0].reason == "you follow this event"


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
