"""Makes the query of a question about the calendar: upcoming or past changes."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial

from bot.errors import QueryError, UnclearQuestion, UnknownParty
from bot.parties import WORLD
from bot.rates.question.directions import find_direction, names_origin
from bot.rates.question.parties import TokenizedQuestion
from bot.rates.question.product.reader import ProductReader
from bot.rates.question.query import CHANGES_DAYS, HOME, QueryKind, RateQuery, format_query
from bot.rates.question.reading.question import (
    WORDS_OF_SENTENCE,
    Question,
    Vocabulary,
    cut_label,
    trim_product,
)
from bot.rates.question.times.periods import Period
from bot.rates.question.times.spans import Tense
from bot.rates.question.wording import NOISE

_EXCEPT = frozenset({"but", "except", "excluding", "besides", "excl", "minus"})
CALENDAR_WORDS = frozenset(
    str.split(
        "this next last past coming recent recently latest new soon day days week weeks "
        "month months quarter year years ahead date dates deadline deadlines event events "
        "change up january february march april may june july august september october "
        "november december tomorrow measures measure truce deal deals pause talks suspension"
    )
)
"""Words in a question about the calendar that are neither goods nor an economy."""


def parse_calendar(question: Question, vocabulary: Vocabulary) -> RateQuery:
    words, period, intent = question.words, question.period, question.intent
    today, reader = vocabulary.today, vocabulary.reader
    rest = trim_product(words.other_words)
    # Other words do not name a product: 'this month', 'next week'.
    product = _name_goods(rest, reader) if rest and reader is not None else None
    asked = partial(
        RateQuery, product=product, percent=question.percent, uncovered=question.uncovered
    )
    # 'all countries' also pay the duties on single ones, so it leaves out no change.
    codes = [code for code in words.codes if code != WORLD]
    if len(codes) > 1 and WORLD not in words.codes[:2]:
        imposer, partner, one_way = find_direction(words)
        if one_way or HOME in (imposer, partner):
            asked = partial(asked, imposer=imposer)
        # 'canada and mexico' may be two origins. The answer names the one that it leaves out.
        asked = partial(asked, partner=partner, only_as_origin=one_way)
    elif codes:
        # 'steel from canada, will it end' asks for the duty on these goods.
        of_goods = words.words_before[0][-2:] == ["goods", "of"] or (
            bool(product) and names_origin(words)
        )
        of_goods = of_goods and words.codes[0] not in (HOME, WORLD)
        asked = partial(asked, partner=codes[0], only_as_origin=of_goods)
    if question.retaliation.get("imposer"):
        pair = {key: question.retaliation[key] for key in ("imposer", "partner")}
        asked = partial(asked, **pair, only_as_origin=True)
    since, until, on = _find_window(period, today)
    upcoming = intent.upcoming or (intent.changes and intent.tense is Tense.FUTURE and not since)
    if period is not None and on is None:
        ahead = (since or today) >= today and (until is None or until > today)
        gone = until is not None and until < today
        upcoming = not gone and (ahead or intent.upcoming or intent.tense is Tense.FUTURE)
    if upcoming:
        return asked(kind=QueryKind.UPCOMING, since=since, until=until, on=on)
    if on is not None:
        return asked(kind=QueryKind.CHANGES, since=on, until=on)
    since = since or (until or today) - timedelta(days=CHANGES_DAYS)
    return asked(kind=QueryKind.CHANGES, since=since, until=until)


def _name_goods(text: str, reader: ProductReader) -> str | None:
    """The text if it names goods or a duty, or the names of the goods among its other words."""
    if not reader.names_any(text):
        return None
    wanted = reader.read_any(text)
    others = wanted.codes or wanted.layers or wanted.bases or wanted.claims or wanted.headline
    if others or not wanted.goods or (NOISE.isdisjoint(text.split()) and not wanted.unknown):
        return text
    return ", ".join(reader.list_names(wanted.goods))


def find_goods_of_economies(question: Question, vocabulary: Vocabulary) -> list[str]:
    """The words for goods, if a question about past changes names a period, economies and goods."""
    words, reader = question.words, vocabulary.reader
    rest = _list_calendar_goods(words)
    named = bool(rest) and reader is not None and reader.names_goods(rest)
    if not named or question.period is None or not words.codes or WORLD in words.codes:
        return []
    return rest.split()


def _list_calendar_goods(words: TokenizedQuestion) -> str:
    """The words of a calendar question that may name goods."""
    return trim_product([one for one in words.other_words if one not in CALENDAR_WORDS]) or ""


def _find_window(
    period: Period | None, today: date
) -> tuple[date | None, date | None, date | None]:
    """The first and the last day of a calendar, or the day as of which it is asked for.

    `upcoming on 2025-05-14` asks what was upcoming on that past day.
    """
    if period is None:
        return None, None, None
    if period.day is not None and period.is_named_on and period.day < today:
        return None, None, period.day
    return period.first, period.last, None


def _refuse_exceptions(question: Question, vocabulary: Vocabulary) -> None:
    """Raises UnclearQuestion for `upcoming all but china`, with the changes of all economies."""
    words = question.words
    excepted = [one[-2:] for one in words.words_before if not _EXCEPT.isdisjoint(one[-2:])]
    if excepted and words.codes:
        every = parse_calendar(question, vocabulary)
        every = every.model_copy(update={"imposer": None, "partner": None, "product": None})
        cause = "We cannot exclude an economy. The calendar names the economies of each change."
        options = [("All changes in this time", format_query(every))]
        raise UnclearQuestion(" ".join(excepted[0]), cause, options)


def _list_rates(unread: str, codes: Sequence[str], vocabulary: Vocabulary) -> list[tuple[str, str]]:
    """Questions about the rates of the only economy: of a heading of the tariff schedule with the
    unread words, and of all goods."""
    origins = [code for code in codes if code not in (HOME, WORLD)]
    if len(origins) != 1 or vocabulary.reader is None:
        return []
    [origin] = origins
    asked = RateQuery(kind=QueryKind.PAIR, imposer=HOME, partner=origin, imposer_assumed=True)
    found = vocabulary.reader.headings.search(unread)[:1] if " " in unread else ()
    options = [(f"US duty on {one.label}", one.code) for one in found]
    name = vocabulary.parties.get(origin).name
    return [
        (cut_label(label), format_query(asked.model_copy(update={"product": goods})))
        for label, goods in (*options, (f"US duty on goods of {name}", None))
    ]


def refuse_unread(question: Question, vocabulary: Vocabulary) -> None:
    """Raises QueryError if a calendar question has words that name no time, goods or economy."""
    words, parties, reader = question.words, vocabulary.parties, vocabulary.reader
    _refuse_exceptions(question, vocabulary)
    rest = _list_calendar_goods(words)
    if "since" in words.words and question.period is None and (thing := rest or "since"):
        raise QueryError(thing, "not a day we can read", "Write it as 2025-12-31")
    if not rest:
        return
    knows = reader is not None and reader.names_any(rest)
    if not words.codes and not knows and (near := parties.suggest(rest)):
        raise UnknownParty(rest, near)
    unread = [word for word in rest.split() if word not in NOISE]
    # A number may count days or be part of a name: 'last 7 days', 'list 3', 'chapter 72'.
    words_only = " ".join(word for word in unread if not word.isdigit())
    if not words_only or reader is None or reader.understands(" ".join(unread)):
        return
    if not reader.understands(words_only) and len(words.words) >= WORDS_OF_SENTENCE:
        words.other_words = []
        calendar = format_query(parse_calendar(question, vocabulary))
        options = _list_rates(words_only, words.codes, vocabulary)
        options += [("Changes in this time", calendar), ("All cards", "cards")]
        raise UnclearQuestion(words_only, f"Not read: {words_only}. Which do you want?", options)
    if not reader.understands(words_only):
        suggestions = reader.suggest_names(reader.read_any(words_only))
        raise UnknownParty(words_only, suggestions, "neither goods nor an economy we know")
