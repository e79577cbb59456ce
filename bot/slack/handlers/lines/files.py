"""Reads a file with tariff lines that a person sends to the bot, and sends a list as a file.

A file in a direct message is for the person's own list. One in a channel with a mention is for the
list of the channel. The event of a mention has the files (slackapi/bolt-js issue 2056).
"""

import asyncio
from dataclasses import replace
from typing import Any

from bot.commands.lines.replies import LinesPage, LinesRefusal
from bot.commands.request import CommandRequest
from bot.errors import LinesRefused, SlackError
from bot.lines.difference import ImportMode
from bot.lines.files.isolated import read_file_isolated
from bot.lines.files.limits import MAX_BYTES, check_file, get_ending
from bot.lines.files.writing import write_xlsx
from bot.render.lines import DUTIES_COVER, HEADER, list_cells
from bot.slack.api.download import download
from bot.slack.api.upload import upload
from bot.slack.background import log_failure
from bot.slack.blockkit.blocks import Message
from bot.slack.blockkit.mrkdwn import escape
from bot.slack.context import SlackContext
from bot.slack.views.command_replies import render_reply
from bot.slack.views.lines.importing import render_file_read
from bot.slack.views.lines.table import render_file_sent
from bot.slack.views.replies import render_failure, render_notice
from bot.text.dates import format_day
from bot.text.single_line import to_single_line

LINES_FILE_NAME = "tariff-lines.xlsx"
_SHEETS = frozenset({"csv", "tsv", "xlsx", "xls", "xlsm", "xltm", "xlam", "xlsb", "ods", "numbers"})
"""Endings of files that may have lines. Other files are no import, and their message is a
question."""


def find_sheet(event: dict[str, Any]) -> dict[str, Any] | None:
    """The first file of a message that may have tariff lines; None if it has none."""
    files = event.get("files")
    for one in files if isinstance(files, list) else ():
        if isinstance(one, dict) and get_ending(str(one.get("name") or "")) in _SHEETS:
            return one
    return None


async def import_file(
    context: SlackContext, file: dict[str, Any], request: CommandRequest
) -> Message:
    """What the file would do to the person's own list or, for a mention in a channel, to that of
    the channel, with buttons to go on. Never raises."""
    name = to_single_line(str(file.get("name") or ""))
    if (refused := context.service.find_overuse(request)) is not None:
        return render_reply(refused, request, context.service.parties)
    try:
        size = file.get("size")
        check_file(name, size if isinstance(size, int) else 0)
        client = await context.client_of(request.team)
        content = await download(client, str(file.get("url_private") or ""), MAX_BYTES)
        read = await read_file_isolated(name, content)
        # The person may leave the channel before they save the import.
        began = replace(request, opened_at=context.service.clock())
        lines = context.service.lines
        for_channel = request.is_public
        found = await lines.propose(
            read.rows,
            ImportMode.REPLACE,
            began,
            for_channel=for_channel,
            columns=read.columns,
        )
    except LinesRefused as error:
        return render_notice(escape(str(error)))
    except SlackError as error:
        return render_notice(escape(f"{name} was not read: {error.cause}. {error.cure}.", 800))
    except Exception:
        return render_failure(log_failure("reading a file with tariff lines"))
    if isinstance(found, LinesRefusal):
        return render_notice(escape(found.cause))
    return render_file_read(name, found, for_channel=request.is_public)


async def send_list(context: SlackContext, reply: LinesPage) -> Message:
    """Sends a list as a workbook to its owner: the person, or the channel."""
    found, parties = reply.table, context.service.parties
    cells = list(list_cells(found.rows, parties, found.checked))
    content = await asyncio.to_thread(write_xlsx, "Lines", HEADER, cells)
    title = f"Tariff lines with the duties of {format_day(found.day)}"
    comment = f"{title}, {DUTIES_COVER}."
    owner = found.lines.owner
    try:
        client = await context.client_of(owner.team)
        await upload(client, owner.place, LINES_FILE_NAME, content, title=title, comment=comment)
    except SlackError as error:
        return render_file_sent(reply, error)
    return render_file_sent(reply)
