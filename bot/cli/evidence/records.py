"""The records of an export: stories, alerts and answers, with a hash of each record.

story    what an outlet published, when, and when the bot saw it
alert    a message that was sent: where, why, when, and about which stories
answer   a question, its answer, the person and the time

The field `sha256` is the SHA-256 of the other fields as JSON: keys sorted, no blanks, UTF-8.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from bot.store.evidence import GivenAnswer, SavedStory, SentMessage

Record = Mapping[str, object]

COLUMNS = (
    "record",
    "id",
    "kind",
    "event_id",
    "published",
    "seen",
    "sent",
    "team",
    "conversation",
    "person",
    "title",
    "link",
    "source",
    "topics",
    "parties",
    "text",
    "reason",
    "ts",
    "question",
    "details",
    "sha256",
)
"""The columns of a CSV file. `details` has all other fields of the record as JSON."""

# Excel and other programs read a cell that begins with one of these as a formula. They ignore
# blanks before it, and they know the wide forms too.
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")


def build_story_record(story: SavedStory) -> Record:
    """The record of a story, with all facts that were found in it."""
    facts = {name: value for name, value in story.data.items() if name != "seen_at"}
    times = {"published": _moment(story.published), "seen": _moment(story.seen)}
    return _add_hash({**facts, **times, "record": "story"})


def build_alert_record(message: SentMessage) -> Record:
    """The record of a message. `published` and `seen` are those of its first story."""
    first = message.stories[0] if message.stories else None
    stories = [
        {
            "id": each.id,
            "title": each.title,
            "link": each.link,
            "published": _moment(each.published),
            "seen": _moment(each.seen),
        }
        for each in message.stories
    ]
    return _add_hash(
        {
            "record": "alert",
            "id": message.id,
            "kind": message.kind,
            "team": message.team,
            "conversation": message.conversation,
            "event_id": message.event_id or None,
            "title": first.title if first else None,
            "link": first.link if first else None,
            "published": _moment(first.published) if first else None,
            "seen": _moment(first.seen) if first else None,
            "sent": _moment(message.sent),
            "ts": message.ts,
            "reason": message.reason,
            "content": message.content or None,
            "stories": stories,
            "story_ids": list(message.story_ids),
        }
    )


def build_answer_record(answer: GivenAnswer) -> Record:
    """The record of an answer; `sent` is when it was given."""
    return _add_hash(
        {
            "record": "answer",
            "sent": _moment(answer.at),
            "team": answer.team,
            "conversation": answer.conversation,
            "person": answer.user,
            "question": answer.question,
            "answer": answer.data,
        }
    )


def build_row(record: Record) -> list[str]:
    """The cells of a record for CSV, none of which is a formula."""
    details = {name: value for name, value in record.items() if name not in COLUMNS}
    cells = {**record, "details": _dump(details) if details else ""}
    return [_protect(_format_cell(cells.get(name))) for name in COLUMNS]


def build_line(record: Record) -> str:
    """A record as one line of JSON."""
    return _dump(record)


def _add_hash(record: dict[str, object]) -> Record:
    return {**record, "sha256": hashlib.sha256(_dump(record).encode()).hexdigest()}


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _format_cell(value: object) -> str:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return " ".join(value)
    return "" if value is None else value if isinstance(value, str) else _dump(value)


def _protect(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would run as a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
