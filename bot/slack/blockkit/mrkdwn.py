"""The one place where text is made safe for Slack, and where its markup is written.

Slack reads three characters as control characters (`&`, `<`, `>`) and has entities for them. For
its formatting characters it has no escape at all, so they are replaced by letters that look alike
and mean nothing to it (slackhq/slack-api-docs issue 34 confirms that a backslash does not help).

Every function here returns markup that may be joined; `escape` is the only way in for text that a
feed or a person wrote.
"""

import re
from datetime import datetime
from urllib.parse import quote, urlsplit

from bot.slack.blockkit.limits import URL_CHARACTERS
from bot.text.single_line import single_line
from bot.values import utc

_HARMLESS = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        "*": "\u2217",  # asterisk operator; would start bold
        "_": "\u02cd",  # LOW_LINE, a modifier letter; would start italics
        "~": "\u223c",  # tilde operator; would start strike-through
        "`": "'",  # would start code
    }
)

LOW_LINE = "\u02cd"
"""What `escape` shows for an underscore."""

_EMOJI = re.compile(r":(?=\S{1,100}?:)")
# Whatever follows, for the text may be cut there.
_BROADCAST = re.compile(r"@(?=here|channel|everyone)", re.IGNORECASE)
# Most texts of ours hold nothing of it.
_HARMFUL = re.compile(r"[*_~`&<>]")
_QUOTE_OR_LIST = re.compile(r"^[>›•◦▪‣\s]+")
# Percent signs stay as they are: addresses come percent-encoded.
_URL_SAFE = "%/:=&?~#+!$,;'@()*[]-._"


def cut(text: str, limit: int) -> str:
    """The text in at most `limit` characters, with an ellipsis where something is missing."""
    return text if len(text) <= limit else text[: max(limit - 1, 0)].rstrip() + "…"


def escape(text: str, limit: int = 500) -> str:
    """Markup that shows the text literally: no link, mention, emoji code or formatting.

    At most `limit` characters of markup; an entity is never cut in two.
    """
    shown = _QUOTE_OR_LIST.sub("", single_line(text), 1)
    if ":" in shown:
        shown = _EMOJI.sub("\u2236", shown)
    if "@" in shown:
        shown = _BROADCAST.sub("\uff20", shown)
    if _HARMFUL.search(shown):
        shown = shown.translate(_HARMLESS)
    return cut_markup(shown, limit)


def cut_markup(markup: str, limit: int) -> str:
    """The markup in at most `limit` characters; no link and no entity is cut in two."""
    if len(markup) <= limit:
        return markup
    kept = markup[: max(limit - 1, 0)]
    for start, end in (("<", ">"), ("&", ";")):
        if kept.rfind(start) > kept.rfind(end):
            kept = kept[: kept.rfind(start)]
    return kept.rstrip() + "…"


def bold(markup: str) -> str:
    """The markup in bold; bold must hug what it marks."""
    return f"*{markup.strip()}*" if markup.strip() else ""


def quoted(text: str, limit: int = 120) -> str:
    """Text that somebody wrote, escaped and in quotation marks."""
    return f"“{escape(text, limit)}”"


def safe_url(url: str) -> str | None:
    """The address fit to be followed by a reader, or None.

    Only http and https, with a host, without a name or password in it (`https://bank@evil` shows
    one host and opens another), and short enough for a button.
    """
    try:
        parts = urlsplit(single_line(url).replace(" ", "%20"))
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
            return None
        address = quote(parts.geturl(), safe=_URL_SAFE)
    except ValueError:
        return None
    return address if len(address) <= URL_CHARACTERS else None


def link(url: str, label: str, limit: int = 500) -> str:
    """The label linked to the address; the label alone where the address is not safe."""
    address, shown = safe_url(url), escape(label, limit)
    if address is None or not shown:
        return shown
    # Slack splits a link at its first bar, and ends it at the first angle bracket.
    return f"<{address.replace('&', '&amp;')}|{shown.replace('|', '¦')}>"


def person(user: str) -> str:
    """A mention of one person, by id; empty for anything that is no id."""
    return f"<@{user}>" if re.fullmatch(r"[A-Z0-9]{2,30}", user) else ""


def channel(conversation: str) -> str:
    """A channel's name as a link, by id; empty for anything that is no id."""
    return f"<#{conversation}>" if re.fullmatch(r"[A-Z0-9]{2,30}", conversation) else ""


def moment(when: datetime) -> str:
    """The moment in the reader's own time zone; clients that cannot do that show UTC."""
    fallback = f"{utc(when):%Y-%m-%d %H:%M} UTC"
    return f"<!date^{int(when.timestamp())}^{{date_short_pretty}} {{time}}|{fallback}>"
