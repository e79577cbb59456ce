"""A load of stories for conversations with digests, quiet hours and mutes, and what must arrive.

The bot's own planning decides which message a story is part of. `BundleLoad` only knows in which
stories a mute must keep back, so its expectation does not depend on planning.

Conversation `i` has the timing `_TIMINGS[i // 4 % 5]` and the mutes `_MUTES[i % 4]`:

    none      no mutes
    lifted    the conversation is muted before each story with n % 16 == 4, until n % 16 == 10
    event     the event is muted before each development with n % 8 == 3, and after each with
              n % 8 == 7, when its message may be queued, claimed or sent; until n % 8 == 0
    ending    the conversation is muted before each story with n % 16 == 4, for 10 minutes
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial

import sqlalchemy as sa

from bot.alerts.mutes import Mute, MuteKind
from bot.alerts.planning import DeliveryRules, plan_deliveries
from bot.alerts.subscriptions.timing import Frequency, Timing
from bot.feeds.model import FeedState, PollOutcome, Round
from bot.news.state import Relation
from bot.news.story import Story
from bot.pipeline import IntakeResult
from bot.store import tables
from bot.store.pipeline_store import PipelineStore
from bot.store.store import Store
from bot.values import Frozen
from tests.chaos.faulty_slack import TEAM
from tests.store import examples

BEGIN = datetime(2025, 6, 2, 5, 40, tzinfo=UTC)
"""The simulated time at which a run begins, on a Monday."""
FEED = "wire"
_ENDING = timedelta(minutes=10)
_FOREVER = timedelta(days=10)
_RULES = DeliveryRules()
_TIMINGS = (
    Timing(),
    Timing(quiet_from=6, quiet_to=7),
    Timing(frequency=Frequency.HOURLY),
    Timing(frequency=Frequency.DAILY, hour=7),
    Timing(frequency=Frequency.HOURLY, quiet_from=7, quiet_to=8),
)
_MUTES = ("none", "lifted", "event", "ending")


class FastClock(Frozen):
    """A clock that runs `speed` times as fast as the real one. Processes can share it."""

    began_s: float
    """The real time at which it shows `BEGIN`."""
    speed: float

    @classmethod
    def start(cls, speed: float) -> "FastClock":
        """A clock that shows `BEGIN` now."""
        return cls(began_s=time.time(), speed=speed)

    def now(self) -> datetime:
        """The simulated time."""
        return BEGIN + timedelta(seconds=(time.time() - self.began_s) * self.speed)


@dataclass(frozen=True)
class BundleLoad:
    """`stories` stories for `channels` conversations, one story each `gap` of simulated time."""

    channels: int
    stories: int
    gap: timedelta

    @cached_property
    def conversations(self) -> tuple[str, ...]:
        """The ids of the conversations."""
        return tuple(f"C{number:04d}" for number in range(self.channels))

    def due_at(self, number: int) -> datetime:
        """When the story with this number is published."""
        return BEGIN + number * self.gap

    async def prepare(self, store: Store) -> None:
        """Saves the subscriptions."""
        for place, conversation in enumerate(self.conversations):
            timing = _TIMINGS[place // len(_MUTES) % len(_TIMINGS)]
            await store.subscriptions.add(
                examples.subscription(conversation, timing=timing, created_at=BEGIN)
            )

    async def publish(self, store: Store, number: int, clock: Callable[[], datetime]) -> None:
        """Sets and lifts mutes, then saves the story with this number and plans its messages.

        A process may be killed at any step; the next process repeats all of them.
        """
        await self._change_mutes(store, number, clock)
        now = clock()
        story = make_story(number, now)
        access = PipelineStore(store)
        recent = [make_story(each, now) for each in range(max(number - 1, 0), number)]
        audience = await access.audience({story.event_id})
        planned = plan_deliveries([story], audience, now, _RULES, earlier=recent)
        round_ = Round(
            feed_id=FEED,
            outcome=PollOutcome.READ,
            started_at=now,
            finished_at=now,
            state=FeedState(feed_id=FEED),
        )
        await access.keep(IntakeResult(round=round_, stories=(story,), deliveries=planned))
        if number % 8 == 7:
            await self._for_each("event", lambda place: store.mutes.add(_of_event(place, number)))

    async def _change_mutes(self, store: Store, number: int, clock: Callable[[], datetime]) -> None:
        if number % 16 == 4:
            await self._for_each("lifted", lambda place: store.mutes.add(_of_place(place, BEGIN)))
            seen_at = (await seen_times(store))[number - 1]
            await self._for_each(
                "ending", lambda place: store.mutes.add(_of_place(place, seen_at, _ENDING))
            )
        if number % 16 == 10:
            await self._for_each(
                "lifted", lambda place: store.mutes.remove(_of_place(place, BEGIN), clock())
            )
        if number % 8 == 3:
            await self._for_each("event", lambda place: store.mutes.add(_of_event(place, number)))
        if number % 8 == 0:
            for ended in (number - 5, number - 1) if number else ():
                await self._for_each("event", partial(_lift_event, store, ended, clock))

    async def _for_each(self, mutes: str, act: Callable[[str], Awaitable[object]]) -> None:
        for place, conversation in enumerate(self.conversations):
            if _MUTES[place % len(_MUTES)] == mutes:
                await act(conversation)

    def is_muted(self, conversation: str, number: int, seen: Sequence[datetime]) -> bool | None:
        """Whether a mute must keep the story back; None if that depends on what was sent before.

        `seen` has the times at which the stories were planned.
        """
        match _MUTES[int(conversation[1:]) % len(_MUTES)]:
            case "lifted":
                return 4 <= number % 16 < 10
            case "event":
                return None if number % 8 == 7 else number % 8 == 3
            case "ending":
                starts = range(4, number + 1, 16)
                return any(seen[number] < seen[start - 1] + _ENDING for start in starts)
            case _:
                return False


def make_story(number: int, now: datetime) -> Story:
    """The story with this number, counted from 0. Every fourth one is a development of the one
    before it."""
    is_development = number % 4 == 3
    return examples.story(
        f"story-{number:04d}",
        title=f"Tariff report S{number:04d}",
        event_id=f"story-{number - is_development:04d}",
        relation=Relation.DEVELOPMENT if is_development else Relation.NEW,
        seen_at=now,
        published=now,
    )


async def seen_times(store: Store) -> list[datetime]:
    """When each saved story was planned, by its number."""
    row = tables.stories.c
    return list(await store.database.column(sa.select(row.seen_at).order_by(row.id)))


async def _lift_event(
    store: Store, number: int, clock: Callable[[], datetime], conversation: str
) -> None:
    await store.mutes.remove(_of_event(conversation, number), clock())


def _of_place(conversation: str, begin: datetime, length: timedelta = _FOREVER) -> Mute:
    until = begin + length
    return Mute(kind=MuteKind.CONVERSATION, team=TEAM, conversation=conversation, until=until)


def _of_event(conversation: str, number: int) -> Mute:
    """The mute of the event of a development."""
    return Mute(
        kind=MuteKind.EVENT,
        subject=make_story(number, BEGIN).event_id,
        team=TEAM,
        conversation=conversation,
        until=BEGIN + _FOREVER,
    )
