"""Formats the output of `tariffwire feeds check`."""

from collections.abc import Collection
from datetime import datetime

from bot.feeds.health import format_duration
from bot.feeds.polling.feed_check import FeedCheck
from bot.news.reader import Reader
from bot.text.dates import format_day
from bot.text.languages import is_read


def format_report(
    found: FeedCheck, reader: Reader, languages: Collection[str], now: datetime
) -> list[str]:
    """The lines of the report: first about the feed, then about its entries that match a topic.

    `languages` are those for which there are topic rules.
    """
    return [
        *_describe_feed(found),
        *_describe_language(found.feed.language, languages),
        *_list_flagged(found, reader, now),
    ]


def _describe_language(language: str, languages: Collection[str]) -> list[str]:
    lines = [f"language: {language}"]
    if not is_read(language, languages):
        known = ", ".join(sorted(languages))
        lines.append(
            f"warning: no topic rules for this language (only {known}), so few entries match"
        )
    return lines


def _describe_feed(found: FeedCheck) -> list[str]:
    state, round_ = found.round.state, found.round
    entries = "1 entry" if found.listed == 1 else f"{found.listed:,} entries"
    lines = [f"{found.title or found.feed.id}: {found.form}, {entries}"]
    lines += [f"address: {found.feed.url}"]
    lines += [f"linked from the page {found.page}"] if found.page else []
    lines += [f"other feed: {other.url} {other.title}".rstrip() for other in found.others]
    dates = [entry.published for entry in round_.entries if entry.published is not None]
    if dates:
        lines.append(f"entries from {format_day(min(dates))} to {format_day(max(dates))}")
    if state.window_s is not None:
        lines.append(f"the entries cover {format_duration(state.window_s)}")
    if state.interval_s is not None:
        lines.append(f"polling interval: {format_duration(state.interval_s)}")
    lines += list(found.headers) or ["no caching headers"]
    lines += [f"hub: {hub}" for hub in found.hubs]
    return lines + [f"warning: {warning}" for warning in round_.warnings]


def _list_flagged(found: FeedCheck, reader: Reader, now: datetime) -> list[str]:
    read = (reader.read(entry, found.feed, now) for entry in found.round.entries)
    stories = [story for story in read if story is not None]
    lines = [f"{len(stories)} of {len(found.round.entries)} entries match a topic:"]
    for story in stories:
        lines.append(f"  [{', '.join(topic.label for topic in story.topics)}] {story.title}")
        lines += [
            f"      {each.topic.label}: “{each.words}” ({each.rule})" for each in story.evidence
        ]
    return lines
