"""Slack accepts the views of line lists, also with hostile and very long labels."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bot.commands.lines.grammar import LinesAct, LinesRequest
from bot.commands.lines.replies import (
    LinesPage,
    LinesRefusal,
    LinesToImport,
    LineTable,
    PendingReview,
    ProposedImport,
    RemovedLines,
    SavedLines,
)
from bot.commands.request import CommandRequest
from bot.lines.difference import ImportMode, compare_lists
from bot.lines.duties import DutyTotal, LineDuties, TotalChange
from bot.lines.model import MAX_LABEL, LineList, ListedLine, ListOwner
from bot.lines.table import build_table
from bot.lines.validation import ImportedRow, LineProblem, WrongRow, check_rows
from bot.local_slack.state.modals import check_view
from bot.slack.views.command_replies import render_reply
from bot.slack.views.lines import importing
from tests.slack.fakes import ledger
from tests.slack.samples import HOSTILE, NOW, PARTIES
from tests.slack.views.test_every_kind import check_harmless, check_message

DAY = datetime(2026, 11, 30, 17, tzinfo=UTC).date()
OWNER = ListOwner("T1", "U1")
REQUEST = CommandRequest("", "T1", "U1", "U1")
LABELS = [HOSTILE, (HOSTILE * 60)[:MAX_LABEL], "<&>" * 60, "w" * MAX_LABEL, ""]


def many(count: int, label: str) -> LineList:
    """A list of lines of China with this label."""
    schedule = ledger().find_tariff_schedule("US")
    assert schedule is not None
    codes = [one for _, one in zip(range(count), schedule.lines.list_codes("85"), strict=False)]
    lines = [ListedLine(code=one, origin="CN", label=label) for one in codes]
    return LineList(OWNER, tuple(lines), 1)


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("count", [0, 1, 25])
def test_pages_of_a_list(count: int, label: str) -> None:
    lines = many(count, label)
    rows = build_table(lines.lines, LineDuties(ledger()), DAY)
    for page in (1, 2, 99):
        wanted = LinesRequest(page=page, text=label, for_channel=page == 2)
        reply = LinesPage(LineTable(lines, rows, DAY), wanted)
        message = render_reply(reply, REQUEST, PARTIES)
        check_message(message)
    if count == 25:
        assert "page 3 of 3" in message.text


@pytest.mark.parametrize("count", [1, 300])
def test_lines_that_ended_are_named_above_the_table(count: int) -> None:
    gone = WrongRow(1, LineProblem.EXPIRED, HOSTILE, ("8507.60.00",), 0, DAY)
    table = LineTable(many(1, ""), (), DAY, (gone,) * count)
    message = render_reply(LinesPage(table, LinesRequest()), REQUEST, PARTIES)
    check_message(message)
    text = str(message.blocks)
    assert f"{'1 line' if count == 1 else '300 lines'} ended" in text
    assert "look up the new code" in text
    assert ("295 more" in text) == (count == 300)


def test_a_table_has_the_age_of_its_duties_and_marks_changes_after_the_check() -> None:
    lines = many(1, "cells")
    [row] = build_table(lines.lines, LineDuties(ledger()), DAY)
    low, high = DutyTotal(Decimal(10), Decimal(10)), DutyTotal(Decimal(12), Decimal(50))
    change = TotalChange(date(2026, 11, 10), high, low)
    checked = {"CN": date(2026, 10, 7)}
    table = LineTable(lines, (row._replace(last=change, next=None),), DAY, (), checked)
    text = str(render_reply(LinesPage(table, LinesRequest()), REQUEST, PARTIES).blocks)
    assert "10 Nov 2026, before: 12%–50%, not verified" in text
    assert "🔴 Checked 7 Oct 2026, 54 days ago" in text
    assert "with the normal duty" in text
    later = LineTable(lines, table.rows, DAY, (), {"CN": date(2026, 11, 29)})
    text = str(render_reply(LinesPage(later, LinesRequest()), REQUEST, PARTIES).blocks)
    assert "not verified" not in text
    assert "🟢 Checked 29 Nov 2026, yesterday" in text


def test_the_form_says_that_the_end_of_a_long_code_is_not_checked() -> None:
    for code, is_said in (("8507.60.00.77", True), ("8507.60.00", False)):
        rows = (ImportedRow(1, code, "China"),)
        checked = check_rows(rows, ledger(), DAY)
        difference = compare_lists((), checked.lines, ImportMode.ADD)
        proposed = ProposedImport(LineList(OWNER), ImportMode.ADD, checked, difference)
        view = importing.render_review(PendingReview("key", proposed, rows))
        assert ("only the first 8 digits were checked" in str(view)) == is_said


@pytest.mark.parametrize("label", LABELS)
def test_the_modals_of_an_import(label: str) -> None:
    lines = many(25, label)
    good = [ImportedRow(1, "8507.60.00", "China", label)]
    wrong = [ImportedRow(row, "9999999", label, label) for row in range(2, 60)]
    for rows in (good, good + wrong[:3], good + wrong, wrong):
        checked = check_rows(rows, ledger(), DAY)
        for mode in ImportMode:
            difference = compare_lists(lines.lines, checked.lines, mode)
            proposed = ProposedImport(lines, mode, checked, difference)
            review = PendingReview("key", proposed, tuple(rows))
            for view in (
                importing.render_review(review),
                importing.render_saved(SavedLines(proposed, True)),
            ):
                check_view(view)
                check_harmless(view)
            check_message(importing.render_file_read(label or "x.csv", review))
    state = importing.LinesFormState(conversation="C1", opened_at=NOW)
    check_view(importing.render_form(state))
    check_view(importing.render_refused(LinesRefusal(label or "x")))


def test_short_replies_about_a_list() -> None:
    remove = LinesRequest(act=LinesAct.REMOVE)
    for reply in (
        LinesToImport(LinesRequest()),
        RemovedLines(0, remove),
        RemovedLines(5, remove),
        RemovedLines(5, remove, 2),
        RemovedLines(25, remove, 0, many(25, HOSTILE).lines, 5),
        RemovedLines(5, remove.model_copy(update={"is_confirmed": True})),
        LinesRefusal(HOSTILE),
    ):
        check_message(render_reply(reply, REQUEST, PARTIES))
