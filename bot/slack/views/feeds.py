"""Renders replies about feeds: their state, and the results of changes to the list."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot import COMMAND
from bot.commands.replies import FeedStatusList
from bot.errors import FeedError
from bot.feeds.health import Health, Lag, format_duration
from bot.feeds.model import Feed
from bot.slack.blockkit import limits
from bot.slack.blockkit.blocks import (
    Block,
    Element,
    Message,
    actions,
    assemble,
    button,
    context,
    count_characters,
    section,
)
from bot.slack.blockkit.mrkdwn import LOW_LINE, bold, escape, link
from bot.slack.views.rates.table import Column, build_table, text_cell
from bot.slack.views.replies import RUN, render_notice

_COLUMNS = (Column("Feed"), Column("State", is_wrapped=False), Column("Cause"), Column("Polling"))
_ADDRESS_CHARACTERS = 300
_LONGEST_LAG_S = 30 * 86_400
"""Entries with a longer delay were not published recently, for example those of the demo."""
_SETTING = re.compile(f"TARIFFWIRE[A-Z{LOW_LINE}]+")
"""Matches the name of a setting after `escape`, which has replaced its underscores."""


def render_feed_list(reply: FeedStatusList) -> Message:
    """The counts of feeds, and a table of the failing ones. On demand, one line for each feed, the
    failing ones first."""
    polled = [feed for feed in reply.feeds if feed.enabled]
    failing = [feed for feed in polled if feed.is_unwell]
    title = _format_title(polled, failing)
    shown = polled if reply.shows_all else failing
    lines = [section(_format_line(feed, reply.now)) for feed in sorted(shown, key=_make_sort_key)]
    gone = [feed.id for feed in failing if feed.is_gone]
    tail = [context(_describe_commands(gone))] if reply.may_change else []
    if polled and not reply.shows_all:
        tail += actions(button("All feeds", f"{RUN}_0", "feeds all"))
    notes = [*filter(None, (_describe_lag(reply.lag), _describe_common_error(failing)))]
    head = [
        section(bold(title)),
        *([context(*notes)] if notes else []),
    ]
    message = assemble(title, head, lines, tail, _make_left_out)
    if reply.shows_all or not failing:
        return message
    room = limits.MESSAGE_CHARACTERS - limits.NOTICE_CHARACTERS - count_characters([*head, *tail])
    rows = [_build_row(feed, reply.now) for feed in sorted(failing, key=_make_sort_key)]
    table, left = build_table(_COLUMNS, rows, room - 300)
    more = [_make_left_out(left)] if left else []
    return replace(assemble(title, [*head, table, *more], (), tail), instead=message)


def _build_row(feed: Health, now: datetime) -> list[Element]:
    trouble = feed.describe_error() if feed.error else feed.status
    return [
        text_cell(f"{feed.title} ({feed.id})"),
        text_cell(feed.status),
        text_cell(trouble),
        text_cell("; ".join(feed.describe(now))),
    ]


def render_feed_added(feed: Feed) -> Message:
    """Confirms a new feed, with the command that removes it."""
    text = (
        f"Added {bold(escape(feed.title, 200))}, id `{feed.id}`: {_format_address_or_id(feed.url)}."
    )
    undo = f"Its current entries count as seen. To remove it: `{COMMAND} feeds remove {feed.id}`"
    return assemble(text, [section(text), context(undo)])


def render_feed_removed(feed_id: str) -> Message:
    """Confirms that a feed is no longer polled."""
    return render_notice(f"Removed {_format_id(feed_id)}. It is no longer polled.")


def render_feed_resumed(feed_id: str) -> Message:
    """Confirms that a stopped feed is polled again."""
    return render_notice(f"Resumed {_format_id(feed_id)}. It is polled now.")


def render_feed_refused(error: FeedError) -> Message:
    """Says why a feed was not added, removed or resumed."""
    cure = f" {_format_settings(error.cure)}." if error.cure else ""
    return render_notice(f"{_format_address_or_id(error.thing)}: {escape(error.cause, 500)}.{cure}")


def _format_title(polled: Sequence[Health], failing: Sequence[Health]) -> str:
    well = sum(feed.status == "ok" for feed in polled)
    new = sum(feed.status == "new" for feed in polled)
    count = f"{len(polled)} feed{'' if len(polled) == 1 else 's'}"
    title = f"{count}: {well} ok, {len(failing)} failing"
    return f"{title}, {new} not polled yet" if new else title


def _describe_lag(lag: Lag | None) -> str:
    if lag is None:
        return "The delay is not known yet: no entry with a date has arrived."
    if lag.median_s > _LONGEST_LAG_S:
        return ""
    noun = "entry" if lag.entries == 1 else "entries"
    half, most = format_duration(lag.median_s), format_duration(lag.p95_s)
    return (
        f"Half of the entries arrived within {half} of publication, 95% within {most} "
        f"({lag.entries:,} {noun} in 30 days)."
    )


def _describe_common_error(failing: Sequence[Health]) -> str:
    """Names the most common error of failing feeds; empty if no two feeds have the same error."""
    errors = Counter(feed.error for feed in failing if feed.error).most_common(1)
    if not errors or errors[0][1] < 2:
        return ""
    error, count = errors[0]
    return f"{count} of them fail for the same reason: {escape(error, 200)}."


def _make_sort_key(feed: Health) -> tuple[bool, bool, float]:
    """A key that sorts failing feeds first, and then by the time of the next poll."""
    at = feed.next_poll_at
    return not feed.is_unwell, at is None, at.timestamp() if at else 0.0


def _format_line(feed: Health, now: datetime) -> str:
    mark = "⚠️ " if feed.is_unwell else ""
    name = f"{mark}{bold(escape(feed.title, 80))} `{feed.id}`"
    status = [] if feed.status == "ok" else [feed.status]
    trouble = [escape(feed.describe_error(), 200)] if feed.error else []
    return f"{name}: {'; '.join([*status, *trouble, *map(escape, feed.describe(now))])}"


def _describe_commands(gone: Sequence[str]) -> str:
    how = f"`{COMMAND} feeds add ADDRESS` adds one, `{COMMAND} feeds remove ID` removes one."
    which = f"such as {_format_id(gone[0])}" if gone else "for example after error 410"
    return f"{how} `{COMMAND} feeds resume ID` polls a stopped feed again, {which}."


def _format_address_or_id(thing: str) -> str:
    """An address or an id as markup from which it can be copied."""
    if thing.startswith(("http://", "https://")):
        return link(thing, thing, _ADDRESS_CHARACTERS)
    return _format_id(thing)


def _format_id(feed_id: str) -> str:
    plain = re.fullmatch(r"[a-z0-9_-]{1,64}", feed_id)
    return f"`{feed_id}`" if plain else escape(feed_id, _ADDRESS_CHARACTERS)


def _format_settings(cure: str) -> str:
    """The text of the cure with the names of settings as code, because they cannot be copied after
    `escape`."""
    return _SETTING.sub(
        lambda found: f"`{found.group().replace(LOW_LINE, '_')}`", escape(cure, 300)
    )


def _make_left_out(count: int) -> Block:
    return context(f"… and {count} more; `tariffwire feeds list` shows all.")
