"""What the bot says of its feeds: how they are doing, and what an operator changed."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from bot.feeds.health import Health, Lag, span
from bot.feeds.model import Feed
from bot.slack.blockkit.blocks import Block, Message, assemble, context, section
from bot.slack.blockkit.mrkdwn import LOW_LINE, bold, escape, link
from bot.slack.views.replies import notice

_ADDRESS_CHARACTERS = 300
_SETTING = re.compile(f"TARIFFWIRE[A-Z{LOW_LINE}]+")
"""The name of a setting, as `escape` leaves it."""


def feeds(
    found: Sequence[Health], lag: Lag | None, now: datetime, command: str, operator: bool
) -> Message:
    """How the feeds are doing: in numbers, then each, those that fail first."""
    on = [feed for feed in found if feed.enabled]
    unwell = [feed for feed in on if feed.unwell]
    title = _title(on, unwell)
    lines = [section(_line(feed, now)) for feed in sorted(on, key=_order)]
    gone = [feed.id for feed in unwell if feed.is_gone]
    tail = [context(_how_to_change(command, gone))] if operator else []
    head = [section(bold(title)), context(_lag(lag), _most_often(unwell))]
    return assemble(title, head, lines, tail, _more)


def added(feed: Feed, command: str) -> Message:
    """Says what was added."""
    text = f"Added {bold(escape(feed.title, 200))}, id `{feed.id}`: {_thing(feed.url)}."
    undo = f"What it lists now counts as seen. `{command} feeds remove {feed.id}` takes it out."
    return assemble(text, [section(text), context(undo)])


def removed(feed_id: str) -> Message:
    """Says what was taken out."""
    return notice(f"Took out {_id(feed_id)}: it is not polled any more.")


def resumed(feed_id: str) -> Message:
    """Says that a feed which had stopped is asked again."""
    return notice(f"Resumed {_id(feed_id)}: it is asked again at once.")


def refused(thing: str, cause: str, cure: str) -> Message:
    """Says why a feed was not added, removed or resumed."""
    more = f" {_naming_settings(cure)}." if cure else ""
    return notice(f"{_thing(thing)}: {escape(cause, 500)}.{more}")


def not_an_operator(command: str) -> Message:
    """Says who may change feeds."""
    return notice(
        "Only operators add, remove and resume feeds: people whose Slack id is in the bot's "
        f"setting `TARIFFWIRE_OPERATORS`. `{command} feeds` shows everybody how they are doing."
    )


def _title(on: Sequence[Health], unwell: Sequence[Health]) -> str:
    well = sum(feed.status == "ok" for feed in on)
    never = sum(feed.status == "new" for feed in on)
    parts = [f"{len(on)} feed{'' if len(on) == 1 else 's'}: {well} well", f"{len(unwell)} failing"]
    return ", ".join([*parts, f"{never} not read yet"] if never else parts)


def _lag(lag: Lag | None) -> str:
    if lag is None:
        return "No entry with a date came yet, so nothing is known of the lag."
    noun = "entry" if lag.entries == 1 else "entries"
    times = f"median {span(lag.median_s)}, 95% within {span(lag.p95_s)}"
    return f"From published to seen here: {times} ({lag.entries:,} {noun} of 30 days)."


def _most_often(unwell: Sequence[Health]) -> str:
    """The reason that most of several failing feeds share; empty where there is none."""
    reasons = Counter(feed.error for feed in unwell if feed.error).most_common(1)
    if not reasons or reasons[0][1] < 2:
        return ""
    reason, count = reasons[0]
    return f"{count} of them fail alike: {escape(reason, 200)}."


def _order(feed: Health) -> tuple[bool, bool, float]:
    """Those that fail, then those polled next."""
    at = feed.next_poll_at
    return not feed.unwell, at is None, at.timestamp() if at else 0.0


def _line(feed: Health, now: datetime) -> str:
    mark = "⚠️ " if feed.unwell else ""
    name = f"{mark}{bold(escape(feed.title, 80))} `{feed.id}`"
    status = [] if feed.status == "ok" else [feed.status]
    trouble = [escape(feed.trouble(), 200)] if feed.error else []
    return f"{name}: {'; '.join([*status, *trouble, *feed.facts(now)])}"


def _how_to_change(command: str, gone: Sequence[str]) -> str:
    how = f"`{command} feeds add ADDRESS` adds one, `{command} feeds remove ID` takes one out."
    which = f"such as {_id(gone[0])}" if gone else "because it was gone"
    return f"{how} `{command} feeds resume ID` asks one again that has stopped, {which}."


def _thing(thing: str) -> str:
    """An address or an id, in characters that can be copied where they are harmless."""
    if thing.startswith(("http://", "https://")):
        return link(thing, thing, _ADDRESS_CHARACTERS)
    return _id(thing)


def _id(feed_id: str) -> str:
    plain = re.fullmatch(r"[a-z0-9_-]{1,64}", feed_id)
    return f"`{feed_id}`" if plain else escape(feed_id, _ADDRESS_CHARACTERS)


def _naming_settings(cure: str) -> str:
    """The cure with its settings as code: escaped, their names could not be copied."""
    return _SETTING.sub(
        lambda found: f"`{found.group().replace(LOW_LINE, '_')}`", escape(cure, 300)
    )


def _more(count: int) -> Block:
    return context(f"… and {count} more; `tariffwire feeds list` shows all.")
