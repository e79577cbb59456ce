"""A draft as plain text, dated and linked."""

import re
from datetime import datetime
from hashlib import sha256

from bot.feeds.model import Entry, FeedKind
from bot.feeds.parsing.normalization.links import web_link
from bot.feeds.parsing.normalization.raw_entry import RawEntry
from bot.feeds.parsing.result import FeedContext
from bot.text.plain import cut, plain

TITLE_CHARS, SUMMARY_CHARS = 400, 4000
_UNTITLED_CHARS = 120
_MAX_GUID = 500
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


def clean(
    draft: RawEntry, dated: tuple[datetime | None, bool], source: FeedContext, language: str
) -> Entry | None:
    """The draft as an entry without identities; None where nothing is left to show.

    `dated` is its date and whether it holds only roughly.
    """
    summary = _summary(draft, source.kind)
    title = plain(draft.title, TITLE_CHARS, lone_tags=True).replace("\n", " ")
    title = title or cut(summary.partition("\n")[0], _UNTITLED_CHARS)
    link = web_link(draft.link, source.url)
    if not title and not link:
        return None
    published, roughly = dated
    spoken = [draft.language, language, source.language]
    return Entry(
        feed_id=source.feed_id,
        key="",
        guid=shown_guid(draft.guid),
        link=link,
        title=title or link,
        summary=summary,
        published=published,
        published_roughly=roughly,
        language=next((each for each in spoken if _LANGUAGE.fullmatch(each)), ""),
    )


def _summary(draft: RawEntry, kind: FeedKind) -> str:
    """The publisher's summary, else the content; of a court both, for the origin of a case may
    stand in the content only."""
    summary = plain(draft.summary, SUMMARY_CHARS)
    if summary and kind is not FeedKind.COURT:
        return summary
    content = plain(draft.content, SUMMARY_CHARS)
    if not summary or not content or _squeezed(content) == _squeezed(summary):
        return content or summary
    return cut(f"{summary}\n{content}", SUMMARY_CHARS)


def _squeezed(text: str) -> str:
    return "".join(text.split())


def shown_guid(guid: str) -> str:
    """The guid without markup and line ends; a digest of it where it is longer than any is."""
    guid = " ".join(plain(guid, _MAX_GUID * 2).split()) if "<" in guid else " ".join(guid.split())
    return guid if len(guid) <= _MAX_GUID else sha256(guid.encode("utf-8", "replace")).hexdigest()
