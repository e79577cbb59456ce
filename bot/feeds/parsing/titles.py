"""Recognizes titles, or parts of titles, that are not about the news.

counts   removed               "Duty on tea doubled [14 comments]" -> "Duty on tea doubled"
                               not "Duty on tea doubled (14 products)"
errors   the feed has failed   "Bridge returned error 503!", "Failed to fetch the page"
                               not "Customs admits error in duty on tea"
"""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from bot.feeds.model import Entry

_COMMENTS = (
    r"comments?|replies|reply|kommentare?|commentaires?|coment[aá]rios?|commenti|commento|reacties"
    r"|kommentarer|koment[aá]\w*|комментари\w*|yorum|条?评论|件のコメント|コメント|댓글"
)
_LISTED = rf"(?:new\s+)?(?:{_COMMENTS}|likes?|views?|upvotes?|reads?|retweets?|reposts?|reactions?)"
_NUMBER = r"\+?\d[\d.,\u00a0]*[km]?\+?"
_IN_BRACKETS = rf"(?:{_LISTED}|points?|score|shares?)"
_COUNT = rf"(?:{_NUMBER}\s*{_IN_BRACKETS}|{_IN_BRACKETS}\s*:?\s*{_NUMBER})"
_COUNTS = rf"{_COUNT}(?:\s*[,;|/·•&+]\s*{_COUNT})*"
_BRACKETED = rf"(?:\[\s*{_COUNTS}\s*\]|\(\s*{_COUNTS}\s*\)|\{{\s*{_COUNTS}\s*\}})"
_LEADING_COUNTS = re.compile(rf"\s*{_BRACKETED}[\s:–—-]*", re.IGNORECASE)
_TRAILING_COUNTS = re.compile(
    rf"\s*(?:{_BRACKETED}|(?:\s[-–—]|[|·•])\s*(?:{_NUMBER}\s*{_LISTED}"
    rf"|{_LISTED}\s*(?::\s*)?(?:{_NUMBER}|[(\[]{_NUMBER}[)\]]))"
    rf"|[💬👍❤👁♥★]\ufe0f?\s*{_NUMBER})\s*\Z",
    re.IGNORECASE,
)

_STATUS = (
    r"service\sunavailable|bad\sgateway|gateway\stime-?out|internal\sserver\serror|not\sfound"
    r"|forbidden|too\smany\srequests|unauthorized|bad\srequest|access\sdenied|request\stime-?out"
)
_FAILED = r"could\snot|couldn['’]t|cannot|can['’]t|unable\sto|failed\sto"
_GOT = r"load|fetch|read|parse|retrieve|get|generate|receive|process|download|open|access|request"
_MAKER = (
    r"http|https|curl|server|internal\sserver|fatal|php|runtime|gateway|proxy|feed|rss|parser?"
    r"|fetch|request|connection|network|unexpected|unknown"
)
_ERROR = re.compile(
    rf"""
    .{{0,60}}\bbridge\s(?:has\s)?(?:returned|encountered|reported|threw)\b.{{0,20}}\b(?:error|exception)\b
    |(?:{_MAKER})\s(?:error|exception)(?:\s\d+)?(?:\s*[:!(–—-]|\Z|\soccurred)
    |an\s(?:\w+\s)?error\s(?:has\s)?occurred
    |(?:error|exception|http|status)(?:\scode)?[\s:\#]*[45]\d\d\b
    |[45]\d\d[\s:–—-]+(?:{_STATUS})
    |(?:error:?\s)?(?:{_STATUS})[.!]?\Z
    |(?:uncaught\s)?\w+exception\b|uncaught\sexception
    |(?:{_FAILED}|.{{0,40}}\bwas\sunable\sto)\s(?:{_GOT})\b.{{0,60}}\b
        (?:feed|rss|page|website|site|url|contents?)\b
    |(?:this|your|the)\s(?:rss\s)?feed\s
        (?:is\s(?:no\slonger|not|disabled|expired|unavailable)|has\sexpired|could\snot|cannot|failed
        |has\sbeen\s(?:disabled|suspended|deleted|removed))
    |(?:api\s)?rate\slimit\sexceeded
    """,
    re.IGNORECASE | re.VERBOSE,
)
_MAX_ERRORS = 3


def remove_counts(title: str) -> str:
    """The title without a count of comments, likes, views or points at its start or end.

    A title that consists of a count only is returned unchanged.
    """
    if not any(map(str.isdigit, title)):
        return title
    kept = title
    if leading := _LEADING_COUNTS.match(kept):
        kept = kept[leading.end() :]
    if trailing := _TRAILING_COUNTS.search(kept, max(0, len(kept) - 120)):
        kept = kept[: trailing.start()]
    return kept.strip() or title


def find_error_report(entries: Sequence[Entry]) -> str:
    """The title of the first entry if all entries report errors of the feed itself; otherwise "".

    Software that makes feeds of web pages answers in this way when it cannot read the page.
    """
    if not 0 < len(entries) <= _MAX_ERRORS:
        return ""
    return entries[0].title if all(map(_is_error_report, entries)) else ""


def _is_error_report(entry: Entry) -> bool:
    return bool(_ERROR.match(entry.title)) or "_error_time=" in urlsplit(entry.link).query
