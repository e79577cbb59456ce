"""What somebody typed after `/tariff`, understood: a command, or a question about rates.

1. Nothing, `help` or `?`: help.
2. A first word that is a command: `subscribe`, `unsubscribe`, `list`, `latest`, `reminders`,
   `feeds`, `proposals`, with its arguments.
3. `table` before a question: its answer as a table.
4. `upcoming` with `ics` among what follows: the calendar as a file.
5. Anything else is a question and is left to `bot.rates.question.parse`.

Nothing is guessed: what is not understood raises Misunderstood with whole commands to choose from.
"""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.alerts.subscription import Frequency
from bot.errors import CommandError
from bot.parties import Parties
from bot.text.single_line import single_line
from bot.values import Frozen, Topic


class Verb(StrEnum):
    """The commands."""

    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    LIST = "list"
    LATEST = "latest"
    REMINDERS = "reminders"
    TABLE = "table"
    """A question whose answer is wanted as a table."""
    CALENDAR_FILE = "upcoming ics"
    FEEDS = "feeds"
    ADD_FEED = "feeds add"
    REMOVE_FEED = "feeds remove"
    RESUME_FEED = "feeds resume"
    PROPOSALS = "proposals"
    HELP = "help"
    ASK = "ask"
    """A question about rates; it has no word of its own."""


class Command(Frozen):
    """A command with its arguments.

    `text` is all of a question (without `ics`, where that asks for a file), the address of a feed
    to add, the id of one to remove or resume; `on` or `off` for reminders, or nothing.
    """

    verb: Verb
    text: str = ""
    topics: frozenset[Topic] = frozenset()
    """Empty: all."""
    parties: frozenset[str] = frozenset()
    """Empty: any."""
    pace: Frequency = Frequency.INSTANT


class Misunderstood(CommandError):
    """A command that could not be understood; `suggestions` are whole commands that could."""

    def __init__(self, word: str, cause: str, suggestions: Iterable[str] = ()) -> None:
        self.word, self.suggestions = word, tuple(suggestions)
        super().__init__(word, cause)


_VERBS = {
    "subscribe": Verb.SUBSCRIBE,
    "sub": Verb.SUBSCRIBE,
    "unsubscribe": Verb.UNSUBSCRIBE,
    "unsub": Verb.UNSUBSCRIBE,
    "list": Verb.LIST,
    "subscriptions": Verb.LIST,
    "latest": Verb.LATEST,
    "news": Verb.LATEST,
    "table": Verb.TABLE,
    "reminders": Verb.REMINDERS,
    "reminder": Verb.REMINDERS,
    "remind": Verb.REMINDERS,
    "feeds": Verb.FEEDS,
    "feed": Verb.FEEDS,
    "proposals": Verb.PROPOSALS,
    "help": Verb.HELP,
    "?": Verb.HELP,
}
_FEED_VERBS = {
    "add": Verb.ADD_FEED,
    "remove": Verb.REMOVE_FEED,
    "rm": Verb.REMOVE_FEED,
    "delete": Verb.REMOVE_FEED,
    "resume": Verb.RESUME_FEED,
    "restart": Verb.RESUME_FEED,
}
_TOPICS = {
    "tariff": Topic.TARIFF,
    "tariffs": Topic.TARIFF,
    "duty": Topic.TARIFF,
    "duties": Topic.TARIFF,
    "negotiation": Topic.NEGOTIATION,
    "negotiations": Topic.NEGOTIATION,
    "talk": Topic.NEGOTIATION,
    "talks": Topic.NEGOTIATION,
    "court-ruling": Topic.COURT_RULING,
    "court-rulings": Topic.COURT_RULING,
    "ruling": Topic.COURT_RULING,
    "rulings": Topic.COURT_RULING,
    "court": Topic.COURT_RULING,
    "courts": Topic.COURT_RULING,
}
_EVERYTHING = frozenset({"all", "everything"})
_CALENDAR = frozenset({"upcoming", "calendar"})
_QUESTIONS = ("upcoming", "calendar", "changes")
"""First words of questions that begin like a command."""
_BUTTONS = frozenset({"mute", "unmute", "follow", "why", "why?"})
"""What is done by a button, and looked for among the commands."""
_AS_FILE = frozenset({"ics", ".ics", "ical", "icalendar"})
_SWITCH = {"on": "on", "start": "on", "off": "off", "stop": "off", "none": "off"}
_PACES = {
    "daily": Frequency.DAILY,
    "digest": Frequency.DAILY,
    "instant": Frequency.INSTANT,
    "instantly": Frequency.INSTANT,
}
# Some of these are country codes too (IN, ME, TO); between other words they are only words.
_FILLERS = frozenset(
    {"a", "about", "and", "for", "from", "in", "me", "of", "on", "please", "the", "to", "with"}
    | {"alerts", "news", "stories", "trade", "updates"}
)
_LONGEST_NAME = 5
_NEAR = 0.6


def understand(text: str, parties: Parties) -> Command:
    """The command that the text gives; raises Misunderstood for arguments it cannot place."""
    words = re.split(r"[\s,;]+", single_line(text))
    first = words[0].lower()
    if not first:
        return Command(verb=Verb.HELP)
    if (
        first in _CALENDAR
        and (rest := [w for w in words[1:] if w.lower() not in _AS_FILE]) != (words[1:])
    ):
        return Command(verb=Verb.CALENDAR_FILE, text=" ".join([first, *rest]))
    verb = _VERBS.get(first, Verb.ASK)
    if first in _BUTTONS:
        raise Misunderstood(first, "the buttons under each alert do that")
    if verb is Verb.ASK:
        return Command(verb=verb, text=single_line(text))
    if verb is Verb.TABLE:
        return Command(verb=verb, text=single_line(text).partition(" ")[2])
    if verb in (Verb.HELP, Verb.LIST, Verb.PROPOSALS):
        return Command(verb=verb)
    if verb is Verb.REMINDERS:
        return _about_reminders(words[1:])
    if verb is Verb.FEEDS:
        return _about_feeds(single_line(text).split()[1:])
    return _with_arguments(verb, words[1:], parties)


def nearest_command(text: str) -> str | None:
    """The text with its first word mended to the command it comes near; None where none does."""
    first, _, rest = single_line(text).partition(" ")
    known = [word for word in (*_VERBS, *_QUESTIONS) if len(word) > 3]
    near = _nearest(first.lower(), known)
    return f"{near} {rest}".strip() if near else None


def _about_feeds(words: list[str]) -> Command:
    if not words:
        return Command(verb=Verb.FEEDS)
    verb = _FEED_VERBS.get(words[0].lower())
    if verb is None:
        near = _nearest(words[0].lower(), list(_FEED_VERBS))
        mended = [" ".join((Verb.FEEDS, near, *words[1:]))] if near else []
        raise Misunderstood(words[0], "not something I do with feeds", [*mended, Verb.FEEDS])
    if len(words) != 2:
        wanted = "one address" if verb is Verb.ADD_FEED else "one id, as `feeds` shows it"
        raise Misunderstood(verb, f"it takes {wanted}", [Verb.FEEDS])
    return Command(verb=verb, text=_unlinked(words[1]))


def _about_reminders(words: list[str]) -> Command:
    lowered = [word.lower() for word in words]
    said = " ".join(word for word in lowered if word in _SWITCH or word not in _FILLERS)
    if said and said not in _SWITCH:
        commands = [f"{Verb.REMINDERS} {each}" for each in ("on", "off")]
        raise Misunderstood(said, "reminders can be on or off", commands)
    return Command(verb=Verb.REMINDERS, text=_SWITCH.get(said, ""))


def _unlinked(word: str) -> str:
    """The address in `<address|label>`, as Slack writes it in messages; other words unchanged."""
    if word.startswith("<") and word.endswith(">"):
        return word[1:-1].partition("|")[0]
    return word


def _with_arguments(verb: Verb, words: list[str], parties: Parties) -> Command:
    topics: set[Topic] = set()
    codes: set[str] = set()
    pace = Frequency.INSTANT
    everything = False
    for phrase in _phrases(words, parties):
        key = phrase.lower().replace("_", "-")
        if key in _TOPICS:
            topics.add(_TOPICS[key])
        elif key in _EVERYTHING:
            everything = True
        elif key in _PACES and verb is Verb.SUBSCRIBE:
            pace = _PACES[key]
        elif (party := parties.named(phrase)) is not None and verb is not Verb.LATEST:
            codes.add(party.code)
        else:
            raise _unplaced(phrase, verb, words, parties)
    if verb is Verb.SUBSCRIBE and not (topics or codes or everything):
        named = ("tariffs", "talks", "court-rulings", "all")
        raise Misunderstood(verb, "it does not say to what", [f"{verb} {topic}" for topic in named])
    chosen = frozenset() if everything else frozenset(topics)
    return Command(verb=verb, topics=chosen, parties=frozenset(codes), pace=pace)


def _phrases(words: list[str], parties: Parties) -> Iterator[str]:
    """The arguments, names of several words joined, little words left out."""
    at = 0
    while at < len(words):
        size = next(
            (
                size
                for size in range(min(_LONGEST_NAME, len(words) - at), 1, -1)
                if parties.named(" ".join(words[at : at + size])) is not None
            ),
            1,
        )
        phrase = " ".join(words[at : at + size])
        at += size
        if phrase and not (size == 1 and phrase.lower() in _FILLERS):
            yield phrase


def _unplaced(word: str, verb: Verb, words: list[str], parties: Parties) -> Misunderstood:
    known = [*_TOPICS, *_EVERYTHING, *(_PACES if verb is Verb.SUBSCRIBE else ())]
    near = _nearest(word.lower(), known)
    names = () if verb is Verb.LATEST else parties.suggest(word)
    mended = dict.fromkeys([*([near] if near else []), *names])
    commands = [" ".join([verb, *(fit if w == word else w for w in words)]) for fit in mended]
    what = "neither a topic nor an economy I know" if names or verb is not Verb.LATEST else ""
    return Misunderstood(word, what or "not a topic I know", commands[:4])


def _nearest(word: str, known: list[str]) -> str | None:
    scorer = OSA.normalized_similarity
    found = process.extractOne(word[:40], known, scorer=scorer, score_cutoff=_NEAR)
    return found[0] if found else None
