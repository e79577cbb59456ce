"""`/tariff upcoming ics`: the calendar as a file, shared where it was asked for."""

import asyncio
from datetime import datetime

from bot.errors import SlackError
from bot.rates.calendar.entries import CalendarEntry, all_ahead, title_of
from bot.rates.calendar.upcoming import how_far_read
from bot.rates.question.parse import parse
from bot.slack.api.upload import upload
from bot.slack.blockkit.blocks import Message
from bot.slack.blockkit.mrkdwn import escape, person
from bot.slack.context import SlackContext
from bot.slack.views.replies import notice

FILE_NAME = "tariffs-ahead.ics"


async def share_calendar(
    parts: SlackContext, conversation: str, user: str, question: str
) -> Message:
    """Shares the file and says so, or says why not; raises QueryError where it is no question."""
    now, ledger = parts.clock(), parts.desk.ledger
    today = ledger.duty_day(now)
    query = parse(question, parts.parties, today, ledger.reader)
    title = title_of(query, parts.parties)
    changes = all_ahead(query, ledger, today)
    if not changes:
        return notice(f"{escape(title)}: nothing that the ledger knows of.")
    # The library is read at its first use and takes 0.15 s: not on the event loop.
    content = await asyncio.to_thread(_written, parts, changes, title, now)
    dates = f"{len(changes)} date{'s' if len(changes) > 1 else ''}"
    who = person(user)
    said = [
        f"{escape(title)}: {dates} on which a duty begins, ends or falls due, for your calendar.",
        f"{who} asked for it." if who else "",
        escape(how_far_read(query, ledger, today)),
    ]
    comment = " ".join(filter(None, said))
    try:
        await upload(parts.client, conversation, FILE_NAME, content, title=title, comment=comment)
    except SlackError as error:
        cure = f" {escape(error.cure)}." if error.cure else ""
        return notice(f"The calendar could not be shared: {escape(error.cause)}.{cure}")
    return notice(f"The calendar with {dates} is shared here: open it to add them to yours.")


def _written(
    parts: SlackContext, changes: tuple[CalendarEntry, ...], title: str, now: datetime
) -> bytes:
    from bot.rates.calendar.ics import calendar_file

    return calendar_file(changes, title, parts.parties, now)
