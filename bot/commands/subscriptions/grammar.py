"""Parses what a subscription should be about, and when its stories should come.

    us china, between us and china          both of them
    us, china / us and china / us or china  one of them
    us on china, china -> us                a duty of the US on China
    steel, HS 8507                          goods, in words or codes
    with "word", without "word"             a word in the story, or not in it
    decided, threats                        decisions only, or threats and talks too
    official                                from official sources
    my lines                                stories that touch lines of the list here
    notable, breaking                       at least so severe
    hourly, daily at 8, weekly on monday    digests
    weekdays, quiet 22-7 [always]           the quiet time; `always` for breaking stories too
    Tokyo time, Asia/Tokyo                  the time zone

Words that are none of these are goods, which `commands/subscriptions/goods.py` finds in the ledger.
`format_subscription` writes what `parse_subscription` reads.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.alerts.subscriptions.criteria import Criteria, EconomyFilter, GoodsFilter
from bot.alerts.subscriptions.timing import Frequency, Timing
from bot.commands.subscriptions.zones import find_zone_name
from bot.errors import CommandError
from bot.news.state import Severity
from bot.parties import WORLD, Parties
from bot.text.single_line import to_single_line
from bot.values import Topic

TOPIC_WORDS: Mapping[str, Topic] = {
    **dict.fromkeys(["tariff", "tariffs", "duty", "duties"], Topic.TARIFF),
    **dict.fromkeys(["negotiation", "negotiations", "talk", "talks"], Topic.NEGOTIATION),
    **dict.fromkeys(
        ["court-ruling", "court-rulings", "ruling", "rulings", "court", "courts"],
        Topic.COURT_RULING,
    ),
}
_FREQUENCIES = {
    "instant": Frequency.INSTANT,
    "instantly": Frequency.INSTANT,
    "hourly": Frequency.HOURLY,
    "daily": Frequency.DAILY,
    "digest": Frequency.DAILY,
    "weekly": Frequency.WEEKLY,
}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SEVERITIES = {"notable": Severity.NOTABLE, "breaking": Severity.BREAKING}
_EVERYTHING = frozenset({"all", "everything"})
_WITHOUT = frozenset({"without", "except", "excluding"})
_MY, _LINES = frozenset({"my", "our"}), frozenset({"line", "lines"})
_OR, _AND, _ON, _ARROW = "or", "and", "on", "->"
# IN, ME and TO are also country codes, but as arguments they are ignored like other small words.
_FILLERS = frozenset(
    str.split(
        "a about alerts at between for from in me news of on only please stories the to "
        "trade updates vs versus with"
    )
)
_TOKEN = re.compile(
    r"[\"“”„«»](?P<quoted>[^\"“”„«»]*)[\"“”„«»]?|(?P<arrow>->|=>|→)|(?P<separator>[,;])"
    r"|(?P<word>[^\s,;\"“”„«»→]+)"
)
_HOUR = re.compile(r"(\d{1,2})(?::00)?(am|pm)?", re.IGNORECASE)
_HOURS = re.compile(r"(\d{1,2})(?::00)?\s*(?:-|–|to)\s*(\d{1,2})(?::00)?", re.IGNORECASE)
_NAME_WORDS = 5
"""Maximum words of an economy's name."""
_CITY_WORDS = 3
MOST_FILTERS = 20
"""Maximum economies, goods or words of a subscription."""
LONGEST_GOODS = 100


class SubscriptionNotUnderstood(CommandError):
    """A part of a subscription that makes no sense; `suggestions` are other arguments."""

    def __init__(self, word: str, cause: str, *suggestions: str) -> None:
        self.word, self.suggestions = word, suggestions
        super().__init__(word, cause)


class ParsedSubscription(NamedTuple):
    """What a text says about a subscription; None for a part that it does not state.

    Goods have neither names nor codes yet.
    """

    criteria: Criteria | None
    timing: Timing | None


class _Token(NamedTuple):
    kind: str
    text: str


class _Named(NamedTuple):
    """An economy, and what connects it to the one before in its group."""

    code: str
    connector: str


@dataclass
class _Parser:
    """Reads tokens from left to right."""

    tokens: Sequence[_Token]
    parties: Parties
    at: int = 0
    everything: bool = False
    worldwide: bool = False
    topics: set[Topic] = field(default_factory=set)
    groups: list[list[_Named]] = field(default_factory=lambda: [[]])
    goods: list[list[str]] = field(default_factory=lambda: [[]])
    words: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)
    flags: dict[str, object] = field(default_factory=dict)
    timing: dict[str, object] = field(default_factory=dict)
    connector: str = ""
    between: bool = False
    """Whether `and` joins a pair: `between us and china`."""
    quotes_exclude: bool = False

    def read(self) -> None:
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if token.kind == "quoted":
                self._add_word(token.text)
                self.at += 1
            elif token.kind in ("separator", "arrow"):
                self._end_goods()
                self._separate() if token.kind == "separator" else self._connect(_ARROW)
                self.at += 1
            else:
                self._read_word(token.text)

    def _read_word(self, word: str) -> None:
        key = word.lower().replace("_", "-")
        for step in (self._read_zone, self._read_time, self._read_filter, self._read_economy):
            if size := step(key):
                self._end_goods()
                self.at += size
                return
        if key == _OR:
            self._end_goods()
            self._separate()
        elif key == _AND:
            if self.goods[-1]:
                self.goods[-1].append(word)
            elif not self.between:
                self._separate()
        elif key in _FILLERS:
            if key == _ON:
                self._connect(_ON)
            self.between = self.between or key == "between"
            if self.goods[-1] and key in ("of", "for"):
                self.goods[-1].append(word)
            else:
                self._end_goods()
        else:
            self.goods[-1].append(word)
        self.at += 1

    def _add_word(self, text: str) -> None:
        if text.strip():
            (self.without if self.quotes_exclude else self.words).append(text.strip())

    def _separate(self) -> None:
        self.connector = ""
        if self.groups[-1]:
            self.groups.append([])

    def _connect(self, connector: str) -> None:
        if self.groups[-1]:
            self.connector = connector

    def _end_goods(self) -> None:
        run = self.goods[-1]
        while run and run[-1].lower() in (_AND, "of", "for"):
            run.pop()
        if run:
            self.goods.append([])

    def _peek(self, ahead: int = 1) -> _Token:
        place = self.at + ahead
        return self.tokens[place] if place < len(self.tokens) else _Token("", "")

    def _phrase(self, size: int) -> str:
        """The next `size` words; empty if they are not all words."""
        found = self.tokens[self.at : self.at + size]
        if len(found) < size or any(each.kind != "word" for each in found):
            return ""
        return " ".join(each.text for each in found)

    def _read_zone(self, key: str) -> int:
        for size in range(1, _CITY_WORDS + 1):
            following = self._peek(size)
            if following.kind == "word" and following.text.lower() == "time":
                zone = find_zone_name(self._phrase(size))
                if zone is not None:
                    self.timing["zone"] = zone
                    return size + 1
        zone = find_zone_name(key) if "/" in key or key == "utc" else None
        zone = zone or (find_zone_name(self._phrase(1)) if "/" in key else None)
        if zone is None:
            return 0
        self.timing["zone"] = zone
        return 1

    def _read_time(self, key: str) -> int:
        if key in _FREQUENCIES:
            self.timing["frequency"] = _FREQUENCIES[key]
            return 1
        if key == "weekdays":
            self.timing["weekdays_only"] = True
            return 1
        if key == "weekends":
            self.timing["weekdays_only"] = False
            return 1
        if key == "quiet":
            return self._read_quiet_hours()
        is_day = key.removesuffix("s") in _WEEKDAYS
        if is_day or (key in ("on", "every") and self._peek().text.lower() in _WEEKDAYS):
            day = key.removesuffix("s") if is_day else self._peek().text.lower()
            self.timing["weekday"] = _WEEKDAYS.index(day)
            self.timing["frequency"] = Frequency.WEEKLY
            return 1 if is_day else 2
        if key == "at":
            return self._read_hour()
        return 0

    def _read_hour(self) -> int:
        found = _HOUR.fullmatch(self._peek().text)
        if found is None:
            return 0
        hour, half = int(found[1]), (found[2] or "").lower()
        if half:
            hour = hour % 12 + (12 if half == "pm" else 0)
        self.timing["hour"] = _check_hour(hour, self._peek().text)
        self.timing.setdefault("frequency", Frequency.DAILY)
        return 2

    def _read_quiet_hours(self) -> int:
        if self._peek().text.lower() in ("none", "off"):
            self.timing |= {"quiet_from": None, "quiet_to": None}
            return 2
        for size in (1, 2, 3, 4):
            words = [self._peek(n).text for n in range(1, size + 1)]
            bare = " ".join(word for word in words if word.lower() not in ("hours", "from"))
            if found := _HOURS.fullmatch(bare):
                self.timing["quiet_from"] = _check_hour(int(found[1]), bare)
                self.timing["quiet_to"] = _check_hour(int(found[2]), bare)
                is_always = self._peek(size + 1).text.lower() == "always"
                self.timing["breaking_passes"] = not is_always
                return size + 2 if is_always else size + 1
        raise SubscriptionNotUnderstood("quiet", "it takes two hours: `quiet 22-7`")

    def _read_filter(self, key: str) -> int:
        if key in TOPIC_WORDS:
            self.topics.add(TOPIC_WORDS[key])
        elif key in _EVERYTHING:
            self.everything = True
        elif key in _SEVERITIES:
            self.flags["severity_from"] = _SEVERITIES[key]
        elif key == "decided":
            self.flags["decided_only"] = True
        elif key == "threats":
            self.flags["decided_only"] = False
        elif key == "official":
            self.flags["official_only"] = True
        elif key in _MY and self._peek().text.lower() in _LINES:
            self.flags["only_my_lines"] = True
            return 2
        elif key == "with" and self._peek().kind == "quoted":
            self.quotes_exclude = False
        elif key in _WITHOUT:
            return self._read_exclusion(key)
        else:
            return 0
        return 1

    def _read_exclusion(self, key: str) -> int:
        following = self._peek()
        if following.kind == "quoted":
            self.quotes_exclude = True
            return 1
        if following.kind != "word":
            raise SubscriptionNotUnderstood(key, 'it takes a word: `without "word"`')
        self.without.append(following.text)
        return 2

    def _read_economy(self, key: str) -> int:
        if key in _FILLERS or key in (_AND, _OR):
            longest = range(_NAME_WORDS, 1, -1)
        else:
            longest = range(_NAME_WORDS, 0, -1)
        for size in longest:
            phrase = self._phrase(size)
            if phrase and not (size > 1 and _ends_name(phrase)):
                party = self.parties.find(phrase)
                if party is not None:
                    self._add_economy(party.code)
                    return size
        parts = [self.parties.find(each) for each in re.split(r"[-–/]", self._phrase(1))]
        if len(parts) == 2 and parts[0] is not None and parts[1] is not None:
            self._add_economy(parts[0].code)
            self._add_economy(parts[1].code)
            return 1
        return 0

    def _add_economy(self, code: str) -> None:
        if code == WORLD:
            self.worldwide = True
            return
        self.groups[-1].append(_Named(code, self.connector))
        self.connector = ""


def parse_subscription(text: str, parties: Parties) -> ParsedSubscription:
    """What the text says. Raises SubscriptionNotUnderstood if it contradicts itself."""
    tokens = [
        _Token(found.lastgroup or "", found[found.lastgroup or 0] or "")
        for found in _TOKEN.finditer(to_single_line(text))
    ]
    parser = _Parser(tokens, parties)
    parser.read()
    economies = tuple(_list_economies(parser.groups, parties))
    goods = tuple(
        GoodsFilter(text=" ".join(run)[:LONGEST_GOODS]) for run in parser.goods if any(run)
    )
    words, without_words = _deduplicate(parser.words), _deduplicate(parser.without)
    for named in (economies, goods, words, without_words):
        if len(named) > MOST_FILTERS:
            raise SubscriptionNotUnderstood(text[:40], f"more than {MOST_FILTERS} of a kind")
    topics = frozenset() if parser.everything else frozenset(parser.topics)
    stated = (
        parser.everything,
        parser.worldwide,
        topics,
        economies,
        goods,
        words,
        without_words,
        parser.flags,
    )
    criteria = None
    if any(stated):
        criteria = Criteria.model_validate(
            {
                "topics": topics,
                "economies": tuple(dict.fromkeys(economies)),
                "goods": tuple(dict.fromkeys(goods)),
                "words": words,
                "without_words": without_words,
                **parser.flags,
            }
        )
    timing = Timing.model_validate(parser.timing) if parser.timing else None
    return ParsedSubscription(criteria, timing)


def format_subscription(criteria: Criteria, timing: Timing, parties: Parties) -> str:
    """The arguments of `subscribe` that make this subscription."""
    return " ".join(_format_criteria(criteria, parties) + _format_timing(timing)) or "all"


def format_criteria(criteria: Criteria, parties: Parties) -> str:
    """The arguments of `subscribe` with these criteria."""
    return " ".join(_format_criteria(criteria, parties))


def _format_criteria(criteria: Criteria, parties: Parties) -> list[str]:
    topics = [topic.command_word for topic in Topic if topic in criteria.topics]
    economies = [_format_economies(each, parties) for each in criteria.economies]
    goods = [each.text for each in criteria.goods]
    # A comma between them keeps two economies from becoming a pair, and two goods from being one.
    found = [*topics, ", ".join(economies + goods)]
    found += [f'with "{word}"' for word in criteria.words]
    found += [f'without "{word}"' for word in criteria.without_words]
    found += ["decided"] if criteria.decided_only else []
    found += ["official"] if criteria.official_only else []
    found += ["my lines"] if criteria.only_my_lines else []
    if criteria.severity_from is not Severity.ROUTINE:
        found.append(criteria.severity_from.value)
    return list(filter(None, found)) or ["all"]


def _format_economies(economies: EconomyFilter, parties: Parties) -> str:
    names = [_name(code, parties) for code in (economies.first, economies.second) if code]
    return (" on " if economies.directed else " ").join(names)


def _name(code: str, parties: Parties) -> str:
    return parties.get(code).name if code in parties else code


def _format_timing(timing: Timing) -> list[str]:
    found = [] if timing.frequency is Frequency.INSTANT else [timing.frequency.value]
    if timing.frequency is Frequency.WEEKLY:
        found.append(f"on {_WEEKDAYS[timing.weekday]}")
    if timing.hour is not None:
        found.append(f"at {timing.hour}")
    found += ["weekdays"] if timing.weekdays_only else []
    if timing.quiet_from is not None and timing.quiet_to is not None:
        always = "" if timing.breaking_passes else " always"
        found.append(f"quiet {timing.quiet_from}-{timing.quiet_to}{always}")
    return [*found, timing.zone] if timing.zone else found


def _ends_name(phrase: str) -> bool:
    """Whether words of the grammar are at an end of a phrase, which then is no name."""
    words = phrase.lower().split()
    return words[-1] in (_ON, _AND, _OR) or words[0] in (_ON, _AND, _OR, "with")


def _check_hour(hour: int, words: str) -> int:
    if hour > 24:
        raise SubscriptionNotUnderstood(words, "hours go from 0 to 23")
    return hour % 24


def _deduplicate(words: Sequence[str]) -> tuple[str, ...]:
    return tuple({word.lower(): word for word in reversed(words)}.values())[::-1]


def _list_economies(
    groups: Sequence[Sequence[_Named]], parties: Parties
) -> Iterator[EconomyFilter]:
    yield from (_make_filter(group, parties) for group in groups if group)


def _make_filter(run: Sequence[_Named], parties: Parties) -> EconomyFilter:
    codes = tuple(dict.fromkeys(each.code for each in run))
    if len(codes) > 2:
        names = ", ".join(_name(code, parties) for code in codes)
        cause = "with a comma between them, I look for any of them; without, for a pair"
        raise SubscriptionNotUnderstood(names.replace(",", ""), cause, names)
    if len(codes) == 1:
        return EconomyFilter(first=codes[0])
    match run[-1].connector:
        case "->":
            return EconomyFilter(first=codes[1], second=codes[0], directed=True)
        case "on":
            return EconomyFilter(first=codes[0], second=codes[1], directed=True)
        case _:
            return EconomyFilter(first=codes[0], second=codes[1])
