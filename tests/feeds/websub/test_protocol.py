"""The rules of WebSub on made-up values: requests, leases, denials, and the choice of the hub."""

import hmac
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.feeds.parsing.result import Parsed
from bot.feeds.websub.protocol import (
    DAY_S,
    DENIED_WAIT,
    MAX_UNSUBSCRIBES,
    HubSubscription,
    build_request,
    can_be_deleted,
    cancel,
    find_hub,
    is_authentic,
    is_live,
    is_wanted,
    record_consent,
    record_denial,
    record_request,
)

NOW = datetime(2025, 5, 12, 9, 30, tzinfo=UTC)
HUB, TOPIC = "https://hub.example/", "https://wire.example/feed"
WANTED = {"wire": (HUB, TOPIC)}


def subscription(**fields: Any) -> HubSubscription:
    given = {
        "token": "t0ken",
        "feed_id": "wire",
        "hub": HUB,
        "topic": TOPIC,
        "secret": "s3cret",
        "next_at": NOW - timedelta(hours=1),
        "lease_until": NOW + timedelta(hours=5),
        "asks": 2,
        "error": "answered 500",
    }
    return HubSubscription.model_validate(given | fields)


def changed(**fields: Any) -> HubSubscription:
    return subscription().model_copy(update=fields)


def test_a_request_names_callback_topic_lease_and_secret() -> None:
    assert build_request(subscription(), "https://bot.example/websub/t0ken") == {
        "hub.callback": "https://bot.example/websub/t0ken",
        "hub.mode": "subscribe",
        "hub.topic": TOPIC,
        "hub.lease_seconds": "864000",
        "hub.secret": "s3cret",
    }
    assert build_request(subscription(wanted=False), "https://bot.example/websub/t0ken") == {
        "hub.callback": "https://bot.example/websub/t0ken",
        "hub.mode": "unsubscribe",
        "hub.topic": TOPIC,
    }


def test_the_secret_is_not_printed() -> None:
    assert "s3cret" not in repr(subscription())


@pytest.mark.parametrize(
    ("asks", "wait_s"),
    [(0, 5.0), (1, 10.0), (4, 80.0), (14, 81_920.0), (15, DAY_S), (25, DAY_S), (5000, DAY_S)],
)
def test_unconfirmed_requests_wait_twice_as_long_each_time(asks: int, wait_s: float) -> None:
    after = record_request(subscription(asks=asks), NOW, 5.0)
    assert after == changed(asks=asks + 1, next_at=NOW + timedelta(seconds=wait_s))


def test_the_wait_doubles_twenty_times_at_most() -> None:
    after = record_request(subscription(asks=21), NOW, 0.001)
    assert after.next_at == NOW + timedelta(seconds=0.001 * 2**20)


@pytest.mark.parametrize(
    ("lease", "lease_s"),
    [
        ("1000", 1000),
        ("1", 1),
        ("7776000", 90 * DAY_S),
        ("7776001", 90 * DAY_S),
        ("9999999999", 90 * DAY_S),
        ("0", DAY_S),
        ("", DAY_S),
        ("-5", DAY_S),
        ("1.5", DAY_S),
        ("10000000000", DAY_S),
    ],
)
def test_a_lease_is_renewed_after_four_fifths_of_it(lease: str, lease_s: float) -> None:
    assert record_consent(subscription(), NOW, lease) == changed(
        lease_until=NOW + timedelta(seconds=lease_s),
        next_at=NOW + timedelta(seconds=lease_s * 0.8),
        asks=0,
        error="",
    )


@pytest.mark.parametrize("reason", ["", "no room"])
def test_a_denial_ends_the_lease_and_waits_a_week(reason: str) -> None:
    after = record_denial(subscription(), NOW, reason)
    assert after == changed(
        lease_until=None, next_at=NOW + timedelta(days=7), asks=0, error=after.error
    )
    assert after.error.endswith(reason or "denied it")
    assert timedelta(days=7) == DENIED_WAIT


def test_a_cancelled_subscription_is_ended_at_once() -> None:
    assert cancel(subscription(), NOW) == changed(wanted=False, next_at=NOW, asks=0)


@pytest.mark.parametrize(
    ("until", "live"),
    [(None, False), (NOW, False), (NOW + timedelta(seconds=1), True)],
)
def test_a_subscription_is_live_until_its_lease_ends(until: datetime | None, live: bool) -> None:
    assert is_live(subscription(lease_until=until), NOW) is live


@pytest.mark.parametrize(
    ("fields", "wanted", "expected"),
    [
        ({}, WANTED, True),
        ({"wanted": False}, WANTED, False),
        ({"hub": "https://other.example/"}, WANTED, False),
        ({"topic": "https://wire.example/new"}, WANTED, False),
        ({"feed_id": "paper"}, WANTED, False),
        ({}, {}, False),
    ],
)
def test_a_subscription_is_wanted_for_the_hub_and_topic_of_its_feed(
    fields: dict[str, Any], wanted: dict[str, tuple[str, str]], expected: bool
) -> None:
    assert is_wanted(subscription(**fields), wanted) is expected


@pytest.mark.parametrize(
    ("fields", "wanted", "expected"),
    [
        # A wanted subscription is kept, with or without a lease.
        ({"lease_until": None}, WANTED, False),
        ({}, WANTED, False),
        # An unwanted one is deleted when its lease is over or after MAX_UNSUBSCRIBES requests.
        ({"lease_until": None}, {}, True),
        ({}, {}, False),
        ({"asks": MAX_UNSUBSCRIBES}, {}, False),
        ({"wanted": False, "asks": MAX_UNSUBSCRIBES - 1}, {}, False),
        ({"wanted": False, "asks": MAX_UNSUBSCRIBES}, {}, True),
        ({"wanted": False, "asks": MAX_UNSUBSCRIBES + 1}, WANTED, True),
        ({"wanted": False, "lease_until": NOW}, WANTED, True),
    ],
)
def test_a_subscription_is_deleted_when_it_is_over_or_cannot_be_ended(
    fields: dict[str, Any], wanted: dict[str, tuple[str, str]], expected: bool
) -> None:
    assert can_be_deleted(subscription(**fields), wanted, NOW) is expected


@pytest.mark.parametrize(
    ("header", "parsed", "expected"),
    [
        ("", Parsed(hubs=(HUB, "https://second.example/")), (HUB, TOPIC)),
        ("", Parsed(hubs=(HUB,), topic="https://wire.example/self"), (HUB, f"{TOPIC[:-4]}self")),
        ("", Parsed(topic="https://wire.example/self"), ("", "")),
        (f"<{HUB}>; rel=hub", Parsed(hubs=("https://second.example/",)), (HUB, TOPIC)),
        # The first hub counts. Addresses may be relative; other parameters are ignored.
        (f'<{HUB}>; rel="hub", <https://b.example/>; rel="hub"', Parsed(), (HUB, TOPIC)),
        ('</hub>; title="x"; REL="Hub Other"', Parsed(), ("https://wire.example/hub", TOPIC)),
        (
            f'<{HUB}>; rel="hub", </self>; rel="self"',
            Parsed(topic=TOPIC),
            (HUB, "https://wire.example/self"),
        ),
        (f"<{HUB}>; rel = hub", Parsed(), (HUB, TOPIC)),
        # Links are skipped if they have no `rel` or do not lead to a web address.
        (
            f'<https://b.example/>, <mailto:x>; rel="hub", <{HUB}>; rel="hub"',
            Parsed(),
            (HUB, TOPIC),
        ),
        (f"<{HUB}>", Parsed(), ("", "")),
        (f"<{HUB}>; rel=", Parsed(), ("", "")),
        # At most 50 links and 20,000 characters are read.
        ("<https://b.example/>, " * 49 + f"<{HUB}>; rel=hub", Parsed(), (HUB, TOPIC)),
        ("<https://b.example/>, " * 50 + f"<{HUB}>; rel=hub", Parsed(), ("", "")),
        (" " * (20_000 - len(HUB) - 11) + f"<{HUB}>; rel=hub", Parsed(), (HUB, TOPIC)),
        (" " * 20_000 + f"<{HUB}>; rel=hub", Parsed(), ("", "")),
    ],
)
def test_the_hub_is_the_first_that_header_or_feed_name(
    header: str, parsed: Parsed, expected: tuple[str, str]
) -> None:
    assert find_hub(header, parsed, TOPIC) == expected


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_a_signature_is_valid_in_any_case_and_for_its_own_body_only(method: str) -> None:
    digest = hmac.new(b"s3cret", b"body", method).hexdigest()
    assert is_authentic(b"body", f" {method.upper()}={digest.upper()} ", "s3cret")
    assert not is_authentic(b"body", f"{method}={digest[:-1]}", "s3cret")
    assert not is_authentic(b"body", digest, "s3cret")
    assert not is_authentic(b"body", f"md5={digest}", "s3cret")
    assert not is_authentic(b"other", f"{method}={digest}", "s3cret")
    assert not is_authentic(b"body", f"{method}={digest}", "other")
