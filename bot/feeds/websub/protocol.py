"""The rules of WebSub for a subscriber: which requests to send and which calls to accept.

    a feed names hub and topic -> request (the hub gets a secret and an unguessable address)
        -> the hub calls that address to verify the request -> subscribed for a lease
        -> pushes, each signed with the secret              -> renewed before the lease ends

W3C Recommendation, w3.org/TR/websub: discovery in section 4, subscribing in 5, distribution in 7.
"""

import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import islice

from pydantic import AwareDatetime, Field

from bot.feeds.model import FeedId
from bot.feeds.parsing.links import clean_link
from bot.feeds.parsing.result import Parsed
from bot.values import Frozen

LEASE_S = 864_000
"""The lease in seconds that the bot requests. A hub may grant another one."""
DAY_S = 86_400.0
DENIED_WAIT = timedelta(days=7)
"""The wait after a denial before the next request to the hub."""
MAX_UNSUBSCRIBES = 3
"""Maximum requests to end a subscription. If the hub never confirms, its lease expires."""

_METHODS = ("sha1", "sha256", "sha384", "sha512")
_MAX_LEASE_S = 90 * DAY_S
_RENEW_AFTER = 0.8
_MAX_LINKS = 50
_LINK = re.compile(r"<([^<>]{1,2000})>((?:\s*;\s*[\w*-]{1,40}\s*=\s*(?:\"[^\"]*\"|[^\s\",;]*))*)")
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s\",;]*))", re.IGNORECASE)


class HubSubscription(Frozen):
    """A subscription at a hub for one feed, requested or confirmed."""

    token: str
    """The last part of the address that the hub calls; secret, because it authorizes the caller."""
    feed_id: FeedId
    hub: str
    topic: str
    """The address that the hub uses for the feed."""
    secret: str = Field(repr=False)
    """The key with which the hub signs its pushes."""
    wanted: bool = True
    """False while the subscription is being ended at the hub."""
    lease_until: AwareDatetime | None = None
    """When the hub stops pushing; None if it has not confirmed the subscription or denied it."""
    next_at: AwareDatetime
    """The time of the next request to the hub, to subscribe, renew or end the subscription."""
    asks: int = 0
    """The number of requests in a row that the hub has not confirmed."""
    error: str = ""


def find_hub(link_header: str, parsed: Parsed, address: str) -> tuple[str, str]:
    """The hub that a feed names and the topic to subscribe to; two empty strings if it names none.

    The Link header takes precedence over the elements of the feed, as the W3C Recommendation
    requires. If neither names a topic, it is `address`, the address of the feed.
    """
    links = _parse_links(link_header, address)
    hub = links.get("hub") or next(iter(parsed.hubs), "")
    topic = links.get("self") or parsed.topic or address
    return (hub, topic) if hub else ("", "")


def _parse_links(header: str, base: str) -> dict[str, str]:
    """The first address of each relation in a Link header (RFC 8288)."""
    found: dict[str, str] = {}
    for each in islice(_LINK.finditer(header[:20_000]), _MAX_LINKS):
        address, parameters = each.groups()
        rel = _REL.search(parameters)
        link = clean_link(address, base)
        if rel is None or not link:
            continue
        for relation in (rel.group(1) or rel.group(2) or "").lower().split():
            found.setdefault(relation, link)
    return found


def build_request(subscription: HubSubscription, callback: str) -> dict[str, str]:
    """The form to post to the hub to subscribe, renew or end the subscription."""
    form = {
        "hub.callback": callback,
        "hub.mode": "subscribe" if subscription.wanted else "unsubscribe",
        "hub.topic": subscription.topic,
    }
    if subscription.wanted:
        form |= {"hub.lease_seconds": str(LEASE_S), "hub.secret": subscription.secret}
    return form


def is_authentic(body: bytes, signature: str, secret: str) -> bool:
    """Whether the body was signed with the secret. The comparison takes constant time.

    `signature` is the value of the header X-Hub-Signature, in the form `method=hex digest`.
    """
    method, _, digest = signature.strip().partition("=")
    if method.lower() not in _METHODS or not re.fullmatch(r"[0-9a-fA-F]{40,128}", digest):
        return False
    expected = hmac.new(secret.encode(), body, method.lower()).hexdigest()
    return hmac.compare_digest(expected, digest.lower())


def record_request(
    subscription: HubSubscription, now: datetime, first_wait_s: float
) -> HubSubscription:
    """The subscription after a request to the hub; unconfirmed requests back off exponentially."""
    wait_s = min(first_wait_s * 2.0 ** min(subscription.asks, 20), DAY_S)
    return subscription.model_copy(
        update={"asks": subscription.asks + 1, "next_at": now + timedelta(seconds=wait_s)}
    )


def record_consent(subscription: HubSubscription, now: datetime, lease: str) -> HubSubscription:
    """The subscription after the hub has confirmed it; `lease` is hub.lease_seconds.

    It will be renewed after four fifths of the lease. Old hubs give no lease; it then counts as a
    day.
    """
    is_valid = re.fullmatch(r"\d{1,10}", lease) and int(lease) > 0
    lease_s = min(float(lease), _MAX_LEASE_S) if is_valid else DAY_S
    return subscription.model_copy(
        update={
            "lease_until": now + timedelta(seconds=lease_s),
            "next_at": now + timedelta(seconds=lease_s * _RENEW_AFTER),
            "asks": 0,
            "error": "",
        }
    )


def record_denial(subscription: HubSubscription, now: datetime, reason: str) -> HubSubscription:
    """The subscription after the hub has denied or revoked it."""
    error = f"the hub denied it: {reason}" if reason else "the hub denied it"
    return subscription.model_copy(
        update={"lease_until": None, "next_at": now + DENIED_WAIT, "asks": 0, "error": error}
    )


def cancel(subscription: HubSubscription, now: datetime) -> HubSubscription:
    """The subscription, marked as no longer wanted. The request to end it is due at once."""
    return subscription.model_copy(update={"wanted": False, "next_at": now, "asks": 0})


def is_live(subscription: HubSubscription, now: datetime) -> bool:
    """Whether the hub pushes the feed's news now, because the lease has not ended."""
    return subscription.lease_until is not None and subscription.lease_until > now


def can_be_deleted(
    subscription: HubSubscription, wanted: Mapping[str, tuple[str, str]], now: datetime
) -> bool:
    """Whether the subscription is no longer wanted and can be deleted.

    That is so if its lease has ended, or if the hub has not confirmed `MAX_UNSUBSCRIBES` requests
    to end it.
    """
    if is_wanted(subscription, wanted):
        return False
    return not is_live(subscription, now) or (
        not subscription.wanted and subscription.asks >= MAX_UNSUBSCRIBES
    )


def is_wanted(subscription: HubSubscription, wanted: Mapping[str, tuple[str, str]]) -> bool:
    """Whether the subscription has the hub and topic that its feed names now.

    `wanted` maps feed ids to hub and topic.
    """
    named = wanted.get(subscription.feed_id)
    return subscription.wanted and named == (subscription.hub, subscription.topic)
