"""Compares what was sent on a simulated day with what each conversation must get."""

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from bench.simulated.entries import find_wrong_entries
from bench.simulated.expected import Blocs, BundleKey, Expectation, expect
from bench.simulated.press import Request
from bench.simulated.world import KEEP, MuteChange, World
from bot.alerts.delivery import DeliveryKind, DeliveryState
from bot.alerts.digest import read_bundle
from bot.alerts.subscriptions.model import Subscription
from bot.news.story import Story
from bot.store import tables
from tests.chaos.faulty_slack import Posted

_UNSENT = "('queued', 'reserved', 'sending', 'held')"
_OLD = f"""
WITH kept AS (
    SELECT stories.event_id FROM deliveries, json_each(deliveries.story_ids)
    JOIN stories ON stories.id = json_each.value WHERE state IN {_UNSENT}
    UNION SELECT event_id FROM deliveries WHERE state IN {_UNSENT}
    UNION SELECT event_id FROM stories WHERE seen_at >= :cutoff
)
SELECT 'stories', event_id IN kept, count(*) FROM stories WHERE seen_at < :cutoff GROUP BY 2
UNION ALL
SELECT 'deliveries', event_id IN kept, count(*) FROM deliveries
WHERE event_id != '' AND due_at < :cutoff GROUP BY 2
UNION ALL
SELECT 'deliveries', 0, count(*) FROM deliveries
WHERE kind = 'digest' AND state NOT IN {_UNSENT} AND coalesce(sent_at, due_at) < :cutoff
UNION ALL
SELECT 'deliveries', 1, count(*) FROM deliveries WHERE kind = 'digest' AND state IN {_UNSENT}
"""  # noqa: S608 - no value from outside
"""The rows older than a moment: whether they are needed, because their event goes on or an unsent
message contains it, and how many they are. Unsent digests count as needed."""
_COUNTS = {
    table.name: sa.select(sa.func.count()).select_from(table)
    for table in tables.metadata.sorted_tables
}


_FINDS_OUT = timedelta(minutes=75)
"""A conversation that refused messages is tried at least once an hour."""


@dataclass(frozen=True)
class SavedDelivery:
    """A row of the deliveries table, as it was last seen."""

    id: str
    kind: str
    conversation: str
    story_ids: tuple[str, ...]
    state: str
    content: str
    sent_at: datetime | None


@dataclass
class Archive:
    """The stories and deliveries of the whole day, also those that were pruned."""

    stories: dict[str, Story] = field(default_factory=dict)
    deliveries: dict[str, SavedDelivery] = field(default_factory=dict)
    unsent: dict[str, int] = field(default_factory=dict)
    """The unsent deliveries by state, at the last reading."""

    def read(self, file: Path, cutoff: datetime) -> dict[str, int]:
        """Adds what the database has now; returns the number of rows of each table.

        With `needed` behind the name of a table: rows older than `cutoff` whose event goes on or is
        in an unsent message; with `old`: those that are not needed any more.
        """
        connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        try:
            for story_id, data in connection.execute("SELECT id, data FROM stories ORDER BY rowid"):
                if story_id not in self.stories:
                    self.stories[story_id] = Story.model_validate_json(data)
            saved_rows = (
                "SELECT id, kind, conversation, story_ids, state, content, sent_at FROM deliveries "
                "WHERE kind != 'update' ORDER BY seq"
            )
            for row in connection.execute(saved_rows):
                name, kind, place, story_ids, state, content, sent = row
                ids = tuple(json.loads(story_ids))
                sent_at = datetime.fromisoformat(sent).replace(tzinfo=UTC) if sent else None
                saved = SavedDelivery(name, kind, place, ids, state, content, sent_at)
                self.deliveries[saved.id] = saved
            unsent = f"SELECT state, count(*) FROM deliveries WHERE state IN {_UNSENT} GROUP BY 1"  # noqa: S608
            self.unsent = dict(connection.execute(unsent))
            counts: Counter[str] = Counter()
            for name, query in _COUNTS.items():
                counts[name] = connection.execute(str(query)).fetchone()[0]
            # As SQLAlchemy writes it.
            moment = cutoff.replace(tzinfo=None).isoformat(" ", "microseconds")
            for table, is_needed, number in connection.execute(_OLD, {"cutoff": moment}):
                counts[f"{table} {'needed' if is_needed else 'old'}"] += number
            return counts
        finally:
            connection.close()


@dataclass(frozen=True)
class Arrived:
    """When a message arrived: in simulated time, with its parts in the order of arrival."""

    first_at: datetime
    parts: tuple[str, ...]


def collect_arrived(
    posted: Sequence[Posted], times: Sequence[tuple[float, datetime]]
) -> dict[str, Arrived]:
    """The messages by delivery. `times` has the real and the simulated beginning of each tick."""
    parts: dict[str, list[str]] = defaultdict(list)
    first: dict[str, datetime] = {}
    place = 0
    for each in posted:
        while place + 1 < len(times) and times[place + 1][0] <= each.at_s:
            place += 1
        delivery = each.delivery_id.partition("/")[0]
        parts[delivery].append(each.delivery_id)
        first.setdefault(delivery, times[place][1])
    return {name: Arrived(first[name], tuple(found)) for name, found in parts.items()}


class DayResult(Counter[str]):
    """The counts of a comparison, by their names, with examples of what is unexpected."""

    def __init__(self, *names: str) -> None:
        super().__init__(dict.fromkeys(names, 0))
        self.examples: list[str] = []

    def add(self, name: str, count: int, *example: object) -> None:
        """Adds to a count, and notes the example if the count is not 0."""
        self[name] += count
        if count:
            self.examples.append(" ".join(map(str, (name, count, *example))))


FAULTS = (
    "messages about a story missing",
    "messages about a story that does not match",
    "digests missing",
    "digests doubled",
    "digests with other stories",
    "digests before their moment",
    "stories lost in a digest",
    "messages repeated",
    "parts of a digest missing or out of order",
    "received entries without a story",
    "entries with two stories",
    "stories without a trade entry",
)
"""The counts that must be 0."""
_NOT_RECEIVED = "entries that the bot never received"


def compare(
    world: World,
    archive: Archive,
    arrived: Mapping[str, Arrived],
    blocs: Blocs,
    requests: Sequence[Sequence[Request]],
) -> DayResult:
    """Compares the stories with the entries, and the messages of all conversations with the
    expectation. `requests` has those for each feed."""
    result = DayResult(*FAULTS, _NOT_RECEIVED)
    subscriptions: dict[str, list[Subscription]] = defaultdict(list)
    for each in world.subscriptions:
        subscriptions[each.conversation].append(each)
    mutes: dict[str, list[MuteChange]] = defaultdict(list)
    for change in world.mutes:
        mutes[change.mute.conversation].append(change)
    rows: dict[str, list[SavedDelivery]] = defaultdict(list)
    for row in archive.deliveries.values():
        rows[row.conversation].append(row)
    stories = list(archive.stories.values())
    _check_entries(result, world, stories, requests)
    while_refused = _list_while_refused(world, stories)
    for place, held in subscriptions.items():
        _check_posts(result, rows[place], arrived)
        wanted = expect(held, stories, mutes[place], blocs, KEEP)
        if place in world.refused:
            # What comes while Slack refuses messages is not sent, because the subscription rests.
            wanted.leave_out(while_refused)
            result["messages to conversations that refused them"] += len(rows[place])
        _check_messages(result, rows[place], wanted)
        _check_bundles(result, rows[place], wanted, arrived, world.end)
    return result


def _list_while_refused(world: World, stories: Sequence[Story]) -> frozenset[str]:
    """The stories of each event with a story in the time in which Slack refuses messages, or before
    the last moment at which the bot finds out that it does not any more."""
    begin, end = world.refusal
    events = {each.event_id for each in stories if begin <= each.seen_at < end + _FINDS_OUT}
    return frozenset(each.id for each in stories if each.event_id in events)


def _check_entries(
    result: DayResult,
    world: World,
    stories: Sequence[Story],
    requests: Sequence[Sequence[Request]],
) -> None:
    for wrong in find_wrong_entries(world, stories, requests):
        if wrong.stories:
            name = "entries with two stories"
        else:
            name = "received entries without a story" if wrong.is_received else _NOT_RECEIVED
        result.add(name, 1, wrong)
    titles = {(f"press{each.feed}", each.title) for each in world.entries if each.is_trade}
    for story in stories:
        is_known = (story.feed_id, story.title) in titles
        result.add("stories without a trade entry", not is_known, story.feed_id, story.title)


def _check_posts(
    result: DayResult, rows: Sequence[SavedDelivery], arrived: Mapping[str, Arrived]
) -> None:
    """Each sent delivery arrived once, with its parts in order."""
    for row in rows:
        came = arrived.get(row.id)
        if row.state != DeliveryState.SENT:
            result["messages repeated"] += came is not None
            continue
        result["messages"] += 1
        if came is None:
            result["messages about a story missing"] += 1
            continue
        result["messages repeated"] += len(came.parts) - len(set(came.parts))
        numbers = range(2, len(set(came.parts)) + 1)
        whole = (row.id, *(f"{row.id}/{number}" for number in numbers))
        result["further messages of digests"] += len(whole) - 1
        result["parts of a digest missing or out of order"] += (
            tuple(dict.fromkeys(came.parts)) != whole
        )


def _check_messages(result: DayResult, rows: Sequence[SavedDelivery], wanted: Expectation) -> None:
    direct = [row for row in rows if row.kind in (DeliveryKind.ALERT, DeliveryKind.FOLLOW_UP)]
    found = {row.story_ids[0] for row in direct if row.state == DeliveryState.SENT}
    result["alerts and developments"] += len(found)
    again = found & wanted.optional
    result["messages that may come and need not"] += len(again)
    place = rows[0].conversation if rows else ""
    missing, wrong = wanted.messages - found, found - wanted.messages - again
    result.add("messages about a story missing", len(missing), place, missing)
    result.add("messages about a story that does not match", len(wrong), place, wrong)


def _check_bundles(
    result: DayResult,
    rows: Sequence[SavedDelivery],
    wanted: Expectation,
    arrived: Mapping[str, Arrived],
    end: datetime,
) -> None:
    """Each bundle comes once, at its moment or later, with exactly its stories."""
    left = [row for row in rows if row.kind == DeliveryKind.DIGEST]
    for key, stories in wanted.bundles.items():
        mine = [
            row
            for row in left
            if read_bundle(row.content).kind == key.kind and stories & set(row.story_ids)
        ]
        if not mine:
            result.add("digests missing", 1, key, stories)
            continue
        first, *others = mine
        left = [row for row in left if row not in mine]
        result.add("digests doubled", len(others), key, mine)
        differs = set(first.story_ids) - wanted.optional != stories
        result.add("digests with other stories", differs, key, stories, first)
        result["stories lost in a digest"] += len(stories - set(first.story_ids))
        _check_moment(result, key, first, arrived, end)
    for row in left:
        result.add("digests doubled", not set(row.story_ids) <= wanted.optional, row)


def _check_moment(
    result: DayResult,
    key: BundleKey,
    row: SavedDelivery,
    arrived: Mapping[str, Arrived],
    end: datetime,
) -> None:
    came = arrived.get(row.id)
    if came is None:
        result["digests whose moment is after the day"] += key.moment > end
        result["digests missing"] += key.moment <= end
        return
    result["offers after a mute" if key.kind == "missed" else "digests, and after quiet hours"] += 1
    result["digests before their moment"] += came.first_at < key.moment
    late_min = round((came.first_at - key.moment).total_seconds() / 60)
    result["latest digest, minutes"] = max(result["latest digest, minutes"], late_min)
