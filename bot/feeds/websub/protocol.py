"""WebSub as a subscriber has to keep it: what to ask a hub, what to believe of it. Pure.

    a feed names hub and topic -> asked (the hub gets a secret and an address nobody can guess)
        -> the hub asks that address whether it was us -> agreed, for a lease
        -> pushes, each signed with the secret          -> asked again before the lease ends

After the W3C Recommendation (w3.org/TR/websub): discovery in its section 4, subscribing in 5,
distribution in 7.
"""

import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import islice

from bot.feeds.parsing.normalization.links import web_link
from bot.feeds.parsing.result import Parsed
from bot.feeds.websub.model import HubSubscription

LEASE_S = 864_000
"""The lease that is asked for, in seconds; hubs grant what they like."""
DAY_S = 86_400.0
DENIED_WAIT = timedelta(days=7)
"""A hub that said no may have changed its mind by then."""
MOST_GOODBYES = 3
"""How often a hub is asked to end a subscription; its lease ends it in any case."""

_METHODS = ("sha1", "sha256", "sha384", "sha512")
_LONGEST_LEASE_S = 90 * DAY_S
_RENEW_AFTER = 0.8
_MOST_LINKS = 50
_LINK = re.compile(r"<([^<>]{1,2000})>((?:\s*;\s*[\w*-]{1,40}\s*=\s*(?:\"[^\"]*\"|[^\s\",;]*))*)")
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s\",;]*))", re.IGNORECASE)


def discovered(link_header: str, parsed: Parsed, address: str) -> tuple[str, str]:
    """The hub that a feed names and the topic to ask it for; two empty strings without a hub.

    The Link header counts before the feed's own elements, as the recommendation wants. `address`
    is where the feed came from; it is the topic where the feed does not say what it is called.
    """
    links = _links(link_header, address)
    hub = links.get("hub") or next(iter(parsed.hubs), "")
    topic = links.get("self") or parsed.topic or address
    return (hub, topic) if hub else ("", "")


def _links(header: str, base: str) -> dict[str, str]:
    """The first address of each relation in a Link header (RFC 8288)."""
    found: dict[str, str] = {}
    for each in islice(_LINK.finditer(header[:20_000]), _MOST_LINKS):
        address, parameters = each.groups()
        rel = _REL.search(parameters)
        link = web_link(address, base)
        if rel is None or not link:
            continue
        for relation in (rel.group(1) or rel.group(2) or "").lower().split():
            found.setdefault(relation, link)
    return found


def request(subscription: HubSubscription, callback: str) -> dict[str, str]:
    """The form to post to the hub, for the subscription to begin, go on or end."""
    form = {
        "hub.callback": callback,
        "hub.mode": "subscribe" if subscription.wanted else "unsubscribe",
        "hub.topic": subscription.topic,
    }
    if subscription.wanted:
        form |= {"hub.lease_seconds": str(LEASE_S), "hub.secret": subscription.secret}
    return form


def authentic(body: bytes, signature: str, secret: str) -> bool:
    """Whether the body was signed with the secret; compared in constant time.

    `signature` is the X-Hub-Signature header, `method=hex digest`.
    """
    method, _, digest = signature.strip().partition("=")
    if method.lower() not in _METHODS or not re.fullmatch(r"[0-9a-fA-F]{40,128}", digest):
        return False
    expected = hmac.new(secret.encode(), body, method.lower()).hexdigest()
    return hmac.compare_digest(expected, digest.lower())


def asked(subscription: HubSubscription, now: datetime, first_wait_s: float) -> HubSubscription:
    """The subscription when its hub is being asked; with each unanswered ask it waits longer."""
    wait_s = min(first_wait_s * 2.0 ** min(subscription.asks, 20), DAY_S)
    return subscription.model_copy(
        update={"asks": subscription.asks + 1, "next_at": now + timedelta(seconds=wait_s)}
    )


def agreed(subscription: HubSubscription, now: datetime, lease: str) -> HubSubscription:
    """The subscription when its hub has agreed to it; `lease` is what hub.lease_seconds said.

    It is renewed when four fifths of the lease are over. A hub that names no lease, which only
    old ones do, is taken to mean a day.
    """
    known = re.fullmatch(r"\d{1,10}", lease) and int(lease) > 0
    lease_s = min(float(lease), _LONGEST_LEASE_S) if known else DAY_S
    return subscription.model_copy(
        update={
            "lease_until": now + timedelta(seconds=lease_s),
            "next_at": now + timedelta(seconds=lease_s * _RENEW_AFTER),
            "asks": 0,
            "error": "",
        }
    )


def denied(subscription: HubSubscription, now: datetime, reason: str) -> HubSubscription:
    """The subscription when its hub does not or no longer want it."""
    error = f"the hub denied it: {reason}" if reason else "the hub denied it"
    return subscription.model_copy(
        update={"lease_until": None, "next_at": now + DENIED_WAIT, "asks": 0, "error": error}
    )


def ending(subscription: HubSubscription, now: datetime) -> HubSubscription:
    """The subscription when it is wanted no more."""
    return subscription.model_copy(update={"wanted": False, "next_at": now, "asks": 0})


def is_live(subscription: HubSubscription, now: datetime) -> bool:
    """Whether the hub has promised to push now."""
    return subscription.lease_until is not None and subscription.lease_until > now


def is_over(
    subscription: HubSubscription, wanted: Mapping[str, tuple[str, str]], now: datetime
) -> bool:
    """Whether nothing is left to be done about it: neither wanted nor worth a goodbye."""
    if is_wanted(subscription, wanted):
        return False
    return not is_live(subscription, now) or (
        not subscription.wanted and subscription.asks >= MOST_GOODBYES
    )


def is_wanted(subscription: HubSubscription, wanted: Mapping[str, tuple[str, str]]) -> bool:
    """Whether it is what its feed names now; `wanted` holds hub and topic by feed id."""
    named = wanted.get(subscription.feed_id)
    return subscription.wanted and named == (subscription.hub, subscription.topic)
