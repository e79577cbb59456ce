"""Finds the lines of a conversation's list that a message of the bot touches.

    alert, digest       its stories                  | the lines that they are about
    reminder, calendar  its changes of US duties     | the lines whose total changes on these days
    proposal            the ledger with its rate     | the lines whose total changes

The list is that of the conversation to which the message goes, so that no other conversation's list
is ever shown. Results are kept until the list, the ledger or the day changes.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date
from typing import NamedTuple, Protocol

from bot.alerts.delivery import Delivery, DeliveryKind
from bot.alerts.digest import BundleKind, read_bundle
from bot.alerts.reminders.model import Reminder
from bot.alerts.subscriptions.own_lines import ChangeKey, get_change_key
from bot.commands.lines.current_duties import CurrentDuties, DutyBasis
from bot.commands.lines.replies import TouchedLines
from bot.errors import LinesRefused
from bot.lines.duties import LineDuties
from bot.lines.effects import LineEffect, find_changes_on, find_effects
from bot.lines.model import IMPOSER, LineList, ListedLine, ListOwner
from bot.lines.stories import StoryMatcher
from bot.news.story import Story
from bot.parties import WORLD
from bot.proposals.approval.audit import ProposalRecord
from bot.rates.calendar.entries import CalendarEntry
from bot.rates.ledger import Ledger
from bot.rates.model.changes import Upcoming

log = logging.getLogger(__name__)

_MOST_RESULTS = 500
_MOST_LISTS = 8


class ListReader(Protocol):
    """The line lists. Every read names the owner."""

    async def get(self, owner: ListOwner) -> LineList: ...

    async def revision(self, owner: ListOwner) -> int:
        """The revision of the owner's list; 0 if there is none."""


class ProposedRates(Protocol):
    """The proposals of rates."""

    async def get(self, proposal_id: str) -> ProposalRecord | None: ...

    async def preview(self, record: ProposalRecord) -> Ledger | None:
        """The ledger with the proposed rate; None if its terms are not complete, or it was
        decided."""


class _DatedChange(NamedTuple):
    """A change of duties on a day; `partners` are the codes of its economies."""

    on: date
    partners: tuple[str, ...]


class _Place(NamedTuple):
    """What a result is kept under."""

    basis: DutyBasis
    owner: ListOwner
    revision: int
    """The revision of the list."""
    about: Hashable
    """What the message is about."""


class TouchFinder:
    """Finds the lines that messages touch. One search runs at a time, in a thread."""

    def __init__(
        self, lists: ListReader, duties: CurrentDuties, rates: ProposedRates, team: str = ""
    ) -> None:
        """`team` is the workspace of the bot; empty if no proposals are shown there."""
        self._lists, self._duties, self._rates, self.team = lists, duties, rates, team
        self._basis = duties.basis
        self._found: OrderedDict[_Place, TouchedLines] = OrderedDict()
        self._kept: OrderedDict[ListOwner, LineList] = OrderedDict()
        self._matcher: tuple[LineDuties, date, StoryMatcher] | None = None

    async def find(self, delivery: Delivery, stories: Sequence[Story]) -> TouchedLines | None:
        """The lines that a delivery with these stories touches; None if its conversation has no
        list, or the message is about no duties."""
        owner = ListOwner(delivery.team, delivery.conversation)
        match delivery.kind:
            case DeliveryKind.ALERT | DeliveryKind.UPDATE | DeliveryKind.FOLLOW_UP:
                return await self.find_of_stories(owner, stories)
            case DeliveryKind.DIGEST:
                is_offer = read_bundle(delivery.content).kind is BundleKind.MISSED
                return None if is_offer else await self.find_of_stories(owner, stories)
            case DeliveryKind.REMINDER:
                due = Reminder.model_validate_json(delivery.content).due
                return await self.find_of_changes(owner, [each.ahead for each in due])
            case DeliveryKind.PROPOSAL:
                return await self.find_of_proposal(owner, delivery.event_id)
            case _:
                return None

    async def find_of_stories(
        self, owner: ListOwner, stories: Sequence[Story]
    ) -> TouchedLines | None:
        """The owner's lines that one of the stories is about; None without a list."""
        key = tuple((each.id, each.title, each.figures, each.parties) for each in stories)

        def find(lines: LineList, duties: LineDuties, day: date) -> TouchedLines:
            matcher = self._get_matcher(duties, day)
            found = {one.key for each in stories for one in matcher.find(each, lines.lines)}
            touched = tuple(one for one in lines.lines if one.key in found)
            return TouchedLines(len(lines.lines), touched)

        return await self._find(owner, key, find)

    async def list_touching(self, owner: ListOwner, stories: Sequence[Story]) -> frozenset[str]:
        """The ids of those stories that are about a line of the owner; none without a list."""
        revision = await self._lists.revision(owner)
        if not revision:
            return frozenset()
        lines = (await self._read(owner, revision)).lines

        def select(duties: LineDuties, day: date) -> frozenset[str]:
            matcher = self._get_matcher(duties, day)
            return frozenset(one.id for one in stories if _touches(matcher, one, lines))

        try:
            return await self._duties.use(select)
        except LinesRefused:
            return frozenset()

    async def list_touching_changes(
        self, owner: ListOwner, changes: Sequence[Upcoming]
    ) -> frozenset[ChangeKey]:
        """Those of the changes that `find_of_changes` finds lines for."""
        found: set[ChangeKey] = set()
        for one in changes:
            touched = await self.find_of_changes(owner, [one])
            if touched is not None and touched.touched:
                found.add(get_change_key(one))
        return frozenset(found)

    async def find_of_changes(
        self, owner: ListOwner, changes: Iterable[CalendarEntry | Upcoming]
    ) -> TouchedLines | None:
        """The owner's lines whose total changes on the days of these changes, for goods of their
        economies; None without a list."""
        own = set(self._duties.basis.ledger.list_codes(IMPOSER))
        key = tuple(_DatedChange(one.on, one.partners) for one in changes if one.imposer in own)

        def find(lines: LineList, duties: LineDuties, _: date) -> TouchedLines:
            return _make_reply(lines, _find_dated(lines.lines, duties, key))

        return await self._find(owner, key, find) if key else None

    async def find_of_proposal(self, owner: ListOwner, proposal_id: str) -> TouchedLines | None:
        """The owner's lines whose total a pending proposal would change; None without a list, and
        if the terms of the proposal are not complete."""
        revision = await self._lists.revision(owner)
        record = await self._rates.get(proposal_id) if revision else None
        if record is None or record.decision is not None:
            return None
        about = (proposal_id, record.proposal.terms)
        place = _Place(self._duties.basis, owner, revision, about)
        known = self._look_up(place)
        if known is not None:
            return known
        after = await self._rates.preview(record)
        if after is None:
            return None

        def find(lines: LineList, duties: LineDuties, day: date) -> TouchedLines:
            effects = find_effects(lines.lines, duties, LineDuties(after, duties), day)
            return _make_reply(lines, effects)

        return await self._compute(place, find)

    async def _find(
        self,
        owner: ListOwner,
        about: Hashable,
        work: Callable[[LineList, LineDuties, date], TouchedLines],
    ) -> TouchedLines | None:
        revision = await self._lists.revision(owner)
        if not revision:
            return None
        place = _Place(self._duties.basis, owner, revision, about)
        return self._look_up(place) or await self._compute(place, work)

    def _look_up(self, place: _Place) -> TouchedLines | None:
        """The result if it is known for the current ledger and day."""
        if self._basis != place.basis:
            self._basis = place.basis
            self._found.clear()
        if place in self._found:
            self._found.move_to_end(place)
        return self._found.get(place)

    async def _compute(
        self, place: _Place, work: Callable[[LineList, LineDuties, date], TouchedLines]
    ) -> TouchedLines | None:
        """The result, which is kept; None if the ledger has no tariff schedule."""
        lines = await self._read(place.owner, place.revision)
        try:
            found = await self._duties.use(lambda duties, day: work(lines, duties, day))
        except LinesRefused:
            return None
        if place.basis == self._basis and lines.revision == place.revision:
            self._found[place] = found
            if len(self._found) > _MOST_RESULTS:
                self._found.popitem(last=False)
        return found

    def _get_matcher(self, duties: LineDuties, day: date) -> StoryMatcher:
        """The matcher for the duties and the day. Making one takes some milliseconds."""
        if self._matcher is None or self._matcher[0] is not duties or self._matcher[1] != day:
            self._matcher = (duties, day, StoryMatcher(duties, day))
        return self._matcher[2]

    async def _read(self, owner: ListOwner, revision: int) -> LineList:
        """The list. Results share the lines of one list, so that they need little memory."""
        kept = self._kept.get(owner)
        if kept is None or kept.revision != revision:
            kept = self._kept[owner] = await self._lists.get(owner)
            if len(self._kept) > _MOST_LISTS:
                self._kept.popitem(last=False)
        return kept


def _touches(matcher: StoryMatcher, story: Story, lines: Sequence[ListedLine]) -> bool:
    try:
        return bool(matcher.find(story, lines))
    except Exception:
        # A bug that one story triggers must not keep back the other stories of a poll.
        log.exception("the lines that story %s is about were not found", story.id)
        return False


def _find_dated(
    lines: Sequence[ListedLine], duties: LineDuties, changes: Sequence[_DatedChange]
) -> tuple[LineEffect, ...]:
    """The lines whose total changes on the days of the changes, by day."""
    parties = duties.ledger.parties
    origins: dict[date, set[str]] = {}
    for one in changes:
        named = origins.setdefault(one.on, set())
        named.update(one.partners)
        for code in one.partners:
            named.update(parties.get(code).members if code in parties else ())
    found: list[LineEffect] = []
    for day, named in sorted(origins.items()):
        concerned = [
            line
            for line in lines
            if (line.origin in named or WORLD in named) and day in duties.list_change_days(line.key)
        ]
        found += find_changes_on(concerned, duties, day)
    return tuple(found)


def _make_reply(lines: LineList, effects: Sequence[LineEffect]) -> TouchedLines:
    touched = tuple(dict.fromkeys(one.line for one in effects))
    return TouchedLines(len(lines.lines), touched, tuple(effects))
