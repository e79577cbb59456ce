"""Commands about line lists: pages, imports that wait, and what others see."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.commands.lines.commands import LinesCommands
from bot.commands.lines.grammar import LinesAct, LinesRequest
from bot.commands.lines.pending import KEPT
from bot.commands.lines.replies import (
    LinesPage,
    LinesRefusal,
    PendingReview,
    RemovedLines,
    SavedLines,
)
from bot.commands.lines.service import LineListService
from bot.commands.membership import MemberCheck
from bot.commands.permissions import SubscriptionPolicy
from bot.commands.request import CommandRequest
from bot.commands.service import CommandService
from bot.lines.difference import ImportMode
from bot.lines.model import ListOwner
from bot.lines.validation import ImportedRow
from tests.commands.conftest import Commands, address, commands, server, store
from tests.commands.guarded import governed
from tests.lines.made import LINES, ledger, schedule

__all__ = ["address", "commands", "server", "store"]

ROWS = (ImportedRow(1, "8507.60.00", "China", "cells"), ImportedRow(2, "7208.39.99", "China"))
RIGHT = (ImportedRow(1, "7208.39.00", "China", "steel"),)
PERSON = CommandRequest("", "T1", "C1", "U1")
OTHERS = (
    CommandRequest("", "T1", "C1", "U2"),
    CommandRequest("", "T2", "C1", "U1"),
)


async def propose(service: CommandService, *, for_channel: bool = False) -> PendingReview:
    found = await service.lines.propose(ROWS, ImportMode.ADD, PERSON, for_channel=for_channel)
    assert isinstance(found, PendingReview)
    return found


async def test_wrong_rows_are_corrected_before_the_list_is_saved(commands: Commands) -> None:
    lines = commands.service.lines
    proposed = await propose(commands.service)
    assert [one.row for one in proposed.proposed.checked.wrong] == [2]
    corrected = await lines.correct(proposed.key, RIGHT, PERSON)
    assert isinstance(corrected, PendingReview)
    assert not corrected.proposed.checked.wrong
    saved = await lines.save(corrected.key, PERSON)
    assert isinstance(saved, SavedLines)
    kept = await commands.store.lines.get(ListOwner("T1", "U1"))
    assert [one.label for one in kept.lines] == ["cells", "steel"]
    assert isinstance(await lines.save(corrected.key, PERSON), LinesRefusal)


async def test_corrected_rows_have_the_numbers_of_the_wrong_ones(commands: Commands) -> None:
    rows = tuple(
        ImportedRow(row, code, "China") for row, code in ((4, "1"), (7, "8507.60.00"), (9, "2"))
    )
    found = await commands.service.lines.propose(rows, ImportMode.ADD, PERSON)
    assert isinstance(found, PendingReview)
    fixed = ImportedRow(1, "7208.39.00", "China")
    typed = (fixed, *(ImportedRow(row, str(row), "China") for row in (2, 3)))
    corrected = await commands.service.lines.correct(found.key, typed, PERSON)
    assert isinstance(corrected, PendingReview)
    assert [(one.row, one.code) for one in corrected.rows] == [
        *((4, "7208.39.00"), (7, "8507.60.00"), (9, "2"), (10, "3"))
    ]
    lines = corrected.proposed.checked.lines
    assert [one.code for one in lines] == ["72083900", "85076000"]


async def test_an_import_is_reviewed_again_in_another_mode(commands: Commands) -> None:
    lines = commands.service.lines
    await lines.save((await propose(commands.service)).key, PERSON)
    added = await lines.propose(RIGHT, ImportMode.ADD, PERSON)
    assert isinstance(added, PendingReview)
    replaced = await lines.review(added.key, PERSON, ImportMode.REPLACE)
    again = await lines.review(added.key, PERSON, ImportMode.ADD)
    assert isinstance(replaced, PendingReview)
    assert isinstance(again, PendingReview)
    assert len(replaced.proposed.difference.removed) == 1
    assert again.proposed == added.proposed
    assert isinstance(await lines.save(again.key, PERSON), SavedLines)
    assert await commands.store.lines.count(ListOwner("T1", "U1")) == 2


async def test_an_import_is_saved_as_it_was_shown(commands: Commands) -> None:
    current, clock = ledger(), commands.service.clock
    lines = LinesCommands(
        LineListService(commands.store.lines, lambda: current, clock),
        commands.service.permissions,
        MemberCheck(commands.people, clock),
        clock,
        commands.store.subscriptions,
    )
    rows = tuple(ImportedRow(2, one.code, "CN") for one in LINES)
    proposed = await lines.propose(rows, ImportMode.REPLACE, PERSON)
    assert isinstance(proposed, PendingReview)
    current = ledger(of=schedule(LINES[1:]))
    saved = await lines.save(proposed.key, PERSON)
    assert isinstance(saved, SavedLines)
    assert saved.proposed == proposed.proposed
    assert await commands.store.lines.count(ListOwner("T1", "U1")) == len(LINES)


async def test_only_the_person_who_proposed_an_import_sees_and_saves_it(
    commands: Commands,
) -> None:
    lines = commands.service.lines
    proposed = await propose(commands.service)
    for other in OTHERS:
        refused = await lines.review(proposed.key, other)
        assert isinstance(refused, LinesRefusal)
        assert "Only the person" in refused.cause
        assert isinstance(await lines.correct(proposed.key, RIGHT, other), LinesRefusal)
        assert isinstance(await lines.save(proposed.key, other), LinesRefusal)
        assert not (await commands.store.lines.get(ListOwner(other.team, other.user))).lines
    assert isinstance(await lines.save(proposed.key, PERSON), SavedLines)


async def test_an_import_is_not_saved_over_another_one(commands: Commands) -> None:
    lines = commands.service.lines
    first, second = await propose(commands.service), await propose(commands.service)
    assert isinstance(await lines.save(first.key, PERSON), SavedLines)
    refused = await lines.save(second.key, PERSON)
    assert isinstance(refused, LinesRefusal)
    assert "changed in the meantime" in refused.cause


async def test_an_import_for_a_removed_list_is_not_saved_over_a_new_one(
    commands: Commands,
) -> None:
    lines = commands.service.lines
    await lines.save((await propose(commands.service)).key, PERSON)
    old = await lines.propose(RIGHT, ImportMode.REPLACE, PERSON)
    assert isinstance(old, PendingReview)
    await lines.service.remove(ListOwner("T1", "U1"))
    await lines.save((await propose(commands.service)).key, PERSON)
    assert isinstance(await lines.save(old.key, PERSON), LinesRefusal)
    kept = await commands.store.lines.get(ListOwner("T1", "U1"))
    assert [one.label for one in kept.lines] == ["cells"]


async def test_after_a_restart_an_import_says_what_to_do(commands: Commands) -> None:
    proposed, old = await propose(commands.service), commands.service
    again = CommandService(old.stores, old.answers, old.decisions, old.permissions, old.clock)
    for refused in (
        await again.lines.review(proposed.key, PERSON),
        await again.lines.correct(proposed.key, RIGHT, PERSON),
        await again.lines.save(proposed.key, PERSON),
    ):
        assert isinstance(refused, LinesRefusal)
        assert "nothing was saved" in refused.cause
        assert "/tariff my upload" in refused.cause


async def test_an_import_waits_for_an_hour(commands: Commands) -> None:
    now = commands.service.clock()
    old = commands.service
    service = CommandService(old.stores, old.answers, old.decisions, old.permissions, lambda: now)
    proposed = await propose(service)
    now += KEPT + timedelta(seconds=1)
    assert isinstance(await service.lines.save(proposed.key, PERSON), LinesRefusal)


@pytest.mark.parametrize("policy", list(SubscriptionPolicy))
async def test_the_setting_decides_who_saves_the_list_of_a_channel(
    commands: Commands, policy: SubscriptionPolicy
) -> None:
    service = governed(commands, policy)
    found = await service.lines.propose(ROWS, ImportMode.ADD, PERSON, for_channel=True)
    may = policy is not SubscriptionPolicy.OPERATORS
    assert isinstance(found, PendingReview) is may
    if isinstance(found, PendingReview):
        await service.lines.save(found.key, PERSON)
    kept = await commands.store.lines.get(ListOwner("T1", "C1"))
    assert bool(kept.lines) is may
    assert not (await commands.store.lines.get(ListOwner("T1", "U1"))).lines


async def test_who_left_a_channel_no_longer_sees_or_saves_its_list(commands: Commands) -> None:
    lines, place = commands.service.lines, ListOwner("T1", "C1")
    form = replace(PERSON, opened_at=commands.service.clock())
    submitted = CommandRequest("", "T1", "U1", "U1")
    commands.people.members.add(("C1", "U1"))
    found = await lines.propose(ROWS, ImportMode.ADD, form, for_channel=True)
    assert isinstance(found, PendingReview)
    commands.people.members.clear()
    for refused in (
        await lines.propose(ROWS, ImportMode.ADD, form, for_channel=True),
        await lines.review(found.key, submitted),
        await lines.correct(found.key, RIGHT, submitted),
        await lines.save(found.key, submitted),
    ):
        assert isinstance(refused, LinesRefusal)
        assert "no longer in this channel" in refused.cause
    assert not (await commands.store.lines.get(place)).lines
    commands.people.members.add(("C1", "U1"))
    corrected = await lines.correct(found.key, RIGHT, submitted)
    assert isinstance(corrected, PendingReview)
    assert isinstance(await lines.save(corrected.key, submitted), SavedLines)
    assert len((await commands.store.lines.get(place)).lines) == 2


@pytest.mark.parametrize("act", [LinesAct.SHOW, LinesAct.FILE, LinesAct.REMOVE])
async def test_an_own_list_is_not_shown_where_others_read(
    commands: Commands, act: LinesAct
) -> None:
    lines = commands.service.lines
    await lines.save((await propose(commands.service)).key, PERSON)
    public = CommandRequest("", "T1", "C1", "U1", is_public=True)
    wanted = LinesRequest(act=act, is_confirmed=True)
    assert isinstance(await lines.execute(wanted, public), LinesRefusal)
    shown = await lines.execute(LinesRequest(), PERSON)
    assert isinstance(shown, LinesPage)
    assert len(shown.table.rows) == 1


async def test_a_typed_removal_asks_first(commands: Commands) -> None:
    lines = commands.service.lines
    await lines.save((await propose(commands.service)).key, PERSON)
    asked = await commands.type("my remove")
    assert isinstance(asked, RemovedLines)
    assert (asked.lines, asked.wanted.is_confirmed) == (1, False)
    assert (await commands.store.lines.get(ListOwner("T1", "U1"))).lines
    removed = LinesRequest(act=LinesAct.REMOVE, is_confirmed=True)
    await lines.execute(removed, PERSON)
    assert not (await commands.store.lines.get(ListOwner("T1", "U1"))).lines


async def save_three(commands: Commands) -> None:
    rows = [
        ImportedRow(1, "8507.60.00", "China", "cells"),
        ImportedRow(2, "8507.60.00", "Vietnam"),
        ImportedRow(3, "7208.39.00", "China", "steel"),
    ]
    found = await commands.service.lines.propose(rows, ImportMode.ADD, PERSON)
    assert isinstance(found, PendingReview)
    assert isinstance(await commands.service.lines.save(found.key, PERSON), SavedLines)


@pytest.mark.parametrize(
    ("text", "removed"),
    [
        ("my remove 8507.60.00 china", ["85076000 CN"]),
        ("my remove 8507.60.00", ["85076000 CN", "85076000 VN"]),
        ("my remove china", ["85076000 CN", "72083900 CN"]),
    ],
)
async def test_a_removal_that_names_lines_leaves_the_others(
    commands: Commands, text: str, removed: list[str]
) -> None:
    await save_three(commands)
    asked = await commands.type(text)
    assert isinstance(asked, RemovedLines)
    assert [f"{one.code} {one.origin}" for one in asked.some] == removed
    assert await commands.store.lines.count(ListOwner("T1", "U1")) == 3
    confirmed = asked.wanted.model_copy(update={"is_confirmed": True})
    done = await commands.service.lines.execute(confirmed, PERSON)
    assert isinstance(done, RemovedLines)
    kept = (await commands.store.lines.get(ListOwner("T1", "U1"))).lines
    assert len(kept) == done.left == 3 - len(removed)
    assert not {f"{one.code} {one.origin}" for one in kept} & set(removed)


@pytest.mark.parametrize("text", ["my remove 9403.60.80", "my remove label cells"])
async def test_a_removal_of_lines_that_are_not_named_by_code_or_not_there_removes_nothing(
    commands: Commands, text: str
) -> None:
    await save_three(commands)
    refused = await commands.type(text)
    assert isinstance(refused, LinesRefusal)
    assert "othing was removed" in refused.cause
    assert await commands.store.lines.count(ListOwner("T1", "U1")) == 3
