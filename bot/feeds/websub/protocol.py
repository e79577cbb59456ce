"""The rules of WebSub for a subscriber: what to request from a hub and what to accept.

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
"""The requested lease in seconds; hubs may grant another."""
DAY_S = 86_400.0
DENIED_WAIT = timedelta(days=7)
"""How long to wait after a denial before asking the hub again."""
MAX_UNSUBSCRIBES = 3
"""Maximum requests to end a subscription. Without an answer, it ends with its lease."""

_METHODS = ("sha1", "sha256", "sha384", "sha512")
_MAX_LEASE_S = 90 * DAY_S
_RENEW_AFTER = 0.8
_MAX_LINKS = 50
_LINK = re.compile(r"<([^<>]{1,2000})>((?:\s*;\s*[\w*-]{1,40}\s*=\s*(?:\"[^\"]*\"|[^\s\",;]*))*)")
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s\",;]*))", re.IGNORECASE)


class HubSubscription(Frozen):
    """A subscription at a hub for one feed, requested or agreed."""

    token: str
    """The last part of the address that the hub calls. A secret: it authorizes the caller."""
    feed_id: FeedId
    hub: str
    topic: str
    """The address that the hub uses for the feed."""
    secret: str = Field(repr=False)
    """The hub signs its pushes with it."""
    wanted: bool = True
    """False while it is being ended at the hub."""
    lease_until: AwareDatetime | None = None
    """When the hub stops pushing; None if it has not confirmed, or the subscription has ended."""
    next_at: AwareDatetime
    """The time of the next request to the hub: to subscribe, renew or end."""
    asks: int = 0
    """Requests in a row that the hub did not confirm."""
    error: str = ""


def find_hub(link_header: str, parsed: Parsed, address: str) -> tuple[str, str]:
    """The hub that a feed names and the topic to subscribe to; two empty strings without a hub.

    The Link header takes precedence over the feed's own elements, as the recommendation requires.
    `address` is the address of the feed; it is the topic if the feed names none.
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
    """Whether the body was signed with the secret; compared in constant time.

    `signature` is the X-Hub-Signature header, `method=hex digest`.
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

    It is renewed after four fifths of the lease. Without a lease, as from old hubs, it is a day.
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
    """The subscription marked as no longer wanted."""
    return subscription.model_copy(update={"wanted": False, "next_at": now, "asks": 0})


def is_live(subscription: HubSubscription, now: datetime) -> bool:
    """Whether the hub pushes now."""
    return subscription.lease_until is not None and subscription.lease_until > now


def can_be_deleted(
    subscription: HubSubscription, wanted: Mapping[str, tuple[str, str]], now: datetime
) -> bool:
    """Whether no feed needs it and no request to end it is due at the hub."""
    if is_wanted(subscription, wanted):
        return False
    return not is_live(subscription, now) or (
        not subscription.wanted and subscription.asks >= MAX_UNSUBSCRIBES
    )


def is_wanted(subscription: HubSubscription, wanted: Mapping[str, tuple[str, str]]) -> bool:
    """Whether it is for the hub and topic that its feed names now; `wanted` has them by feed id."""
    named = wanted.get(subscription.feed_id)
    return subscription.wanted and named == (subscription.hub, subscription.topic)
