"""A question as somebody types it after `/tariff` -> what is asked.

    us china                  both directions, the first named first as imposer
    us on china               one direction; also `china -> us`, `tariffs by us on china`
    us eu steel               with goods, a code, or a layer (`us china section 301 only`)
    us china on 2025-04-15    on a day
    us china history          with every change
    us china vs vietnam       the same imposer, side by side
    us steel                  on all partners
    china                     all that it pays and imposes
    upcoming [china]          what comes next
    changes [since 2025-04-01] [china]

Case, accents, flags, order of the extras and small words do not matter. Nothing but QueryError
leaves `parse`, whatever the text.
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum

from bot.errors import QueryError, UnknownParty
from bot.folding import fold
from bot.frozen import Frozen
from bot.parties import WORLD, Parties
from bot.rates.product import ProductReader

_MAX_TEXT = 500
_MAX_NAME_WORDS = 6
_CHANGES_DAYS = 30

_MONTHS = "january february march april may june july august september october november december"
_MONTH = {
    name[:size]: number
    for number, name in enumerate(_MONTHS.split(), start=1)
    for size in (3, 4, len(name))
}
_NAMES = "|".join(sorted(_MONTH, key=len, reverse=True))
_DAYS = (
    re.compile(r"\b(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})\b"),
    re.compile(
        rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m>{_NAMES})\.?,?\s+(?P<y>\d{{4}})\b"
    ),
    re.compile(rf"\b(?P<m>{_NAMES})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}})\b"),
)
_YESTERDAY = re.compile(r"\byesterday\b")

_TOKEN = re.compile(r":[a-z]+(?:-[a-z]+)?:|[\U0001f1e6-\U0001f1ff]{2}|->|[^\s,;?!()\[\]\"]+")
# Slack writes people, channels and @channel as <@U1>, <#C1|name> and <!channel>.
_MENTION = re.compile(r"<[@#!][^>]*>")
_FLAG = re.compile(r":[a-z]+(?:-[a-z]+)?:|[\U0001f1e6-\U0001f1ff]{2}")
_ALNUM = re.compile(r"[a-z0-9]")
_ARROWS = re.compile(r"\s*(?:-+>|=+>|→|⇒|➡️?|⟶)\s*")
_EDGES = ".'`*_~<>"
_NOISE = frozenset(
    {
        *("a", "about", "additional", "all", "an", "and", "applied", "are", "as", "at", "between"),
        *("be", "by", "charge", "charged", "charges", "current", "currently", "customs", "do"),
        *("does", "duties", "duty", "for", "from", "give", "goods", "has", "have", "how", "i"),
        *("import", "imports", "imposed", "imposes", "impose", "in", "is", "it", "levies", "levy"),
        *("me", "much", "of", "on", "paid", "pay", "pays", "please", "product", "products"),
        *("rate", "rates", "show", "tariff", "tariffs", "tell", "that", "the", "there", "to"),
        *("under", "what", "what's", "whats", "which", "with", "against", "vs", "versus"),
        *("now", "today", "right", "effect", "force", "when", "since", "&", "/", "+", "x", "->"),
    }
)
_ONE_WAY = frozenset({"on", "by", "pay", "pays", "paid", "against", "imposes", "charges"})
_CALENDAR = frozenset({"upcoming", "calendar", "changes", "changed"})
_HISTORY = frozenset({"history", "timeline", "chart", "over time"})


class Kind(StrEnum):
    PAIR = "pair"
    COMPARE = "compare"
    PARTY = "party"
    UPCOMING = "upcoming"
    CHANGES = "changes"


class RateQuery(Frozen):
    """What is asked; parties are codes, `WORLD` for all partners."""

    kind: Kind
    imposer: str | None = None
    partner: str | None = None
    versus: tuple[str, ...] = ()
    """Further partners to set beside the first."""
    product: str | None = None
    on: date | None = None
    """None for the newest day that the ledger knows."""
    since: date | None = None
    history: bool = False
    both_ways: bool = False
    """Whether the other direction is answered too."""


class _Words:
    """The text cut into tokens, some of them recognised as parties."""

    def __init__(self, tokens: Sequence[str], parties: Parties) -> None:
        self.rest: list[str] = []
        self.codes: list[str] = []
        self.joints: list[str] = []
        """Words that stood before each party since the one before it, joined by blanks."""
        between: list[str] = []
        # 'us in' can only mean the codes; in a longer text 'in' is a small word.
        codes_only = len(tokens) == 2 and parties.named(tokens[0]) is not None
        at = 0
        while at < len(tokens):
            size, code = _party_at(tokens, at, parties, small_words=not codes_only)
            if code is None:
                between.append(tokens[at])
                self.rest.append(tokens[at])
                at += 1
                continue
            if code not in self.codes:
                self.codes.append(code)
                self.joints.append(" ".join(between))
            between = []
            at += size
        if len(self.codes) == 1 and len(self.rest) == 1:
            self._take_code(parties)

    def _take_code(self, parties: Parties) -> None:
        """A small word that is all there is beside one party is the other's code."""
        (word,) = self.rest
        party = parties.named(word) if word in _NOISE else None
        if party is None or party.code in self.codes:
            return
        leads = self.joints == [word]
        self.codes.insert(0 if leads else 1, party.code)
        self.joints, self.rest = ["", ""], []


def parse(
    text: str,
    parties: Parties,
    today: date,
    reader: ProductReader | None = None,
) -> RateQuery:
    """The question in the text; raises QueryError, or UnknownParty with the nearest names.

    By the `reader` (`Ledger.reader`), `us steel` is not taken for two economies of which one is
    misspelt, and words that are neither goods nor an economy are refused.
    """
    if len(text) > _MAX_TEXT:
        raise QueryError(
            "the question", f"longer than {_MAX_TEXT} characters", "Ask about one pair"
        )
    # A lone surrogate (from a broken terminal or feed) is no text that a model may hold.
    sound = text.encode("utf-8", "replace").decode("utf-8")
    lowered = _ARROWS.sub(" -> ", fold(_MENTION.sub(" ", sound))).lower()
    lowered = _FLAG.sub(r" \g<0> ", lowered)
    on, lowered = _take_day(lowered, today)
    bare = [run if run == "->" else run.strip(_EDGES) for run in _TOKEN.findall(lowered)]
    tokens = [run for run in bare if run]
    words = _Words(tokens, parties)
    if _CALENDAR & set(words.rest):
        _refuse_unread(words, parties, dated=on is not None)
    if "upcoming" in words.rest or "calendar" in words.rest:
        return RateQuery(kind=Kind.UPCOMING, partner=_first(words.codes))
    if "changes" in words.rest or "changed" in words.rest:
        since = on or today - timedelta(days=_CHANGES_DAYS)
        return RateQuery(kind=Kind.CHANGES, partner=_first(words.codes), since=since)
    return _about_rates(words, parties, on, reader)


def _about_rates(
    words: _Words,
    parties: Parties,
    on: date | None,
    reader: ProductReader | None,
) -> RateQuery:
    history = bool(_HISTORY & set(words.rest))
    product = _product(words.rest)
    codes = words.codes
    if product:
        _refuse_unknown(product, codes, parties, reader)
    if not codes:
        if product and reader is not None and reader.knows(product):
            raise QueryError(product, "names goods but no economy", f"Try: us {product}")
        if product:
            raise UnknownParty(product, parties.suggest(product))
        raise QueryError("the question", "names no economy", "Try: us china")
    if len(codes) == 1 and not product:
        return RateQuery(kind=Kind.PARTY, partner=codes[0], on=on, history=history)
    if len(codes) == 1:
        return RateQuery(
            kind=Kind.PAIR,
            imposer=codes[0],
            partner=WORLD,
            product=product,
            on=on,
            history=history,
        )
    imposer, partner = _direction(words)
    others = tuple(code for code in codes[2:] if code not in (imposer, partner))
    return RateQuery(
        kind=Kind.COMPARE if others else Kind.PAIR,
        imposer=imposer,
        partner=partner,
        versus=others,
        product=product,
        on=on,
        history=history,
        both_ways=not others and not _one_way(words) and WORLD not in codes[:2],
    )


def _direction(words: _Words) -> tuple[str, str]:
    """Imposer and partner: the first named imposes, unless small words say otherwise."""
    first, second = words.codes[:2]
    before, between = words.joints[0].split(), words.joints[1].split()
    if "by" in between and "by" not in before:
        return second, first
    # 'goods from china to us', 'china pays in the us'
    goods_from = {"from", "of"} & set(before) and "to" in between
    if goods_from or "pay" in between or "pays" in between or "paid" in between:
        return second, first
    # 'tariffs on china from us', 'on chinese goods in the us': who is charged stands first
    if before[-1:] == ["on"] and {"from", "in", "into"} & set(between):
        return second, first
    return first, second


def _one_way(words: _Words) -> bool:
    """Whether the words between the two say who charges whom."""
    joint = set(words.joints[1].split())
    before = set(words.joints[0].split())
    goods_move = bool(before & {"from", "of"}) and "to" in joint
    placed = "on" in before and bool(joint & {"from", "in", "into"})
    return goods_move or placed or not joint.isdisjoint(_ONE_WAY)


def _party_at(
    tokens: Sequence[str], at: int, parties: Parties, *, small_words: bool
) -> tuple[int, str | None]:
    """The longest run of tokens from here that names a party: how many, and its code."""
    for size in range(min(_MAX_NAME_WORDS, len(tokens) - at), 0, -1):
        run = tokens[at : at + size]
        # A name is looked up by its letters alone, so that a sign at its end would be swallowed.
        if size > 1 and not (_is_word(run[0]) and _is_word(run[-1])):
            continue
        words = " ".join(run)
        if size == 1 and small_words and words in _NOISE:
            continue
        party = parties.named(words)
        if party is not None:
            return size, party.code
    return 1, None


def _is_word(token: str) -> bool:
    return _ALNUM.search(token) is not None and _FLAG.fullmatch(token) is None


def _take_day(text: str, today: date) -> tuple[date | None, str]:
    """The first day named in the text, and the text without it and the 'on' before it."""
    for pattern in _DAYS:
        match = pattern.search(text)
        if match:
            return _day(match), _without(text, match)
    match = _YESTERDAY.search(text)
    if match:
        return today - timedelta(days=1), _without(text, match)
    return None, text


def _without(text: str, match: re.Match[str]) -> str:
    head = re.sub(r"\b(?:on|as of|at|since|in)\s*$", " ", text[: match.start()])
    return f"{head} {text[match.end() :]}"


def _day(match: re.Match[str]) -> date:
    month = match["m"]
    number = int(month) if month.isdigit() else _MONTH[month]
    try:
        return date(int(match["y"]), number, int(match["d"]))
    except ValueError:
        raise QueryError(match.group(), "not a day", "Write it as 2025-05-14") from None


def _product(rest: Sequence[str]) -> str | None:
    """What is left of the text once small words are gone from its ends; None if nothing is."""
    words = [word for word in rest if word not in _HISTORY]
    while words and words[0] in _NOISE:
        words.pop(0)
    while words and words[-1] in _NOISE:
        words.pop()
    kept = [word for word in words if word != "->"]
    return " ".join(kept) or None


def _refuse_unknown(
    product: str, codes: Sequence[str], parties: Parties, reader: ProductReader | None
) -> None:
    """Raises QueryError where the words left over are no goods, no code, no layer of duty.

    It is UnknownParty where names of economies or goods come near.
    """
    if reader is not None and reader.understands(product):
        return
    near = _near(product, codes, parties)
    if len(codes) < 2 and near:
        raise UnknownParty(product, near)
    if reader is None or not codes:
        return
    near = (*near, *reader.near(product))
    cause = "neither goods nor an economy I know"
    if near:
        raise UnknownParty(product, near, cause)
    raise QueryError(product, cause, "An HS code, such as 8507.60, works too")


def _near(words: str, codes: Sequence[str], parties: Parties) -> tuple[str, ...]:
    """Names of economies that the words come near to, without those already named."""
    known = {parties.get(code).name for code in codes}
    suggestions = parties.suggest(words) or parties.suggest(words.split()[0])
    return tuple(name for name in suggestions if name not in known)


def _refuse_unread(words: _Words, parties: Parties, *, dated: bool) -> None:
    """Raises QueryError for a day of a calendar that cannot be read, or a misspelt economy."""
    rest = _product([word for word in words.rest if word not in _CALENDAR])
    if rest is None:
        return
    if "since" in words.rest and not dated:
        raise QueryError(rest, "not a day I can read", "Write it as 2025-05-14")
    if not words.codes and (near := parties.suggest(rest)):
        raise UnknownParty(rest, near)


def _first(codes: Sequence[str]) -> str | None:
    return codes[0] if codes else None
