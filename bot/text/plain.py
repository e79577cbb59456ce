"""Converts untrusted HTML to plain text, and truncates text. All steps take linear time."""

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Collection

from selectolax.lexbor import LexborHTMLParser

# Feeds escape markup once or twice, and three times if one feed quotes another.
_ROUNDS = 4

INVISIBLE = (
    "\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u115f\u1160"
    "\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff"
    "\uffa0\ufff0-\uffff\U0001d173-\U0001d17a\U000e0000-\U000e0fff\ud800-\udfff"
)
"""The content of a regex character class: invisible characters and those that reorder text.

Controls (without tab and line feed), soft hyphens, zero-width, bidirectional and tag characters,
fillers and surrogates."""
_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_MARKS = r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_STACKED_MARKS = re.compile(f"({_MARKS}{{2}}){_MARKS}+")
_LINE_ENDS = re.compile("[\n\x85\u2028\u2029]")

# The elements of HTML, with obsolete ones, <svg> and <math>, and the elements of feeds that broken
# XML leaves in a text.
_ELEMENTS = (
    "a abbr acronym address applet area article aside audio b base basefont bdi bdo bgsound big "
    "blink blockquote body br button canvas caption center cite code col colgroup data datalist dd "
    "del details dfn dialog dir div dl dt em embed fieldset figcaption figure font footer form "
    "frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe image img input ins "
    "isindex kbd keygen label legend li link listing main map mark marquee math menu menuitem meta "
    "meter nav nobr noembed noframes noscript object ol optgroup option output p param picture "
    "plaintext pre progress q rb rp rt rtc ruby s samp script search section select slot small "
    "source spacer span strike strong style sub summary sup svg table tbody td template textarea "
    "tfoot th thead time title tr track tt u ul var video wbr xmp "
    "channel description enclosure entry feed guid item pubdate rss"
)
_OPENING = re.compile(r"<(?=[a-zA-Z/!?])")
_OPENINGS = re.compile(r"(?<!<)<++(?=[a-zA-Z/!?])")
_TAG = re.compile(
    rf"""<(?:
      !--|!\[CDATA\[
      |[!?][^<>]*+>
      |/?(?:{"|".join(_ELEMENTS.split())})(?:[\s/]*+(?:>|\Z)|[\s/][^<>]*+>|\s++[\w:-]++(?:\Z|\s*+=))
      |[a-z]\w*+(?:[-:.]\w++)++(?:[\s/][^<>]*+)?>
      |/[a-z][\w:.-]*+\s*+>
      |[a-z]\w*+\s++[\w:-]++\s*+=\s*+["']
    )""",
    re.IGNORECASE | re.VERBOSE,
)
"""Matches the start of markup: a comment, CDATA, a declaration, a tag with the name of an HTML
element, with a compound name (`o:p`, `x-y`) or with a quoted attribute.

A tag needs its `>`, except one with an HTML name that the end of the text cuts off. Any other `<`
is text, as in `parcels <USD 800` or `Section 232 <update>`.
"""
_NAMED = re.compile(rf"</?(?:{'|'.join(_ELEMENTS.split())})(?!\w)|<[!?]", re.IGNORECASE)
_OTHER_TAG = re.compile(r"<(/?)([a-z]\w*+)(?:\s[^<>]*+)?>", re.IGNORECASE)
_FORMATTING = re.compile(r"<(/?)(b|i|u|s|em|strong|small|big|tt|code|sub|sup|mark)>", re.IGNORECASE)
_HIDDEN = [
    *("script", "style", "noscript", "template", "iframe", "object", "embed", "applet"),
    *("svg", "math", "head", "noframes", "noembed", "audio", "video", "canvas", "select"),
]
_BLOCKS = frozenset(
    str.split(
        "address article aside blockquote br dd details div dl dt fieldset figcaption figure "
        "footer form h1 h2 h3 h4 h5 h6 header hr legend li main nav ol p pre section summary "
        "table tbody td tfoot th thead tr ul"
    )
)
# At the start tag of each of these elements, an HTML parser searches all open elements.
_NESTED = (_BLOCKS - {"br", "hr"}) | set(str.split("center dialog dir hgroup menu rp rt search"))
_NESTED_TAG = re.compile(rf"<(/?)({'|'.join(_NESTED)})(?=[\s/>])[^<>]*>", re.IGNORECASE)
_MAX_DEPTH = 200


def to_plain_text(markup: str, limit: int, *, lone_tags: bool = False) -> str:
    """The visible text of HTML, in at most `limit` characters.

    Resolves entities; removes tags, escaped tags, scripts, styles and invisible characters; puts
    each block on its own line; collapses spaces; composes letters (NFC). Truncated text ends with
    an ellipsis. A `<` that starts no tag (see `_TAG`) stays in the text.

    With `lone_tags`, an escaped formatting tag without its counterpart stays in the text, because
    the author wrote about the tag. A pair of tags is removed, because it is markup that was escaped
    twice.
    """
    text = _INVISIBLE.sub("", markup[: limit * 8 + 1000])
    for round_number in range(_ROUNDS):
        decoded = _remove_markup(text, lone_tags=lone_tags and round_number > 0)
        if decoded == text:
            break
        text = _INVISIBLE.sub("", decoded)
    if not text.isascii():
        text = _STACKED_MARKS.sub(r"\1", unicodedata.normalize("NFC", text))
    text = _remove_tag_openings(text, lone_tags=lone_tags)
    lines = [" ".join(line.split()) for line in _LINE_ENDS.split(text)]
    return cut("\n".join(filter(None, lines)), limit)


def cut(text: str, limit: int) -> str:
    """The text truncated at a word to `limit` characters, with an ellipsis if it was longer."""
    if len(text) <= limit:
        return text
    end = max(limit - 1, 0)
    blank = max(text.rfind(" ", 0, end + 1), text.rfind("\n", 0, end + 1))
    if blank > end * 2 // 3:
        end = blank
    # Do not cut within a number or before a combining mark, which would change the meaning.
    while end > 0 and (unicodedata.combining(text[end]) or _is_in_number(text, end)):
        end -= 1
    return (text[:end].rstrip(" \n,;:-–—") + "…")[:limit]


def _is_in_number(text: str, at: int) -> bool:
    return text[at - 1].isdigit() and (text[at].isdigit() or text[at] in ".,%")


def _remove_markup(text: str, *, lone_tags: bool) -> str:
    """The text without tags and with resolved entities."""
    if "<" not in text:
        return html.unescape(text)
    pairs = _find_paired_names(text)
    if not pairs and not _TAG.search(text):
        return html.unescape(text)
    text = _OPENING.sub(
        lambda opening: "<" if _is_tag(text, opening.start(), pairs) else "&lt;", text
    )
    return _extract_visible_text(_escape_lone_tags(text) if lone_tags else text)


def _is_tag(text: str, at: int, pairs: Collection[str]) -> bool:
    """Whether the `<` at this position starts markup."""
    if _TAG.match(text, at):
        return True
    other = _OTHER_TAG.match(text, at) if pairs else None
    return other is not None and other.group(2).lower() in pairs


def _find_paired_names(text: str) -> set[str]:
    """The names in the text that have both a start tag and an end tag, in lower case."""
    if "</" not in text:
        return set()
    started: set[str] = set()
    ended: set[str] = set()
    for slash, name in _OTHER_TAG.findall(text):
        (ended if slash else started).add(name.lower())
    return started & ended


def _extract_visible_text(markup: str) -> str:
    """The text of the HTML without hidden elements; each block is a line."""
    tree = LexborHTMLParser(limit_depth(markup))
    tree.strip_tags(_HIDDEN)
    pieces: list[str] = []
    # None marks the end of a block.
    stack = [tree.root]
    while stack:
        node = stack.pop()
        if node is None:
            pieces.append("\n")
        elif node.is_text_node:
            pieces.append(node.text_content or "")
        else:
            if node.tag in _BLOCKS:
                pieces.append("\n")
                stack.append(None)
            stack += reversed([*node.iter(include_text=True)])
    return "".join(pieces)


def limit_depth(markup: str) -> str:
    """The markup with a line break instead of each start tag of a block below 200 levels.

    Without the limit, the time of an HTML parser grows with the square of the depth.
    """
    if markup.count("<") <= _MAX_DEPTH:
        return markup
    is_open: Counter[str] = Counter()

    def replace_deep_tag(tag: re.Match[str]) -> str:
        name = tag.group(2).lower()
        if tag.group(1):
            is_open[name] = max(is_open[name] - 1, 0)
        elif is_open.total() < _MAX_DEPTH:
            is_open[name] += 1
        else:
            return "\n"
        return tag.group()

    return _NESTED_TAG.sub(replace_deep_tag, markup)


def _remove_tag_openings(text: str, *, lone_tags: bool) -> str:
    """The text without the `<` signs that start a tag.

    With `lone_tags`, the `<` of lone formatting tags stays.
    """
    if "<" not in text:
        return text
    lone = _find_lone_tags(text) if lone_tags else set()
    pairs = _find_paired_names(text)
    last_end = text.rfind(">")

    def replace_opening(opening: re.Match[str]) -> str:
        at = opening.end() - 1
        if (tag := _FORMATTING.match(text, at)) and tag.group(2).lower() in lone:
            return "<"
        # Without the `<` signs after it, an unclosed tag could get the `>` of a later one.
        can_close = at < last_end and _NAMED.match(text, at)
        return "" if can_close or _is_tag(text, at, pairs) else opening.group()

    return _OPENINGS.sub(replace_opening, text)


def _escape_lone_tags(text: str) -> str:
    lone = _find_lone_tags(text)
    return _FORMATTING.sub(
        lambda tag: f"&lt;{tag.group()[1:-1]}&gt;" if tag.group(2).lower() in lone else tag.group(),
        text,
    )


def _find_lone_tags(text: str) -> set[str]:
    """The names of formatting elements that have only start tags or only end tags."""
    started: set[str] = set()
    ended: set[str] = set()
    for slash, name in _FORMATTING.findall(text):
        (ended if slash else started).add(name.lower())
    return started ^ ended
