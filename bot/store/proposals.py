"""Stores proposals, the decisions on them, and the audit entries of all decisions."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from bot.alerts.delivery import DeliveryKind, DeliveryState
from bot.monitoring.overview import Slice
from bot.proposals.approval.amendments import Amendment
from bot.proposals.approval.audit import AuditEntry, Decision, ProposalRecord, State
from bot.proposals.build import renew_proposal
from bot.proposals.inbox import QueuedMessages
from bot.proposals.model import Proposal
from bot.store import tables
from bot.store.engine import AnyRow, Database
from bot.store.outbox import Outbox

A_DECISION_STANDS = timedelta(days=30)
"""If a rate is reported again within this time after the decision, its proposal stays decided."""
MOST_UNSENT = 500
"""Maximum unsent proposals that `queue_messages` looks at, the newest first."""

_table = tables.proposals
_row = tables.proposals.c
_act = tables.rate_acts.c
_sent = tables.deliveries.c


class MessageCopy(NamedTuple):
    """A sent message that shows a proposal: its conversation and Slack's id of the message."""

    conversation: str
    ts: str


class Proposals:
    """The tables of proposals and audit entries. Audit entries are only added."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database, self._outbox = database, outbox

    async def keep(self, proposals: Collection[Proposal], now: datetime) -> None:
        """Saves new proposals; adds new report sources to known proposals."""
        await self._database.write(lambda connection: self.put(connection, proposals, now))

    def put(self, connection: sa.Connection, proposals: Iterable[Proposal], now: datetime) -> None:
        """Does the same as `keep`, within the caller's transaction."""
        for proposal in proposals:
            self._put(connection, self._with_shared_id(connection, proposal), now)

    def _with_shared_id(self, connection: sa.Connection, proposal: Proposal) -> Proposal:
        """The proposal under the id `same_as` if the proposal saved under that id accepts its
        source.

        A document's proposal has in `same_as` the id of the proposal that stories make of the same
        rate, so that both become one proposal.
        """
        if not proposal.same_as:
            return proposal
        query = sa.select(_row.data, _row.decision).where(_row.id == proposal.same_as)
        theirs = connection.execute(query.with_for_update()).one_or_none()
        if theirs is not None and not _record(theirs).accepts_source(proposal):
            return proposal
        return proposal.model_copy(update={"id": proposal.same_as})

    def _put(self, connection: sa.Connection, proposal: Proposal, now: datetime) -> None:
        values = {
            "id": proposal.id,
            "state": State.PENDING,
            "seen_at": proposal.seen_at,
            "posted": False,
            "data": proposal.model_dump_json(),
            "decision": "",
        }
        new = self._database.insert(_table).values(values).on_conflict_do_nothing()
        if connection.execute(new).rowcount:
            return
        query = sa.select(_row.data, _row.decision).where(_row.id == proposal.id).with_for_update()
        known = _record(connection.execute(query).one())
        if known.decision is not None and now - known.decision.at > A_DECISION_STANDS:
            again = renew_proposal(proposal, known.decision.at.date())
            self._put(connection, again, now)
            return
        joined = known.proposal.merge(proposal)
        if joined != known.proposal:
            changed = sa.update(_table).where(_row.id == proposal.id)
            # The messages about the proposal lack the new source, so they must be sent again.
            data = joined.model_dump_json()
            connection.execute(changed.values(data=data, posted=False))

    async def queue_messages(
        self,
        plan_messages: Callable[[Sequence[Proposal], Sequence[Proposal]], QueuedMessages],
        since: datetime,
    ) -> QueuedMessages:
        """Queues the messages that `plan_messages` makes of new or changed proposals; returns them.

        `plan_messages` gets two lists, oldest first. The first contains the pending proposals that
        are new or changed, at most the newest `MOST_UNSENT`. The second contains the proposals with
        a message that are still pending, or whose message is newer than `since`. `plan_messages`
        may be called twice. A queued message stays as it is. A proposal that was sent only to
        another team counts as new for this team.
        """
        unposted = (
            sa.select(_row.data, _row.decision)
            .where(
                _row.state == State.PENDING,
                sa.or_(
                    _row.posted.is_(False),
                    sa.not_(self._has_message()) if self._outbox.team else sa.false(),
                ),
            )
            .order_by(_row.seen_at.desc(), _row.id.desc())
            .limit(MOST_UNSENT)
        )
        taking_room = (
            sa.select(_row.data, _row.decision)
            .where(
                sa.or_(
                    sa.and_(_row.state == State.PENDING, self._has_message()),
                    self._has_message(since),
                )
            )
            .order_by(_row.seen_at, _row.id)
        )
        new = await self._database.rows(unposted)
        if (
            not new
            or plan_messages(_proposals(new), _proposals(await self._database.rows(taking_room)))
            == QueuedMessages()
        ):
            return QueuedMessages()

        def write(connection: sa.Connection) -> QueuedMessages:
            new = _proposals(connection.execute(unposted).all())
            queued = plan_messages(new, _proposals(connection.execute(taking_room).all()))
            if not self._outbox.put(connection, queued.deliveries):
                # The operators' workspace has not installed the app yet.
                return QueuedMessages()
            ids = [proposal.id for proposal in queued.proposals]
            connection.execute(sa.update(_table).where(_row.id.in_(ids)).values(posted=True))
            return queued

        return await self._database.write(write)

    def _has_message(self, since: datetime | None = None) -> sa.ColumnElement[bool]:
        """Whether the outbox's team has a message about the proposal; with `since`, a later one."""
        here = [_sent.event_id == _row.id, _sent.kind == DeliveryKind.PROPOSAL]
        if self._outbox.team is not None:
            here.append(_sent.team == self._outbox.team)
        if since is not None:
            here.append(_sent.due_at > since)
        return sa.exists().where(*here)

    async def unposted(self) -> frozenset[str]:
        """The ids of pending proposals that have no message yet or whose messages lack a source."""
        query = sa.select(_row.id).where(_row.state == State.PENDING, _row.posted.is_(False))
        return frozenset(await self._database.column(query))

    async def get(self, proposal_id: str) -> ProposalRecord | None:
        """The proposal with this id and its decision; None if there is no such proposal."""
        query = sa.select(_row.data, _row.decision).where(_row.id == proposal_id)
        found = await self._database.rows(query)
        return _record(found[0]) if found else None

    async def decide(self, proposal_id: str, decision: Decision, act: AuditEntry) -> bool:
        """Saves a decision and its audit entry; False if the proposal is not pending."""
        return await self._move(proposal_id, State.PENDING, decision, act)

    async def reopen(self, proposal_id: str, state: State, act: AuditEntry) -> bool:
        """Makes a proposal in this `state` pending again; False if it is in another state."""
        return await self._move(proposal_id, state, None, act)

    async def _move(
        self, proposal_id: str, state: State, decision: Decision | None, act: AuditEntry
    ) -> bool:
        to = decision.state if decision else State.PENDING
        data = decision.model_dump_json() if decision else ""
        # This is a compare-and-set: if two operators click at once, only the first finds the state
        # that both saw.
        moved = sa.update(_table).where(_row.id == proposal_id, _row.state == state)
        entry = sa.insert(tables.rate_acts).values(
            proposal_id=proposal_id, at=act.at, data=act.model_dump_json()
        )

        def write(connection: sa.Connection) -> bool:
            if not connection.execute(moved.values(state=to, decision=data)).rowcount:
                return False
            connection.execute(entry)
            return True

        return await self._database.write(write)

    async def every(self, state: State | None = None) -> tuple[ProposalRecord, ...]:
        """All proposals, or those in `state`, in the order in which they were seen."""
        query = sa.select(_row.data, _row.decision).order_by(_row.seen_at, _row.id)
        if state is not None:
            query = query.where(_row.state == state)
        return tuple(_record(row) for row in await self._database.rows(query))

    async def list_part(self, state: State, part: Slice) -> tuple[ProposalRecord, ...]:
        """The newest proposals in this state, without the first ones that `part` skips."""
        query = sa.select(_row.data, _row.decision).where(_row.state == state)
        query = query.order_by(_row.seen_at.desc(), _row.id)
        rows = await self._database.rows(query.limit(part.limit).offset(part.offset))
        return tuple(map(_record, rows))

    async def approved(self) -> tuple[Amendment, ...]:
        """The approved rates, in the order of the decisions."""
        last = sa.select(_act.proposal_id, sa.func.max(_act.seq).label("seq"))
        last_act = last.group_by(_act.proposal_id).subquery()
        query = (
            sa.select(_row.data, _row.decision)
            .join(last_act, last_act.c.proposal_id == _row.id)
            .where(_row.state == State.APPROVED)
            .order_by(last_act.c.seq)
        )
        decided = [_record(row).decision for row in await self._database.rows(query)]
        return tuple(one.amendment for one in decided if one and one.amendment)

    async def record(self, proposal_id: str | None = None) -> tuple[AuditEntry, ...]:
        """The audit entries of one proposal, or of all proposals, oldest first."""
        query = sa.select(_act.data).order_by(_act.seq)
        if proposal_id is not None:
            query = query.where(_act.proposal_id == proposal_id)
        return tuple(map(AuditEntry.model_validate_json, await self._database.column(query)))

    async def copies(self, proposal_id: str) -> tuple[MessageCopy, ...]:
        """The messages that were sent about a proposal."""
        query = sa.select(_sent.conversation, _sent.ts).where(
            _sent.event_id == proposal_id,
            _sent.kind == DeliveryKind.PROPOSAL,
            _sent.state == DeliveryState.SENT,
        )
        return tuple(MessageCopy(*row) for row in await self._database.rows(query))


def _proposals(rows: Sequence[AnyRow]) -> list[Proposal]:
    """The rows as proposals, oldest first."""
    found = [_record(row).proposal for row in rows]
    return sorted(found, key=lambda one: (one.seen_at, one.id))


def _record(row: AnyRow) -> ProposalRecord:
    return ProposalRecord(
        proposal=Proposal.model_validate_json(row.data),
        decision=Decision.model_validate_json(row.decision) if row.decision else None,
    )
