"""Parses the text after `/tariff` into a command.

1. An empty text, a greeting, `help` and `?` ask for help.
2. A text with a command as its first word is this command with its arguments. The commands are
   `subscribe`, `unsubscribe`, `list`, `latest`, `reminders`, `quiet-weeks`, `feeds` and
   `proposals`. Polite words before a command do not count: `please subscribe to court rulings`.
   `edit`, `pause` and `resume` are commands before the id of a subscription. `following` lists the
   events that a person follows. `find` and `search` are other words for `latest`, except in a
   question for a rate: `find the duty rate on cars`.
3. `table` before a question asks for the answer as a table.
4. `my` with its arguments is about a list of tariff lines (`bot.commands.lines.grammar`).
5. `upcoming` with `ics` asks for the calendar as a file.
6. Any other text is a question, which `bot.rates.question.parse` parses later. That includes goods
   and duties that begin like a command: `list 3 china`, `feed corn from canada`. Addresses of pages
   are left out.

Invalid arguments raise CommandNotUnderstood, with suggestions of complete commands.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from itertools import pairwise
from typing import TypeVar

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.alerts.subscriptions.criteria import Criteria
from bot.alerts.subscriptions.timing import Timing
from bot.commands.lines.grammar import (
    FIRST,
    PLAIN,
    LinesRequest,
    UnknownFilter,
    parse_lines_request,
)
from bot.commands.subscriptions.grammar import (
    TOPIC_WORDS,
    SubscriptionNotUnderstood,
    parse_subscription,
)
from bot.errors import CommandError
from bot.parties import Parties
from bot.text.single_line import to_single_line
from bot.values import Frozen, Topic


class Verb(StrEnum):
    """The kinds of commands. Those after `ASK` are buttons and cannot be typed."""

    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    EDIT = "edit"
    PAUSE = "pause"
    RESUME = "resume"
    LIST = "list"
    LATEST = "latest"
    REMINDERS = "reminders"
    QUIET_WEEKS = "quiet-weeks"
    TABLE = "table"
    """A question whose answer should be a table."""
    CALENDAR_FILE = "upcoming ics"
    FEEDS = "feeds"
    ADD_FEED = "feeds add"
    REMOVE_FEED = "feeds remove"
    RESUME_FEED = "feeds resume"
    PROPOSALS = "proposals"
    MY = "my"
    MY_UPLOAD = "my upload"
    MY_FILE = "my xlsx"
    MY_REMOVE = "my remove"
    HELP = "help"
    ASK = "ask"
    """A question about rates, which has no command word."""
    FOLLOW_EVENT = "follow event"
    UNFOLLOW_EVENT = "unfollow event"
    DEADLINE_FILE = "deadlines ics"
    """A calendar file with the deadlines of an event."""
    MUTE_EVENT = "mute event"
    UNMUTE_EVENT = "unmute event"
    NOT_RELEVANT = "not relevant"
    MUTE_CONVERSATION = "mute conversation"
    UNMUTE_CONVERSATION = "unmute conversation"
    MUTE_TOPIC = "mute topic"
    UNMUTE_TOPIC = "unmute topic"
    SHOW_MISSED = "show missed"
    FOLLOWING = "following"
    FEWER = "fewer like this"
    PREVIEW_EXCLUSION = "preview exclusion"
    EXCLUDE = "exclude"


class Command(Frozen):
    """A command with its arguments.

    What `text` contains depends on `verb`: a question (for a calendar file without the word `ics`),
    the address or id of a feed, the id of an event, a story or a subscription, a topic, or the id
    of a message that offers missed stories. For reminders and quiet weeks it is `on`, `off` or
    empty. For feeds it is `all` or empty. For exclusions it is what `write_exclusion` writes.
    """

    verb: Verb
    text: str = ""
    topics: frozenset[Topic] = frozenset()
    """Empty for all topics."""
    criteria: Criteria | None = None
    """What a subscription should be about; None if that is not stated."""
    timing: Timing | None = None
    """When its stories should come; None if that is not stated."""
    arguments: str = ""
    """What a subscription should be, as typed."""
    until: str = ""
    """The day until which a subscription should pause, as typed."""
    confirmed: tuple[str, ...] = ()
    """The ids of the subscriptions of which the person has confirmed the unsubscribe."""
    economies: tuple[frozenset[str], ...] = ()
    """For `latest`, groups of economies. A story must name all of one group."""
    words: tuple[str, ...] = ()
    """For `latest`, words, goods and HS codes that a story must contain."""
    lines: LinesRequest | None = None
    """What a command about a line list asks for."""
    page: int = 1
    """For `latest` and `following`, the page, from 1."""


class CommandNotUnderstood(CommandError):
    """Raised for text that is not a valid command; `suggestions` are complete commands."""

    def __init__(self, word: str, cause: str, suggestions: Iterable[str] = ()) -> None:
        self.word, self.suggestions = word, tuple(suggestions)
        super().__init__(word, cause)


T = TypeVar("T")


def _index_words(words: Mapping[T, str]) -> dict[str, T]:
    """Maps each word to its meaning. The argument maps each meaning to its words."""
    return {word: meaning for meaning, listed in words.items() for word in listed.split()}


_VERBS = _index_words(
    {
        Verb.SUBSCRIBE: "subscribe sub",
        Verb.UNSUBSCRIBE: "unsubscribe unsub",
        Verb.EDIT: "edit",
        Verb.PAUSE: "pause",
        Verb.RESUME: "resume",
        Verb.LIST: "list subscriptions",
        Verb.LATEST: "latest news find search",
        Verb.FOLLOWING: "following followed",
        Verb.TABLE: "table",
        Verb.REMINDERS: "reminders reminder remind",
        Verb.QUIET_WEEKS: "quiet-weeks quiet-week quietweeks",
        Verb.FEEDS: "feeds feed",
        Verb.PROPOSALS: "proposals",
        Verb.HELP: "help ?",
    }
)
_FEED_VERBS = _index_words(
    {
        Verb.ADD_FEED: "add",
        Verb.REMOVE_FEED: "remove rm delete",
        Verb.RESUME_FEED: "resume restart",
    }
)
_TOPICS = TOPIC_WORDS
_EVERYTHING = frozenset({"all", "everything"})
_CALENDAR = frozenset({"upcoming", "calendar"})
_QUESTIONS = ("upcoming", "calendar", "changes")
"""First words of questions. They are suggested, like commands, for a misspelled first word."""
_BUTTONS = frozenset({"mute", "unmute", "follow", "why", "why?"})
"""Words that people type although they exist only as buttons."""
_WORDS_OF_BUTTON = 2
"""Maximum words of a text about a button. A longer one is a question: `why is the duty so high`."""
_FILE_WORDS = frozenset({"ics", ".ics", "ical", "icalendar"})
_ON_OR_OFF = _index_words({"on": "on start", "off": "off stop none"})
# IN, ME and TO are also country codes, but as arguments they are ignored like other small words.
_FILLERS = frozenset(
    {"a", "about", "and", "for", "from", "in", "me", "of", "on", "please", "the", "to", "with"}
    | {"alerts", "news", "stories", "trade", "updates"}
)
_SEPARATORS = frozenset({",", ";", "and", "or"})
"""What means any of two economies if it is between them."""
_ENDS_NAME = re.compile(r"[,;]|\b(?:and|or)$|^(?:and|or)\b", re.IGNORECASE)
"""Found in several words that are no name of an economy."""
_NO_FILTER = (
    "it is not a filter of your list. `my` takes an origin, a code, changed, changing, label "
    "and words, sort, page, channel, upload, xlsx or remove"
)
_SHOWING = frozenset({"find", "search", "show", "list"})
_OWN_LINES = (["my", "lines"], ["my", "line"])
"""Words that mean the list of lines after a word such as `find`, although MY is Malaysia."""
_OWN_LIST = frozenset(
    str.split("subscriptions subscription all our mine here alerts channel this of")
)
"""Words after `list` that mean the subscriptions. With other words, it asks for duties."""
_POLITE = frozenset(
    str.split(
        "hi hello hey please pls plz thanks thank you can could would will kindly just i "
        "want to we me show give need good morning afternoon evening there the my"
    )
)
"""Words before a command that do not change it. Alone, they are a greeting."""
_RATE_WORDS = frozenset({"rate", "rates", "percent", "percentage"})
"""Words after `find` that show that it is a question for a rate."""
_AFTER_GOODS = frozenset({"from", "of", "made", "imported", "imports", "lamps", "linen", "tops"})
"""Words after `table` that show that tables are the goods: `table from vietnam`."""
_QUOTATION_MARKS = '"“”„'
_ADDRESS = re.compile(r"\bhttps?://\S*", re.IGNORECASE)
"""An address of a page. People attach one to a question, which it is no part of."""
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]")
_NAME_WORDS = 5
"""Maximum words of an economy's name."""
_SIMILARITY = 0.6
"""Minimum similarity of a misspelled word and the known word suggested for it, from 0 to 1."""
MAX_TEXT = 300
"""Maximum length of a command in characters; the rest is ignored. Addresses may be longer."""


def parse_command(text: str, parties: Parties) -> Command:
    """The command in the text. Raises CommandNotUnderstood for unknown arguments."""
    whole = to_single_line(text)
    if _ADDRESS.search(whole) and not _takes_address(whole):
        whole = " ".join(_ADDRESS.sub(" ", whole).split())
    line = whole[:MAX_TEXT]
    words = re.split(r"[\s,;]+", line)
    if words[0].lower() in _SHOWING and [one.lower() for one in words[1:3]] in _OWN_LINES:
        words = words[1:]
    second = words[1].lower() if words[1:] else ""
    if words[0].lower() == FIRST and (second not in _VERBS or second in PLAIN):
        # Before polite words are left out, of which `my` is one.
        wanted = parse_lines_request(words[1:], parties)
        if isinstance(wanted, UnknownFilter):
            raise CommandNotUnderstood(wanted.words, _NO_FILTER, (wanted.instead, FIRST))
        if wanted is not None:
            return Command(verb=Verb(wanted.act.value), lines=wanted)
    skipped = _count_polite_words(words)
    words = words[skipped:]
    first = words[0].lower() if words else ""
    if not first:
        return Command(verb=Verb.HELP)
    typed = whole
    if skipped and first in _VERBS:
        whole = line = " ".join(words)
    if _is_question(first, words[1:], parties):
        # 'list what ends in december', but the duties of 'list 3'
        is_order = first == Verb.LIST and not words[1][:1].isdigit()
        listed = line.partition(" ")[2].removeprefix("everything ")
        return Command(verb=Verb.ASK, text=listed if is_order else line)
    if first in _CALENDAR:
        rest = [word for word in words[1:] if word.lower() not in _FILE_WORDS]
        if rest != words[1:]:
            return Command(verb=Verb.CALENDAR_FILE, text=" ".join([first, *rest]))
    if first in _BUTTONS and not (first.startswith("why") and len(words) > _WORDS_OF_BUTTON):
        cause = "the buttons and the menu of each alert do that"
        raise CommandNotUnderstood(first, cause, ("list", "unsubscribe"))
    verb = _VERBS.get(first, Verb.ASK)
    match verb:
        case Verb.ASK:
            return Command(verb=verb, text=line)
        case Verb.TABLE:
            return Command(verb=verb, text=line.partition(" ")[2])
        case Verb.HELP | Verb.LIST | Verb.PROPOSALS:
            return Command(verb=verb)
        case Verb.REMINDERS | Verb.QUIET_WEEKS:
            return _parse_switch(verb, words[1:])
        case Verb.FEEDS:
            return _parse_feeds(whole.split()[1:])
        case Verb.FOLLOWING:
            page = words[-1] if words[-1].isdecimal() else "1"
            return Command(verb=verb, page=max(int(page[:6]), 1))
        case Verb.LATEST:
            return _parse_latest(_cut_after(typed, first)[:MAX_TEXT], parties)
        case _:
            return _parse_subscription_command(verb, _cut_after(typed, first), parties)


def _takes_address(line: str) -> bool:
    """Whether the command is about a feed, which an address names."""
    words = line.split()
    rest = words[_count_polite_words(words) :]
    return bool(rest) and _VERBS.get(rest[0].lower()) is Verb.FEEDS


def _count_polite_words(words: list[str]) -> int:
    """The number of polite words before the first command word; 0 if there is no command."""
    bare = [word.lower().strip("!.?") for word in words]
    count = 0
    while count < len(bare) and bare[count] in _POLITE:
        count += 1
    if count == len(bare) or bare[count] in _VERBS:
        return count
    return 0


def _is_question(first: str, rest: list[str], parties: Parties) -> bool:
    """Whether a text that begins with a command word is a question: `list 3 china`, `feed corn`."""
    match _VERBS.get(first):
        case Verb.LIST:
            own = {word.lower().strip("?.!") for word in rest} - _POLITE
            return not own <= _OWN_LIST
        case Verb.TABLE:
            return bool(rest) and rest[0].lower() in _AFTER_GOODS
        case Verb.FEEDS:
            known = rest and rest[0].lower() in _FEED_VERBS
            return not known and any(parties.find(word) is not None for word in rest[1:])
        case Verb.FOLLOWING:
            own = {word.lower().strip("?.!") for word in rest}
            return any(word != "page" and not word.isdecimal() for word in own)
        case Verb.EDIT | Verb.PAUSE | Verb.RESUME:
            return bool(rest) and not rest[0].startswith("#")
        case Verb.LATEST:
            return not _RATE_WORDS.isdisjoint(word.lower().strip("?.!") for word in rest)
        case Verb.HELP:
            return len(rest) > 2 and any(parties.find(word) is not None for word in rest)
        case _:
            return False


def suggest_command(text: str) -> str | None:
    """The text with its misspelled first word replaced by a similar command, or None."""
    first, _, rest = to_single_line(text).partition(" ")
    known = [word for word in (*_VERBS, *_QUESTIONS) if len(word) > 3]
    near = _find_nearest(first.lower(), known)
    return f"{near} {rest}".strip() if near and near != first.lower() else None


def _parse_feeds(words: list[str]) -> Command:
    if not words or [word.lower() for word in words] == ["all"]:
        return Command(verb=Verb.FEEDS, text=" ".join(words).lower())
    verb = _FEED_VERBS.get(words[0].lower())
    if verb is None:
        near = _find_nearest(words[0].lower(), list(_FEED_VERBS))
        corrected = [" ".join((Verb.FEEDS, near, *words[1:]))] if near else []
        suggestions = [*corrected, Verb.FEEDS]
        raise CommandNotUnderstood(words[0], "not a command for feeds", suggestions)
    if len(words) != 2:
        argument = "one address" if verb is Verb.ADD_FEED else "one id, as `feeds` shows it"
        raise CommandNotUnderstood(verb, f"it takes {argument}", [Verb.FEEDS])
    return Command(verb=verb, text=words[1])


def _parse_switch(verb: Verb, words: list[str]) -> Command:
    """A command that is `on`, `off` or a question which of them it is."""
    lowered = [word.lower() for word in words]
    argument = " ".join(word for word in lowered if word in _ON_OR_OFF or word not in _FILLERS)
    if argument and argument not in _ON_OR_OFF:
        commands = [f"{verb} {each}" for each in ("on", "off")]
        raise CommandNotUnderstood(argument, f"{verb} can be on or off", commands)
    return Command(verb=verb, text=_ON_OR_OFF.get(argument, ""))


def _parse_latest(text: str, parties: Parties) -> Command:
    """`latest`, with topics, economies, words that stories contain, and `page 2`, in any order.

    Economies are read as in a subscription: stories name all of them (`us china`, `between us and
    china`) or, with a comma, `and` or `or` between them, one of them; `us china, japan` is the pair
    or Japan. Words in quotation marks are always words of the stories.
    """
    words, page = _take_page(re.findall(r"[,;]|[^\s,;]+", text))
    topics: set[Topic] = set()
    groups: list[frozenset[str]] = []
    wanted: list[str] = []
    is_between = False
    # The separators since the last economy.
    between: set[str] = set()
    for phrase in _split_phrases(words, parties):
        key = phrase.lower().replace("_", "-")
        if key in _SEPARATORS:
            between.add(key)
        elif key == "between":
            is_between = True
        elif (bare := phrase.strip(_QUOTATION_MARKS).lower()) != phrase.lower():
            wanted += [bare] if bare else []
        elif key in _TOPICS:
            topics.add(_TOPICS[key])
        elif key in _EVERYTHING:
            continue
        elif (party := parties.find(phrase)) is not None:
            separators = between - ({"and"} if is_between else set())
            if separators or not groups:
                groups.append(frozenset())
            groups[-1] |= {party.code}
            between = set()
        elif _find_nearest(key, list(_TOPICS)) or parties.find_misspelled(phrase):
            raise _build_error(phrase, Verb.LATEST, text, parties)
        else:
            wanted.append(key)
    return Command(
        verb=Verb.LATEST,
        topics=frozenset(topics),
        economies=tuple(dict.fromkeys(groups)),
        words=tuple(wanted),
        page=page,
    )


def _take_page(words: list[str]) -> tuple[list[str], int]:
    """The words without `page 2`, and the number of the page."""
    for at, (word, number) in enumerate(pairwise(words)):
        if word.lower() == "page" and re.fullmatch("[1-9][0-9]{0,2}", number):
            return words[:at] + words[at + 2 :], int(number)
    return words, 1


def _cut_after(line: str, first: str) -> str:
    """What follows the first word of the command."""
    return line[line.lower().index(first) + len(first) :].strip()


def _parse_subscription_command(verb: Verb, text: str, parties: Parties) -> Command:
    """`subscribe` and `unsubscribe` with their filters, or a command about `#id`."""
    subscription_id = ""
    if text.startswith("#"):
        subscription_id, _, text = text[1:].partition(" ")
    if verb in (Verb.PAUSE, Verb.RESUME):
        return Command(verb=verb, text=subscription_id, until=text.lower().removeprefix("until "))
    try:
        parsed = parse_subscription(text, parties)
    except SubscriptionNotUnderstood as error:
        suggestions = [f"{verb} {each}" for each in error.suggestions]
        raise CommandNotUnderstood(error.word, error.cause, suggestions) from error
    if verb is Verb.SUBSCRIBE and parsed.criteria is None:
        timing = f" {text}" if parsed.timing is not None else ""
        topics = [topic.command_word for topic in Topic]
        commands = [f"{verb} {topic}{timing}" for topic in (*topics, "all")]
        raise CommandNotUnderstood(verb, "a topic, an economy or goods are missing", commands)
    return Command(
        verb=verb,
        text=subscription_id,
        criteria=parsed.criteria,
        timing=parsed.timing,
        arguments=text,
    )


def suggest_corrections(verb: Verb, word: str, rest: str, parties: Parties) -> list[str]:
    """The command with the word replaced by each similar topic and economy."""
    near = _find_nearest(word.lower(), [*_TOPICS, *_EVERYTHING])
    fits = dict.fromkeys([*([near] if near else []), *parties.suggest(word)])
    before, found, after = rest.partition(word)
    return [f"{verb} {before}{fit}{after}" for fit in fits][:4] if found else []


def _split_phrases(words: list[str], parties: Parties) -> Iterator[str]:
    """The arguments and separators, without filler words. A name may have several words."""
    at = 0
    while at < len(words):
        longest_first = range(min(_NAME_WORDS, len(words) - at), 1, -1)
        names = (" ".join(words[at : at + size]) for size in longest_first)
        # `find` ignores a flag within a name, so a flag is always a separate argument.
        known = (
            name
            for name in names
            if not _FLAG.search(name) and not _ENDS_NAME.search(name) and parties.find(name)
        )
        phrase = next(known, words[at])
        at += phrase.count(" ") + 1
        if phrase and (phrase.lower() in _SEPARATORS or phrase.lower() not in _FILLERS):
            yield phrase


def _build_error(word: str, verb: Verb, text: str, parties: Parties) -> CommandNotUnderstood:
    commands = suggest_corrections(verb, word, text, parties)
    return CommandNotUnderstood(word, "neither a topic nor an economy we know", commands)


def _find_nearest(word: str, known: list[str]) -> str | None:
    scorer = OSA.normalized_similarity
    found = process.extractOne(word[:40], known, scorer=scorer, score_cutoff=_SIMILARITY)
    return found[0] if found else None
