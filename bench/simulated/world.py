"""What happens on the simulated day: feeds with their entries, subscriptions, mutes and failures.

Everything follows from a seed. The day has the end of summer time in Europe.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.alerts.mutes import Mute, MuteKind
from bot.alerts.subscriptions.criteria import Criteria, EconomyFilter
from bot.alerts.subscriptions.model import Subscription
from bot.alerts.subscriptions.timing import Frequency, Timing
from bot.feeds.model import FeedKind
from bot.values import Topic
from tests.chaos.faulty_slack import TEAM

BEGIN = datetime(2025, 10, 25, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
KEEP = 6 * HOUR
"""The age at which rows are pruned. In operation, it is a month at least."""
LISTED = 30
"""Entries in a feed's body."""
_ZONES = str.split(
    "UTC Europe/London Europe/Berlin Europe/Paris Europe/Athens America/New_York America/Chicago "
    "America/Los_Angeles America/St_Johns America/Sao_Paulo Asia/Tokyo Asia/Kolkata Asia/Kathmandu "
    "Asia/Shanghai Asia/Singapore Australia/Sydney Australia/Adelaide Australia/Lord_Howe "
    "Pacific/Auckland Pacific/Chatham Africa/Johannesburg Africa/Cairo"
)
_ECONOMIES = {
    "China": "CN",
    "Japan": "JP",
    "India": "IN",
    "Brazil": "BR",
    "Mexico": "MX",
    "Canada": "CA",
    "Vietnam": "VN",
    "Switzerland": "CH",
    "Turkey": "TR",
    "Norway": "NO",
    "Thailand": "TH",
    "Indonesia": "ID",
    "Australia": "AU",
    "South Africa": "ZA",
    "South Korea": "KR",
    "Taiwan": "TW",
    "Chile": "CL",
    "Peru": "PE",
    "France": "FR",
    "Germany": "DE",
    "the European Union": "EU",
    "Malaysia": "MY",
    "Pakistan": "PK",
}
_GOODS = str.split(
    "steel copper cars furniture lumber semiconductors coffee beef shrimp tires batteries toys "
    "ships cement honey paper textiles footwear garlic magnets bicycles tractors cheese wine"
)
_TRADE = (
    ("US raises tariffs on {goods} from {economy} to {percent}%", "tariff"),
    ("US imposes {percent}% duty on {economy} {goods}", "tariff"),
    ("Trump threatens {percent}% tariff on {goods} from {economy}", "tariff"),
    ("US and {economy} resume trade talks on {goods}", "talks"),
    ("Trade court rules that tariffs on {economy} {goods} are unlawful", "court"),
)
_NOISE = (
    "Museum opens new hall {number} for visitors",
    "Village choir sings concert {number} in the garden",
    "Library {number} restores a famous wooden door",
    "Painter shows {number} quiet landscapes of the river",
)


@dataclass(frozen=True)
class Published:
    """An entry of a feed and the time from which the feed lists it."""

    feed: int
    number: int
    title: str
    at: datetime
    is_trade: bool


@dataclass(frozen=True)
class MuteChange:
    """A mute that begins or, with `lifts`, is lifted at a moment."""

    at: datetime
    mute: Mute
    lifts: bool = False


@dataclass(frozen=True)
class Sizes:
    """How large the day is."""

    feeds: int = 300
    subscriptions: int = 2000
    events: int = 400
    """Trade events, apart from reports of the same event by another feed."""
    noise: int = 1500
    hours: int = 24
    kills: int = 12
    seed: int = 1


class World:
    """The feeds, subscriptions, mutes and failures of one simulated day."""

    def __init__(self, sizes: Sizes) -> None:
        self.sizes, self.end = sizes, BEGIN + sizes.hours * HOUR
        self._random = random.Random(sizes.seed)
        self.entries = sorted(self._list_entries(), key=lambda each: (each.at, each.feed))
        self.entries_of: list[list[Published]] = [[] for _ in range(sizes.feeds)]
        """The entries of each feed, in the order in which it publishes them."""
        for each in self.entries:
            self.entries_of[each.feed].append(each)
        self.subscriptions = tuple(self._list_subscriptions())
        self.refused = frozenset(self._draw_conversations(10))
        """Conversations to which Slack refuses messages between two hours of the day."""
        self.mutes = tuple(self._list_mutes())
        self._down = {
            number: self._random.uniform(0.1, 0.8) * sizes.hours
            for number in self._random.sample(range(sizes.feeds), sizes.feeds // 15)
        }
        self.kills = sorted(self._random.sample(range(5, sizes.hours * 60 * 2 // 5), sizes.kills))
        """The minutes in which the bot is killed; the later ones are for measuring its memory."""

    def is_down(self, feed: int, now: datetime) -> bool:
        """Whether a feed answers no request at that time; it is down for an eighth of the day."""
        begin = self._down.get(feed)
        hour = (now - BEGIN) / HOUR
        return begin is not None and begin <= hour < begin + self.sizes.hours / 8

    def is_refusing(self, now: datetime) -> bool:
        """Whether Slack refuses the messages to the conversations `refused`."""
        begin, end = self.refusal
        return begin <= now < end

    @property
    def refusal(self) -> tuple[datetime, datetime]:
        """The time in which Slack refuses the messages to the conversations `refused`."""
        whole = self.end - BEGIN
        return BEGIN + whole * 0.2, BEGIN + whole * 0.4

    def list_outages(self) -> Sequence[tuple[datetime, datetime, str]]:
        """When Slack answers no call, with the error: empty for HTTP 503."""
        whole = self.end - BEGIN
        return (
            (BEGIN + whole * 0.3, BEGIN + whole * 0.3 + 20 * MINUTE, ""),
            (BEGIN + whole * 0.6, BEGIN + whole * 0.6 + 30 * MINUTE, "token_revoked"),
        )

    def _list_entries(self) -> Iterator[Published]:
        draw, sizes = self._random, self.sizes
        last_minute = sizes.hours * 60 - 60
        numbers = [0] * sizes.feeds

        def make(feed: int, title: str, at: datetime, *, is_trade: bool) -> Published:
            numbers[feed] += 1
            return Published(feed, numbers[feed], title, at, is_trade)

        # The last listed entries are older than the day, so a feed is never first read with news.
        for feed in range(sizes.feeds):
            for number in range(LISTED):
                at = BEGIN - (LISTED - number) * 3 * HOUR
                yield make(feed, _NOISE[number % 4].format(number=number), at, is_trade=False)
        for _ in range(sizes.noise):
            title = draw.choice(_NOISE).format(number=draw.randrange(100_000))
            at = BEGIN + draw.uniform(1, last_minute) * MINUTE
            yield make(draw.randrange(sizes.feeds), title, at, is_trade=False)
        combinations = [(e, g) for e in _ECONOMIES for g in _GOODS]
        for economy, goods in draw.sample(combinations, min(sizes.events, len(combinations))):
            form, _ = draw.choices(_TRADE, (3, 3, 2, 2, 1))[0]
            title = form.format(economy=economy, goods=goods, percent=draw.randrange(5, 95))
            at = BEGIN + draw.uniform(1, last_minute) * MINUTE
            feeds = draw.sample(range(sizes.feeds), draw.choice((1, 1, 1, 2)))
            for place, feed in enumerate(feeds):
                later = place * draw.uniform(1, 40) * MINUTE
                yield make(feed, title, at + later, is_trade=True)

    def _list_subscriptions(self) -> Iterator[Subscription]:
        for number in range(self.sizes.subscriptions):
            # Every twentieth conversation has two subscriptions.
            place = number - 1 if number % 20 == 19 else number
            paused = number % 97 == 5
            yield Subscription(
                id=f"s{number:05}",
                team=TEAM,
                conversation=f"{'U' if place % 10 == 0 else 'C'}{place:05}",
                criteria=self._draw_criteria(),
                timing=self._draw_timing(),
                paused_until=BEGIN + self.sizes.hours * HOUR / 2 if paused else None,
                created_at=BEGIN - HOUR,
            )

    def _draw_criteria(self) -> Criteria:
        draw = self._random
        topics = draw.choice(((), (Topic.TARIFF,), (Topic.NEGOTIATION, Topic.COURT_RULING)))
        codes = draw.sample(sorted(_ECONOMIES.values()), draw.choice((1, 1, 2)))
        match draw.randrange(4):
            case 0:
                economies = tuple(EconomyFilter(first="US", second=code) for code in codes)
            case 1 if draw.random() < 0.2:
                economies = ()
            case _:
                economies = tuple(EconomyFilter(first=code) for code in codes)
        words = (draw.choice(_GOODS),) if draw.random() < 0.1 or not economies else ()
        return Criteria(topics=frozenset(topics), economies=economies, words=words)

    def _draw_timing(self) -> Timing:
        draw = self._random
        frequency = draw.choices(tuple(Frequency), (45, 20, 25, 10))[0]
        has_quiet = frequency in (Frequency.INSTANT, Frequency.HOURLY) and draw.random() < 0.4
        quiet = (draw.randrange(24), draw.randrange(24)) if has_quiet else (None, None)
        return Timing(
            frequency=frequency,
            hour=draw.randrange(24) if frequency in (Frequency.DAILY, Frequency.WEEKLY) else None,
            weekday=draw.choice((5, 6, 6, 0)),
            weekdays_only=draw.random() < 0.1,
            zone=draw.choice(_ZONES),
            quiet_from=quiet[0],
            quiet_to=quiet[1],
            breaking_passes=draw.random() < 0.7,
        )

    def _draw_conversations(self, most: int) -> list[str]:
        """Conversations with one subscription."""
        places: dict[str, int] = {}
        for each in self.subscriptions:
            places[each.conversation] = places.get(each.conversation, 0) + 1
        single = [place for place, count in places.items() if count == 1]
        return self._random.sample(single, min(most, len(single)))

    def _list_mutes(self) -> Iterator[MuteChange]:
        draw, minutes = self._random, self.sizes.hours * 60
        for place in self._draw_conversations(self.sizes.subscriptions // 20):
            if place in self.refused:
                continue
            kind = draw.choice((MuteKind.CONVERSATION, MuteKind.TOPIC))
            begin = BEGIN + draw.randrange(minutes * 2 // 3) * MINUTE
            length = draw.randrange(30, minutes // 3) * MINUTE
            mute = Mute(
                kind=kind,
                subject=Topic.TARIFF if kind is MuteKind.TOPIC else "",
                team=TEAM,
                conversation=place,
                until=begin + length,
            )
            yield MuteChange(begin, mute)
            if draw.random() < 0.5:
                yield MuteChange(begin + draw.randrange(5, 30) * MINUTE, mute, lifts=True)
            else:
                yield MuteChange(begin + length, mute, lifts=True)


def kind_of(feed: int) -> FeedKind:
    """The kind of the publisher of a feed."""
    return (FeedKind.WIRE, FeedKind.PAPER, FeedKind.SPECIALIST, FeedKind.OFFICIAL)[feed % 4]


def host_of(feed: int) -> str:
    """The host of a feed; ten feeds share one."""
    return f"127.0.1.{feed // 10 + 1}"
