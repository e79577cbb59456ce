"""Executes the commands about line lists, after checking whose list the person may use.

A person's list is for this person only, and is never shown where others can read. A channel's list
is for the people in the channel; who may change it is a setting.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain, count
from typing import NamedTuple

from bot.alerts.subscriptions.own_lines import count_dependent
from bot.alerts.subscriptions.wanted import ConversationSubscriptions
from bot.commands.lines.grammar import CODE, LinesAct, LinesRequest
from bot.commands.lines.pending import PendingImport, PendingImports
from bot.commands.lines.replies import (
    LinesPage,
    LinesRefusal,
    LinesToImport,
    PendingReview,
    RemovedLines,
    SavedLines,
)
from bot.commands.lines.service import LineListService
from bot.commands.membership import MemberCheck
from bot.commands.permissions import Permissions
from bot.commands.request import CommandRequest, Reply
from bot.errors import LinesRefused, QueryError
from bot.lines.difference import ImportMode
from bot.lines.model import ListOwner
from bot.lines.table import RowFilter, select_lines
from bot.lines.validation import ImportedColumns, ImportedRow

_PUBLIC = "Only you may see your list. Type /tariff my, or write to me in a direct message."
_ELSEWHERE = "A channel's list can be shown and changed only in that channel."
_OPERATORS = "Only operators can change this channel's list."
_OUTSIDE = "You are no longer in this channel, so you cannot see or change its list."
_OF_ANOTHER = "Only the person who sent these lines can save them."
_FORGOTTEN = (
    "This import is no longer open, and nothing was saved. Send the file again, or paste the lines "
    "again with /tariff my upload."
)
_REMOVED_BY = (
    "Nothing was removed: my remove takes a code, an origin or both, such as my remove 8507.60.00 "
    "china. Without them, it removes the whole list."
)
_UNSURE = "I cannot check whether you are still in this channel. Open the form there again."


class _ImportAttempt(NamedTuple):
    """Rows that a person wants to import."""

    owner: ListOwner
    user: str
    rows: tuple[ImportedRow, ...]
    mode: ImportMode
    opened_at: datetime | None
    columns: ImportedColumns | None


class LinesCommands:
    """Shows, imports and removes the list of the person or of the channel."""

    def __init__(
        self,
        lines: LineListService,
        permissions: Permissions,
        members: MemberCheck,
        clock: Callable[[], datetime],
        subscriptions: ConversationSubscriptions,
    ) -> None:
        self.service, self._permissions, self._members = lines, permissions, members
        self._subscriptions = subscriptions
        self._pending = PendingImports(clock)

    async def execute(self, wanted: LinesRequest, request: CommandRequest) -> Reply:
        """The reply to a command about a list."""
        refused = self._refuse(request, wanted.for_channel)
        if refused is None and wanted.act in (LinesAct.UPLOAD, LinesAct.REMOVE):
            refused = self._refuse_change(request, wanted.for_channel)
        if refused is not None:
            return refused
        owner = find_owner(request, wanted.for_channel)
        try:
            match wanted.act:
                case LinesAct.UPLOAD:
                    return LinesToImport(wanted)
                case LinesAct.REMOVE:
                    return await self._remove(owner, wanted, request.user)
                case LinesAct.SHOW | LinesAct.FILE:
                    rows = RowFilter(
                        wanted.origin, wanted.text, wanted.only_changing, wanted.only_changed
                    )
                    table = await self.service.show(owner, rows, wanted.order)
                    return LinesPage(table, wanted, await self._count_dependent(owner))
        except (LinesRefused, QueryError) as error:
            return LinesRefusal(str(error))

    async def _remove(self, owner: ListOwner, wanted: LinesRequest, user: str) -> Reply:
        """Deletes the list or those of its lines that the command names, or asks whether to."""
        is_code = not wanted.text or CODE.fullmatch(wanted.text)
        if not is_code or wanted.only_changed or wanted.only_changing:
            return LinesRefusal(_REMOVED_BY)
        if wanted.has_filter:
            lines = (await self.service.get(owner)).lines
            some = select_lines(lines, wanted.text, wanted.origin)
            if not some:
                return LinesRefusal("The list has no such lines, so nothing was removed.")
            if len(some) < len(lines):
                if wanted.is_confirmed:
                    await self.service.remove_lines(owner, some, user)
                return RemovedLines(len(some), wanted, 0, some, len(lines) - len(some))
        silenced = await self._count_dependent(owner)
        if not wanted.is_confirmed:
            return RemovedLines(await self.service.count(owner), wanted, silenced)
        return RemovedLines(await self.service.remove(owner), wanted, silenced)

    async def propose(
        self,
        rows: Sequence[ImportedRow],
        mode: ImportMode,
        request: CommandRequest,
        *,
        for_channel: bool = False,
        columns: ImportedColumns | None = None,
    ) -> PendingReview | LinesRefusal:
        """What the rows would do to the list. They wait for the person's confirmation."""
        refused = self._refuse_change(request, for_channel)
        owner = find_owner(request, for_channel)
        if refused is None:
            refused = await self._refuse_outsider(owner, request)
        if refused is not None:
            return refused
        new = _ImportAttempt(owner, request.user, tuple(rows), mode, request.opened_at, columns)
        return await self._review(new)

    async def review(
        self, key: str, request: CommandRequest, mode: ImportMode | None = None
    ) -> PendingReview | LinesRefusal:
        """The import again, by the list of now and in another mode."""
        found = await self._find_pending(key, request)
        if isinstance(found, LinesRefusal):
            return found
        return await self._review(_repeat(found, found.rows, mode or found.proposed.mode))

    async def correct(
        self, key: str, corrected: Sequence[ImportedRow], request: CommandRequest
    ) -> PendingReview | LinesRefusal:
        """The import with other rows in place of its wrong ones."""
        found = await self._find_pending(key, request)
        if isinstance(found, LinesRefusal):
            return found
        wrong = [one.row for one in found.proposed.checked.wrong]
        kept = [one for one in found.rows if one.row not in set(wrong)]
        # The corrected rows have the numbers of the wrong ones, and further rows the next numbers.
        numbers = chain(wrong, count(max((one.row for one in found.rows), default=0) + 1))
        new = [one._replace(row=row) for one, row in zip(corrected, numbers, strict=False)]
        rows = tuple(sorted((*kept, *new), key=lambda one: one.row))
        return await self._review(_repeat(found, rows, found.proposed.mode))

    async def save(self, key: str, request: CommandRequest) -> SavedLines | LinesRefusal:
        """Saves the import as it was shown to the person."""
        found = await self._find_pending(key, request)
        if isinstance(found, LinesRefusal):
            return found
        refused = self._refuse_setting(found.owner, found.user)
        if refused is not None:
            return refused
        try:
            await self.service.save_import(found.proposed, found.user)
        except (LinesRefused, QueryError) as error:
            return LinesRefusal(str(error))
        self._pending.drop(key)
        return SavedLines(found.proposed, for_channel=found.owner.place != found.user)

    async def _review(self, new: _ImportAttempt) -> PendingReview | LinesRefusal:
        try:
            proposed = await self.service.propose_import(new.owner, new.rows, new.mode, new.columns)
        except (LinesRefused, QueryError) as error:
            return LinesRefusal(str(error))
        pending = PendingImport(new.owner, new.user, new.rows, proposed, new.opened_at)
        return PendingReview(self._pending.keep(pending), proposed, new.rows)

    async def _count_dependent(self, owner: ListOwner) -> int:
        """The number of subscriptions that send nothing without the list."""
        return count_dependent(await self._subscriptions.of(*owner))

    def _refuse(self, request: CommandRequest, for_channel: bool) -> LinesRefusal | None:
        if for_channel and request.place != request.conversation:
            return LinesRefusal(_ELSEWHERE)
        is_own = not for_channel or request.conversation == request.user
        return LinesRefusal(_PUBLIC) if is_own and request.is_public else None

    def _refuse_change(self, request: CommandRequest, for_channel: bool) -> LinesRefusal | None:
        refused = self._refuse(request, for_channel)
        if refused is not None or not for_channel:
            return refused
        return self._refuse_setting(ListOwner(request.team, request.conversation), request.user)

    def _refuse_setting(self, owner: ListOwner, user: str) -> LinesRefusal | None:
        may = self._permissions.may_add_subscription(user, owner.place, owner.team)
        return None if may else LinesRefusal(_OPERATORS)

    async def _find_pending(
        self, key: str, request: CommandRequest
    ) -> PendingImport | LinesRefusal:
        """The import with this id, or why the person may not continue it.

        It may belong to another person. It is forgotten if it is too old or the bot was restarted.
        The person may have left the conversation since the import began.
        """
        found = self._pending.find(key, request.team, request.user)
        if found is None:
            is_of_another = self._pending.is_of_another(key, request.team, request.user)
            return LinesRefusal(_OF_ANOTHER if is_of_another else _FORGOTTEN)
        place, opened_at = found.owner.place, found.opened_at
        began = replace(request, conversation=place, opened_in="", opened_at=opened_at)
        return await self._refuse_outsider(found.owner, began) or found

    async def _refuse_outsider(
        self, owner: ListOwner, request: CommandRequest
    ) -> LinesRefusal | None:
        outside = await self._members.find_outsider(owner.place, request)
        if outside is None:
            return None
        return LinesRefusal(_OUTSIDE if outside.is_known else _UNSURE)


def _repeat(
    pending: PendingImport, rows: tuple[ImportedRow, ...], mode: ImportMode
) -> _ImportAttempt:
    """The import again, with these rows and in this mode."""
    columns = pending.proposed.columns
    return _ImportAttempt(pending.owner, pending.user, rows, mode, pending.opened_at, columns)


def find_owner(request: CommandRequest, for_channel: bool) -> ListOwner:
    """The owner of the list that the person asks for."""
    return ListOwner(request.team, request.conversation if for_channel else request.user)
