"""Finds the deadlines that an official notice states.

notice | sentences | the days of each, see `days` | the subject of each day, see `cues` | deadlines

The subject stands before its day ("comments are due by January 12") or, if the sentence begins with
a day, after it ("by January 12, submit your comments"). A day without a subject of its own has the
one before it: "the window opens on May 1 and closes on May 14". What is only possible ("would take
effect", "a hearing may be held"), canceled or moved is left out.

Only gazettes, agencies and courts state deadlines. The report of an outlet may name a day too, but
it is no evidence of it.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.feeds.model import OFFICIAL_KINDS, FeedKind
from bot.news.deadlines import cues
from bot.news.deadlines.cues import Subject
from bot.news.deadlines.days import FoundDay, Publication, find_days
from bot.news.deadlines.model import Deadline, DeadlineKind
from bot.text.folding import fold_case
from bot.text.sentences import split_sentences
from bot.values import to_utc

MOST_DEADLINES = 20
_TEXT_READ = 20_000
_LONGEST_SENTENCE = 2_000
_LONGEST_QUOTE = 300
_REACH = 400
"""Characters before and after a day in which its subject is."""
_JOURNALS = {
    "federalregister.gov": ("America/New_York", "federal register"),
    "eur-lex.europa.eu": ("Europe/Brussels", "official journal"),
    "gov.uk": ("Europe/London", ""),
}
"""The sites on which a notice is published, with their time zones and the names of the journals."""
_US_DOMAIN = ".gov"
"""The top-level domain of US authorities. Those of other countries have names such as gov.uk."""
_US_BULLETINS = "content.govdelivery.com/accounts/us"
"""Where US federal agencies publish bulletins, for example CBP: /accounts/USDHSCBP."""
_YEARS = range(1950, 2200)
"""The years in which a date of publication may be true."""
_NOT_PUBLISHED_YET = "/public-inspection/"
_BY = re.compile(r"\b(?:by|before|until|(?:no|not)\slater\sthan|on\sor\sbefore)\W*$")
_RANGE = re.compile(r"\s*(?:-|to|through|until)\s*")
"""Matches the words between the first and the last day of a period."""
_BETWEEN = re.compile(r"\bbetween\W*$")
_ON = re.compile(r"(?:\bon|^)\W*$")


def find_deadlines(
    title: str, text: str, kind: FeedKind, published: datetime | None, link: str = ""
) -> tuple[Deadline, ...]:
    """The deadlines in a notice, in order of appearance, at most `MOST_DEADLINES`.

    Empty for the kinds of feeds that are not official. Days before the publication are left out.
    """
    if kind not in OFFICIAL_KINDS:
        return ()
    publication = _find_publication(published, link)
    found: dict[tuple[DeadlineKind, object], Deadline] = {}
    for sentence in (title, *split_sentences(text[:_TEXT_READ])):
        for each in _read_sentence(sentence[:_LONGEST_SENTENCE], publication):
            # A summary often repeats a day, once with its time.
            known = found.get((each.kind, each.day))
            if known is None or (known.at is None and each.at is not None):
                found[each.kind, each.day] = each
    return tuple(islice(found.values(), MOST_DEADLINES))


def _find_publication(published: datetime | None, link: str) -> Publication:
    """When and where the notice was published, in the time zone of its journal."""
    try:
        address = urlsplit(link)
        host = (address.hostname or "").removeprefix("www.")
    except ValueError:
        address, host = urlsplit(""), ""
    bulletin = f"{host}{address.path.lower()}".startswith(_US_BULLETINS)
    is_american = bulletin or host.endswith(_US_DOMAIN)
    if published is None or published.year not in _YEARS:
        return Publication(is_american=is_american)
    if host not in _JOURNALS:
        return Publication(to_utc(published).date(), is_american=is_american)
    zone, journal = _JOURNALS[host]
    day = to_utc(published).astimezone(ZoneInfo(zone)).date()
    return Publication(day, _NOT_PUBLISHED_YET not in address.path, journal, is_american)


def _read_sentence(sentence: str, publication: Publication) -> Iterator[Deadline]:
    folded = fold_case(sentence)
    days = find_days(sentence, folded, publication)
    carried: tuple[Subject, ...] = ()
    begins_with_day = is_range = False
    for place, day in enumerate(days):
        first = days[place - 1].end if place else 0
        last = days[place + 1].start if place + 1 < len(days) else len(sentence)
        first, last = max(first, day.start - _REACH), min(last, day.end + _REACH)
        before, after = folded[first : day.start], folded[day.end : last]
        if cues.MOVED_FROM.search(before):
            carried = _list_subjects(before) or carried
            continue
        if is_range:
            before = " to "
        is_range = _RANGE.fullmatch(after) is not None or (
            _BETWEEN.search(before) is not None and after.strip() == "and"
        )
        if is_range:
            before += " from "
        if place == 0:
            begins_with_day = not cues.SUBJECT.search(before)
        kinds, subjects = _find_kinds_after(before, after) if begins_with_day else ([], ())
        if not kinds:
            kinds, subjects = _find_kinds(before, carried)
        carried = subjects or carried
        is_past = not day.has_year and cues.PAST.search(before)
        if is_past or cues.MOVED_AFTER.match(after):
            continue
        if day.day is not None:
            quote = _quote(sentence, day, first, last)
            for kind in kinds:
                yield Deadline(
                    kind=kind,
                    day=day.day,
                    at=day.at,
                    zone=day.zone,
                    quote=quote,
                    is_computed=day.is_computed,
                )


def _list_subjects(before: str) -> tuple[Subject, ...]:
    """The last subject in the text, and those of one list with it."""
    matches = list(cues.SUBJECT.finditer(before))
    if not matches:
        return ()
    found = [matches.pop()]
    while matches and cues.is_list(before[matches[-1].end() : found[-1].start()]):
        found.append(matches.pop())
    return tuple(Subject(match.lastgroup or "") for match in reversed(found))


def _find_kinds(
    before: str, carried: tuple[Subject, ...]
) -> tuple[list[DeadlineKind], tuple[Subject, ...]]:
    """The deadlines of the day after `before`, and their subjects."""
    effective = cues.EFFECTIVE.search(before)
    matches = list(cues.SUBJECT.finditer(before))
    is_effective = effective is not None and not _is_doubtful(before)
    if matches:
        subjects = _list_subjects(before)
        between = before[matches[-1].end() :]
        kinds = _choose(subjects, before, between)
        if not kinds and is_effective:
            return [DeadlineKind.EFFECTIVE], subjects
        return kinds, subjects
    if is_effective:
        return [DeadlineKind.EFFECTIVE], ()
    if cues.OTHER.search(before):
        return [], ()
    return _choose(carried, before, before), carried


def _choose(subjects: tuple[Subject, ...], before: str, between: str) -> list[DeadlineKind]:
    found = []
    for subject in subjects:
        kind = cues.choose_kind(subject, before, between)
        is_off = kind is DeadlineKind.HEARING and _is_doubtful(before)
        if kind is not None and not is_off and kind not in found:
            found.append(kind)
    return found


def _is_doubtful(words: str) -> bool:
    return bool(cues.UNCERTAIN.search(words) or cues.OFF.search(words))


def _find_kinds_after(before: str, after: str) -> tuple[list[DeadlineKind], tuple[Subject, ...]]:
    """The deadlines of a day whose subject follows it: "by January 12, submit your comments"."""
    match = cues.SUBJECT.search(after)
    if match is None:
        if cues.FROM.search(before) and cues.CHARGES.search(after) and not _is_doubtful(after):
            return [DeadlineKind.EFFECTIVE], ()
        return [], ()
    subject = Subject(match.lastgroup or "")
    if subject is Subject.HEARING:
        is_held = _ON.search(before) is not None and not _is_doubtful(after)
        return ([DeadlineKind.HEARING] if is_held else []), (subject,)
    clause = after[: match.end()]
    if _BY.search(before):
        return [cues.LINKS[subject][0][0]], (subject,)
    kind = cues.choose_kind(subject, clause, after[: match.start()] + ":")
    return ([kind] if kind is not None else []), (subject,)


def _quote(sentence: str, day: FoundDay, first: int, last: int) -> str:
    """The sentence or, if that is long, whole words around the day."""
    if len(sentence) <= _LONGEST_QUOTE:
        return sentence
    start = max(first, day.end - _LONGEST_QUOTE * 2 // 3)
    end = min(last, start + _LONGEST_QUOTE)
    if start and not sentence[start - 1].isspace():
        space = sentence.find(" ", start, day.start)
        start = space + 1 if space >= 0 else start
    if end < len(sentence):
        end = max(sentence.rfind(" ", day.end, end), day.end)
    return sentence[start:end].strip()
