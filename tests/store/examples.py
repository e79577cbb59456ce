"""Small example values; the arguments of each builder are the fields that matter to tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.alerts.delivery import Delivery, DeliveryKind, delivery_id
from bot.alerts.digest import Bundle, BundleKind, make_bundle
from bot.alerts.subscriptions.model import Subscription, make_id
from bot.feeds.identity import identify
from bot.feeds.model import Entry, Feed, FeedKind
from bot.news.story import Story
from bot.values import Topic

NOON = datetime(2025, 5, 12, 12, tzinfo=UTC)
TEAM = "T1"


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def feed(feed_id: str = "wire", **fields: Any) -> Feed:
    given = {"id": feed_id, "title": feed_id.title(), "url": f"https://{feed_id}.example/rss"}
    return Feed.model_validate(given | fields)


def entry(name: str, feed_id: str = "wire", **fields: Any) -> Entry:
    """An entry as a parser returns it; `name` determines its guid, link and title."""
    given = {
        "feed_id": feed_id,
        "key": "",
        "guid": f"guid-{name}",
        "link": f"https://{feed_id}.example/{name}",
        "title": f"Tariff story {name}",
        "published": NOON,
    }
    return identify([Entry.model_validate(given | fields)], FeedKind.WIRE)[0]


def story(name: str, **fields: Any) -> Story:
    """A story that starts its own event unless `event_id` is given."""
    given = {
        "id": name,
        "feed_id": "wire",
        "entry_key": f"key-{name}",
        "source": "Wire",
        "kind": FeedKind.WIRE,
        "title": f"Tariff story {name}",
        "published": NOON,
        "seen_at": NOON,
        "topics": (Topic.TARIFF,),
        "event_id": name,
    }
    return Story.model_validate(given | fields)


def subscription(conversation: str = "C1", **fields: Any) -> Subscription:
    """A subscription. `topics`, `parties` (any of them), `words` and `pace` are those of criteria
    and timing."""
    given = {"id": "", "team": TEAM, "conversation": conversation, "created_at": NOON}
    made = Subscription.model_validate(given | fields)
    return made if made.id else made.model_copy(update={"id": make_id(made)})


def delivery(about: str, conversation: str = "C1", **fields: Any) -> Delivery:
    """An alert about the story with this name. A follow-up needs other `kind` and `event_id`."""
    kind = fields.get("kind", DeliveryKind.ALERT)
    given = {
        "id": delivery_id(kind, TEAM, conversation, about),
        "kind": kind,
        "team": TEAM,
        "conversation": conversation,
        "story_ids": (about,),
        "event_id": about,
        "reason": "tariffs",
        "due_at": NOON,
    }
    return Delivery.model_validate(given | fields)


def quiet_bundle(*story_ids: str, conversation: str = "C1") -> Delivery:
    """The stories of a quiet time that ends an hour after NOON."""
    place, due_at = (TEAM, conversation), NOON + minutes(60)
    return make_bundle(Bundle(kind=BundleKind.QUIET), place, story_ids, due_at)
