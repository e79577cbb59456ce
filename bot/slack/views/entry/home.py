"""Renders the Home tab: two menus that ask for a rate, the person's alerts, what comes next, the
newest stories, and for operators the state of the bot."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby, islice
from operator import itemgetter

from bot import COMMAND
from bot.commands.rates.product_form import IMPORTER
from bot.commands.replies import OperatorOverview, Overview
from bot.feeds.health import FeedSummary
from bot.news.deadlines.events import EventDeadline
from bot.news.story import Story
from bot.parties import Parties
from bot.rates.model.changes import Upcoming
from bot.render.dates.calendar_rows import CalendarRow, build_calendar_rows
from bot.render.dates.deadlines import describe_deadline
from bot.slack.blockkit import limits
from bot.slack.blockkit.blocks import (
    Block,
    actions,
    button,
    context,
    divider,
    fit_items,
    header,
    section,
)
from bot.slack.blockkit.forms import View, menu
from bot.slack.blockkit.mrkdwn import bold, escape, format_moment, link
from bot.slack.views.entry.check_product import list_origins
from bot.slack.views.replies import CHECK_PRODUCT, RUN
from bot.slack.views.story_lists import format_headline, format_source
from bot.slack.views.subscriptions.list import render_own
from bot.text.dates import format_day

ASK, IMPOSER, PARTNER = "home_ask", "home_imposer", "home_partner"
"""The action ids of the button that asks for a rate, and of the two menus."""
PROPOSALS = "home_proposals"
"""The action id of the button that sends the waiting proposals to the operator."""

_MOST_SUBSCRIPTIONS = 25
_MOST_UPCOMING = 5
"""Days with upcoming changes or deadlines."""
_MOST_OF_DAY = 4
"""Changes and deadlines of one day."""
_LONGEST_LINK = 500
"""Characters of a link in a line of a day."""


def render_home(
    overview: Overview,
    user: str,
    imposers: Mapping[str, str],
    parties: Parties,
    now: datetime,
) -> View:
    """The Home tab for one person. `imposers` are the importing countries that can be chosen."""
    operator = _render_operator(overview.operator, overview.feeds, parties)
    lines = [
        *_render_question(imposers, parties),
        header("My alerts"),
        *render_own(
            overview.subscriptions,
            user,
            now,
            parties,
            _MOST_SUBSCRIPTIONS,
            overview.hidden,
            overview.silent,
        ),
        header("Coming up"),
        *_list_upcoming(overview.upcoming, overview.deadlines, parties),
        *actions(button("All upcoming changes", f"{RUN}_1", "upcoming")),
        header("Latest"),
        *(section(_format_story(story)) for story in overview.latest),
        *actions(button("More news", f"{RUN}_2", "latest")),
        *operator,
        divider(),
        context(_describe_feeds(overview.feeds), f"`{COMMAND} list` in a channel shows its own."),
    ]
    kept, _ = fit_items((), lines, None, limits.HOME_BLOCKS, limits.HOME_CHARACTERS)
    return {"type": "home", "blocks": list(kept)}


def _render_question(imposers: Mapping[str, str], parties: Parties) -> list[Block]:
    imposer = {**menu(imposers, IMPORTER, "Importing country"), "action_id": IMPOSER}
    partner = {**menu(list_origins(parties), "", "Origin"), "action_id": PARTNER}
    return [
        header("Which duties apply?"),
        section("Choose the importing country and the origin, or ask me in a message."),
        *actions(imposer, partner, button("Show the rate", ASK, style="primary")),
        *actions(button("Check a product", CHECK_PRODUCT), button("Help", f"{RUN}_0", "help")),
    ]


def _list_upcoming(
    items: Sequence[Upcoming], deadlines: Sequence[EventDeadline], parties: Parties
) -> Iterator[Block]:
    """A section for each day, with a line for each change and then for each deadline."""
    dated = [(row.on, _format_change(row)) for row in build_calendar_rows(items, parties)]
    dated += [(each.on, _format_deadline(each)) for each in deadlines]
    days = groupby(sorted(dated, key=itemgetter(0)), key=itemgetter(0))
    for day, lines_of_day in islice(days, _MOST_UPCOMING):
        lines = [line for _, line in lines_of_day]
        left = len(lines) - _MOST_OF_DAY
        more = [f"… and {left} more"] if left > 0 else []
        yield section("\n".join([bold(format_day(day)), *lines[:_MOST_OF_DAY], *more]))


def _format_change(row: CalendarRow) -> str:
    """A change of duties: `US on all · 10% to 15%`."""
    parts = escape(row.what, 200), escape(row.who, 100), escape(row.rate, 100)
    return " · ".join(filter(None, parts))


def _format_deadline(one: EventDeadline) -> str:
    """A deadline: `Comments close, 23:59 EST: the notice (USTR)`.

    A long address is left out, so that all lines of a day fit into a section.
    """
    title = one.title or "(without a title)"
    linked = link(one.link, title, 150)
    notice = linked if len(linked) <= _LONGEST_LINK else escape(title, 150)
    return f"{escape(describe_deadline(one.deadline))}: {notice} ({escape(one.source, 60)})"


def _format_story(story: Story) -> str:
    return f"{format_headline(story)}\n{format_source(story)}"


def _render_operator(
    found: OperatorOverview | None, feeds: FeedSummary, parties: Parties
) -> list[Block]:
    """What operators should look at; no blocks for other people."""
    if found is None:
        return []
    oldest = min(found.last_checks.items(), key=lambda item: item[1], default=None)
    age = "Rates: no check recorded."
    if oldest is not None:
        imposer, day = oldest
        days = (found.today - day).days
        age = f"Rates: oldest check {days} days ago ({parties.get(imposer).name})."
    return [
        header("For operators"),
        section(
            f"Feeds: {feeds.failing} of {feeds.feeds} failing.",
            button("Feeds", f"{RUN}_3", "feeds"),
        ),
        section(escape(age)),
        section(f"Proposals: {found.waiting} waiting.", button("Send them to me", PROPOSALS)),
    ]


def _describe_feeds(summary: FeedSummary) -> str:
    if summary.last_poll_at is None:
        return f"{summary.feeds} feeds, none polled yet."
    failing = f", {summary.failing} failing" if summary.failing else ""
    return f"{summary.feeds} feeds{failing}, last poll {format_moment(summary.last_poll_at)}."
