"""Writes Slack's markup, and escapes text for it. No other module writes markup by hand.

In Slack's markup, `&`, `<` and `>` are control characters; entities such as `&amp;` escape them.
Formatting characters such as `*` cannot be escaped, not even with a backslash
(slackhq/slack-api-docs issue 34). So they are replaced with similar characters that have no meaning
in markup.

The results of functions that return markup can be joined. All text from feeds and people must go
through `escape`.
"""

import re
from datetime import datetime
from urllib.parse import quote, urlsplit

from bot.slack.blockkit.limits import URL_CHARACTERS
from bot.text.dates import format_day
from bot.text.single_line import to_single_line
from bot.values import to_utc

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
"""The character with which `escape` replaces an underscore."""

_NAME = re.compile(
    rf"(?<![\w./:@=&?%'`-])[A-Za-z][A-Za-z0-9]*(?:{LOW_LINE}[A-Za-z0-9]+)+(?![\w/@=&%'`-]|\.\w)"
)
# The name of an emoji contains no slash and no bracket; an address with a port does.
_EMOJI = re.compile(r":(?=[^\s:/\[\]]{1,100}:)")
# There is no word boundary at the end, because the text may be cut there.
_BROADCAST = re.compile(r"@(?=here|channel|everyone)", re.IGNORECASE)
_QUOTE_OR_LIST = re.compile(r"^[>›•◦▪‣\s]+")
# Addresses are percent-encoded already, so percent signs are not encoded again.
_URL_SAFE = "%/:=&?~#+!$,;'@()*[]-._"


def cut(text: str, limit: int) -> str:
    """The text in at most `limit` characters. If it is cut, it ends with an ellipsis."""
    return text if len(text) <= limit else text[: max(limit - 1, 0)].rstrip() + "…"


def escape(text: str, limit: int = 500) -> str:
    """Markup that shows the text literally, without links, mentions, emoji or formatting.

    The markup has at most `limit` characters. It is never cut inside an entity.
    """
    shown = _QUOTE_OR_LIST.sub("", to_single_line(text), 1)
    shown = _BROADCAST.sub("\uff20", _EMOJI.sub("\u2236", shown))
    return cut_markup(shown.translate(_HARMLESS), limit)


def show_names_as_code(markup: str) -> str:
    """Escaped markup with its names with underscores as code, so that they can be searched.

    Such names are Slack's codes, as `channel_not_found`, and ids of feeds.
    """
    return _NAME.sub(lambda found: f"`{found.group().replace(LOW_LINE, '_')}`", markup)


def cut_markup(markup: str, limit: int) -> str:
    """The markup in at most `limit` characters. It is never cut inside a link or an entity."""
    if len(markup) <= limit:
        return markup
    kept = markup[: max(limit - 1, 0)]
    for start, end in (("<", ">"), ("&", ";")):
        if kept.rfind(start) > kept.rfind(end):
            kept = kept[: kept.rfind(start)]
    return kept.rstrip() + "…"


def bold(markup: str) -> str:
    """The markup in bold; empty if the markup is blank."""
    return f"*{markup.strip()}*" if markup.strip() else ""


def quote_text(text: str, limit: int = 120) -> str:
    """Text from a feed or a person as markup, escaped and in quotation marks."""
    return f"“{escape(text, limit)}”"


def check_url(url: str) -> str | None:
    """The address if it is safe to open, otherwise None.

    A safe address has http or https, a host and no user name, and is short enough for a button.
    With a user name, an address such as `https://bank@evil` seems to lead to one host and leads to
    another.
    """
    try:
        parts = urlsplit(to_single_line(url).replace(" ", "%20"))
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
            return None
        address = quote(parts.geturl(), safe=_URL_SAFE)
    except ValueError:
        return None
    return address if len(address) <= URL_CHARACTERS else None


def link(url: str, label: str, limit: int = 500) -> str:
    """The label as a link to the address. If the address is not safe, only the label."""
    address, shown = check_url(url), escape(label, limit)
    if address is None or not shown:
        return shown
    # Slack splits a link at its first vertical bar and ends it at the first `>`.
    return f"<{address.replace('&', '&amp;')}|{shown.replace('|', '¦')}>"


def mention_person(user: str) -> str:
    """A mention of the person with this id; empty if the id is not valid."""
    return f"<@{user}>" if re.fullmatch(r"[A-Z0-9]{2,30}", user) else ""


def link_channel(conversation: str) -> str:
    """A link to the channel with this id; empty if the id is not valid."""
    return f"<#{conversation}>" if re.fullmatch(r"[A-Z0-9]{2,30}", conversation) else ""


def format_moment(when: datetime) -> str:
    """The time in the reader's time zone. If the reader's client cannot convert it, the time in
    UTC."""
    utc = to_utc(when)
    fallback = f"{format_day(utc)}, {utc:%H:%M} UTC"
    return f"<!date^{int(when.timestamp())}^{{date_short_pretty}} {{time}}|{fallback}>"
