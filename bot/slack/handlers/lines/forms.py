"""Handles the two modals of line lists, and the buttons that open them.

A modal keeps where it was opened, or the id of the import. When it is submitted, the service checks
again what the person may do.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot import COMMAND
from bot.commands.grammar import Command, CommandNotUnderstood, Verb, parse_command
from bot.commands.lines.grammar import LinesAct, LinesRequest
from bot.commands.lines.replies import LinesRefusal, LinesToImport, PendingReview, RemovedLines
from bot.commands.request import CommandRequest
from bot.errors import LinesRefused
from bot.lines.files.pasted import read_pasted
from bot.lines.validation import ImportedRow
from bot.parties import Parties
from bot.slack.announcements import post_change
from bot.slack.background import log_failure
from bot.slack.blockkit.blocks import Message
from bot.slack.blockkit.forms import View
from bot.slack.blockkit.mrkdwn import escape
from bot.slack.context import SlackContext
from bot.slack.handlers.modals import show_view
from bot.slack.handlers.payloads import Click, read_person
from bot.slack.views.command_replies import render_reply
from bot.slack.views.entry.results import render_loading, render_text
from bot.slack.views.lines import importing as views
from bot.slack.views.lines.importing import LinesFormState
from bot.slack.views.lines.table import CHANNEL, read_removal
from bot.slack.views.replies import render_failure, render_notice

_WITHIN_S = 1.5
"""Seconds to wait for the result before a submitted modal is replaced without it."""
_OUTDATED = "This form is from another version of the bot. Nothing was saved. Please open it again."
_FULL = f"fills the field of {views.MOST_CHARACTERS:,} characters, so its end may be missing"
_INSTEAD = "Send a CSV or XLSX file instead, or paste the list in parts with *Add to the list*"


def register(app: AsyncApp, context: SlackContext) -> None:
    """Registers the listeners for the two modals."""

    @app.view(views.FORM)
    async def handle_form(body: dict[str, Any], view: dict[str, Any], ack: AsyncAck) -> None:
        await _submit_form(context, body, view, ack)

    @app.view(views.REVIEW)
    async def handle_review(body: dict[str, Any], view: dict[str, Any], ack: AsyncAck) -> None:
        await _submit_review(context, body, view, ack)


def read_upload(text: str, parties: Parties) -> LinesRequest | None:
    """What a typed command says about the form; None if it does not ask for it: `my upload`."""
    if not text.strip().lower().startswith("my "):
        return None
    try:
        command = parse_command(text, parties)
    except CommandNotUnderstood:
        return None
    return command.lines if command.verb is Verb.MY_UPLOAD else None


async def open_from_command(
    context: SlackContext, body: dict[str, Any], request: CommandRequest, wanted: LinesRequest
) -> Message | None:
    """Opens the form for `/tariff my upload`; returns a message if it does not open."""
    click = Click({"team": {"id": request.team}, "trigger_id": body.get("trigger_id")}, {})
    return await _open(context, click, request, for_channel=wanted.for_channel)


async def open_form(context: SlackContext, click: Click) -> Message | None:
    """Opens the form for a button."""
    return await _open(context, click, click.request(), for_channel=click.value == CHANNEL)


async def remove(context: SlackContext, click: Click) -> Message:
    """Deletes the list or some of its lines, which the person has confirmed."""
    wanted = read_removal(click.value)
    request = click.request()
    command = Command(verb=Verb.MY_REMOVE, lines=wanted)
    reply = await context.service.execute(command, request)
    if isinstance(reply, RemovedLines) and wanted.for_channel and reply.lines:
        removed = views.render_list_removed(request.user, reply)
        await post_change(context, request.team, request.conversation, removed)
    return render_reply(reply, request, context.service.parties)


async def open_review(context: SlackContext, click: Click) -> Message | None:
    """Opens the second modal for a button under a file."""
    key, _, mode = click.value.partition(" ")
    found = await context.service.lines.review(key, click.request(), views.read_mode(mode))
    if isinstance(found, LinesRefusal):
        return render_notice(escape(found.cause))
    return await _show(context, click, views.render_review(found))


async def _open(
    context: SlackContext, click: Click, request: CommandRequest, *, for_channel: bool
) -> Message | None:
    wanted = LinesRequest(act=LinesAct.UPLOAD, for_channel=for_channel)
    reply = await context.service.execute(Command(verb=Verb.MY_UPLOAD, lines=wanted), request)
    if not isinstance(reply, LinesToImport):
        return render_reply(reply, request, context.service.parties)
    state = LinesFormState(
        conversation=request.conversation,
        opened_at=context.service.clock(),
        for_channel=for_channel,
    )
    return await _show(context, click, views.render_form(state))


async def _show(context: SlackContext, click: Click, view: View) -> Message | None:
    if await show_view(context, click, view):
        return None
    return render_notice(f"Slack did not open the form. Type `{COMMAND} my upload` to try again.")


def _make_request(body: dict[str, Any], state: LinesFormState | None = None) -> CommandRequest:
    user, team = read_person(body).id, str((body.get("team") or {}).get("id") or "")
    place = state.conversation if state else user
    return CommandRequest("", team, place, user, opened_at=state.opened_at if state else None)


async def _submit_form(
    context: SlackContext, body: dict[str, Any], view: dict[str, Any], ack: AsyncAck
) -> None:
    state, (text, mode) = views.read_state(view), views.read_form(view)
    if state is None:
        await ack(response_action="update", view=render_text(_OUTDATED, views.TITLE))
        return
    rows = await _read(context, text, ack, views.LINES)
    if rows is None:
        return
    request = _make_request(body, state)
    work = context.service.lines.propose(rows, mode, request, for_channel=state.for_channel)
    await _respond_with(context, body, ack, _render_review(work))


async def _submit_review(
    context: SlackContext, body: dict[str, Any], view: dict[str, Any], ack: AsyncAck
) -> None:
    key, corrected = str(view.get("private_metadata") or ""), views.read_correction(view)
    lines, request = context.service.lines, _make_request(body)
    if corrected is None:
        await _respond_with(context, body, ack, _save(context, key, request))
        return
    field = views.find_correction(view)
    rows = (
        await _read(context, corrected, ack, field, has_header=False) if corrected.strip() else ()
    )
    if rows is not None:
        await _respond_with(context, body, ack, _render_review(lines.correct(key, rows, request)))


async def _read(
    context: SlackContext, text: str, ack: AsyncAck, field: str, *, has_header: bool = True
) -> tuple[ImportedRow, ...] | None:
    """The rows of the text; None if they cannot be read, which the form then says at the field."""
    try:
        if len(text) >= views.MOST_CHARACTERS:
            raise LinesRefused("The text", _FULL, _INSTEAD)
        return read_pasted(text, context.service.parties, has_header=has_header)
    except LinesRefused as error:
        await ack(response_action="errors", errors={field: str(error)})
        return None


async def _render_review(work: Coroutine[Any, Any, PendingReview | LinesRefusal]) -> View:
    found = await work
    if isinstance(found, LinesRefusal):
        return views.render_refused(found)
    return views.render_review(found)


async def _save(context: SlackContext, key: str, request: CommandRequest) -> View:
    saved = await context.service.lines.save(key, request)
    if isinstance(saved, LinesRefusal):
        return views.render_refused(saved)
    warning = ""
    if saved.for_channel:
        place = saved.proposed.before.owner.place
        changed = views.render_list_changed(request.user, saved)
        warning = await post_change(context, request.team, place, changed)
    return views.render_saved(saved, warning)


async def _respond_with(
    context: SlackContext, body: dict[str, Any], ack: AsyncAck, work: Coroutine[Any, Any, View]
) -> None:
    """Replaces the submitted modal with the result, or fills it in later."""
    task = asyncio.ensure_future(_never_fail(work))
    within_s = min(_WITHIN_S, context.answer_within_s)
    done, _ = await asyncio.wait({task}, timeout=within_s)
    if done:
        await ack(response_action="update", view=task.result())
        return

    async def show_later() -> None:
        await show_view(context, Click(body, {}), await task)

    context.background.spawn(show_later(), "checking tariff lines")
    await ack(response_action="update", view=render_loading(views.TITLE))


async def _never_fail(work: Coroutine[Any, Any, View]) -> View:
    try:
        return await work
    except Exception:
        return render_text(render_failure(log_failure("a form of lines")).text, views.TITLE)
