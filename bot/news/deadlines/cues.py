"""The words around a day that say which deadline it is.

subject   what the deadline is for: "written comments", "requests to appear at the hearing"
link      how a subject and a day belong together: "must be received by", "will be held on"
"""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from bot.news.deadlines.model import DeadlineKind


class Subject(StrEnum):
    """What a deadline is for."""

    REBUTTAL = "rebuttal"
    REQUEST = "request"
    EXCLUSION = "exclusion"
    INCLUSION = "inclusion"
    COMMENT = "comment"
    HEARING = "hearing"


_AT_HEARING = r"(?:\s(?:at|in)\s(?:the\s|a\s|this\s|that\s|its\s)?(?:[a-z]{1,10}\s){0,2}?hearing)?"
_ON_OTHERS = (
    r"(?:\s(?:on|about|regarding|concerning|in\s(?:response|opposition|support)\s(?:to|of))\s"
    r"(?:[\w'-]{1,20}\s){0,6}?(?:(?:exclusion|inclusion|hearing)s?(?:\srequests?)?\b))?"
)
_SUBJECTS: Mapping[Subject, str] = {
    Subject.REBUTTAL: (
        r"(?:rebuttal|reply|responsive|post-?hearing)\s(?:(?:and|or)\s\w{1,12}\s)?(?:written\s)?"
        r"(?:comments?|submissions?|briefs?|statements?|information)|rebuttals?"
        r"|(?:replies|responses?|answers)\sto\s(?:(?:the|those|such|any|other|these|parties')\s){0,2}"
        r"(?:\w{1,12}\s)?(?:comments|submissions)"
    ),
    Subject.REQUEST: (
        r"requests?\s(?:for\sleave\s)?to\s(?:appear|testify|speak|participate|present)\b"
        r"(?:\sand\stestify)?"
        rf"{_AT_HEARING}|notices?\sof\s(?:(?:intent|intention)\sto\s)?appear(?:ance)?{_AT_HEARING}"
        r"|requests?\sfor\s(?:an?\s)?(?:oral\s|public\s)?hearings?|hearing\srequests?"
        r"|request(?:s|ed|ing)?\san?\s(?:oral\s|public\s)?hearing|entr(?:y|ies)\sof\sappearance"
        rf"|(?:intend|intending|wish|wishing|want|wanting)\sto\s(?:appear|testify|participate){_AT_HEARING}"
        rf"|summar(?:y|ies)\sof\s(?:\w{{1,9}}\s){{0,2}}testimony{_AT_HEARING}"
    ),
    Subject.EXCLUSION: (
        r"(?:product\s|tariff\s)?exclusions?\s(?:requests?|process|portal|window|docket|application|"
        r"period)s?(?:\s(?:portal|window|docket|process))?"
        r"|requests?\s(?:for|to\sgrant)\s(?:\w{1,10}\s){0,2}exclusions?"
        r"|requests?\sto\sexclude"
    ),
    Subject.INCLUSION: (
        r"inclusions?\s(?:requests?|window|process|round|portal|period)s?"
        r"|requests?\s(?:for|to\smake)\s(?:\w{1,10}\s){0,2}inclusions?"
        r"|requests?\sto\s(?:include|add)\b"
    ),
    Subject.COMMENT: (
        rf"(?:written\s|public\s)?comments?(?:\speriod|\sdue\sdate)?{_ON_OTHERS}"
        r"|written\s(?:submissions?|views|statements?|evidence|responses|testimony)"
        r"|submissions|(?:public\s)?consultation(?:\speriod)?|calls?\sfor\s(?:evidence|input|views)"
        r"|feedback(?:\speriod)?|responses(?!\sto\s)|respond|representations|make\s(?:their|your)\sviews\sknown"
        r"|(?:pre-?hearing\s)briefs?"
    ),
    Subject.HEARING: r"hearings?|oral\sarguments?",
}
SUBJECT = re.compile(
    "|".join(rf"(?P<{name}>(?<![\w-])(?:{words})(?![\w-]))" for name, words in _SUBJECTS.items())
)
"""Matches a subject; the name of its group is a value of `Subject`. The order decides between
subjects that begin with the same word."""

OTHER = re.compile(
    r"\b(?:testimony|briefs?|questionnaires?|applications?|registration|reports?|decisions?"
    r"|determinations?|rulings?|payments?|bonds?|motions?|appeals?)\b"
)
"""Words for something else that falls due, so that a day after them is not of an earlier
subject."""

LIST = re.compile(r"(?=.{1,60}$)[\s,/]*(?:and|or|and/or|,)[\w\s,/'-]*")
"""Matches the words between two subjects of a list: "comments, and any"."""
_NO_LIST = re.compile(
    r"\b(?:will|is|are|must|may|shall|be|held|clos\w+|following|after|before|at|by|on|from)\b"
)

_DUE = (
    r"\b(?:by(?!\s(?:e-?mail|mail|post|fax|using|\w+ing|hand|any|interested|parties|the\s(?!close|end)))"
    r"|before|until|till|through(?=\W*$)|(?:no|not)\slater\sthan|on\sor\sbefore|due|clos(?:e|es|ed|ing)"
    r"|ends?|ending|expires?|concludes?|within)\b|\bextended\s(?:to|until)\W*$|^\W*(?:to\b)?\W*$"
)
_DEADLINE_NOUN = re.compile(
    r"\b(?:deadline|due\sdates?|closing\s(?:date|day)|last\s(?:day|date)|final\sdate|period)\b"
)
_IS = re.compile(r"(?:\bis|\bare|\bto|:|\bas|\buntil|\bfor)\W*(?:\w+\W+){0,3}?$")
_OPEN = (
    r"\b(?:opens?|opened|opening|begins?|beginning|starts?|starting|commenc\w+|accept(?:ed|ing)?"
    r"|from|between|available)\b"
)
_HELD = (
    r"(?:\b(?:on|from|held|begins?|convenes?|scheduled|set|take\splace|takes\splace|for|to)\b|:)"
)
_FIRST_DAY = re.compile(r"\b(?:from|between|since|after|starting|beginning)\W*$")
_RECEIVED_AFTER = re.compile(r"\b(?:received|submitted|filed|made)\safter\W*$")

Link = Sequence[tuple[DeadlineKind, re.Pattern[str]]]
LINKS: Mapping[Subject, Link] = {
    Subject.COMMENT: [(DeadlineKind.COMMENTS_CLOSE, re.compile(_DUE))],
    Subject.REBUTTAL: [(DeadlineKind.REBUTTAL_COMMENTS, re.compile(_DUE))],
    Subject.REQUEST: [(DeadlineKind.HEARING_REQUESTS, re.compile(_DUE))],
    Subject.HEARING: [(DeadlineKind.HEARING, re.compile(_HELD))],
    Subject.EXCLUSION: [
        (DeadlineKind.EXCLUSION_REQUESTS_CLOSE, re.compile(_DUE)),
        (DeadlineKind.EXCLUSION_REQUESTS_OPEN, re.compile(_OPEN)),
    ],
    Subject.INCLUSION: [
        (DeadlineKind.INCLUSION_WINDOW_CLOSES, re.compile(_DUE)),
        (DeadlineKind.INCLUSION_WINDOW_OPENS, re.compile(_OPEN)),
    ],
}
"""How each subject may be linked to a day, and which deadline the day then is. If several links
match, the last words of the sentence before the day decide."""

_ONLY_LAST_DAY = frozenset({Subject.COMMENT, Subject.REBUTTAL, Subject.REQUEST})

EFFECTIVE = re.compile(
    r"(?:(?<![\w-])effective(?:\s(?:date|and\sapplicable))?|\b(?:tak(?:e|es|ing))\seffect"
    r"|\b(?:enter|enters|entering|come|comes|coming|go|goes|going)\sinto\s(?:force|effect)"
    r"|\bappl(?:y|ies|icable)|\bentered(?:,\sor\swithdrawn)?)\b"
    r"(?P<gap>[^;]{0,220}?)"
    r"(?:\b(?:on|on\sor\safter|as\sof|from|of|beginning|starting|since|is)\b|[:,]|^|(?<=effective)\s"
    r"|(?<=applicable)\s|(?<=date)\s)\s*"
    r"(?:(?:12:01|00:01|12:00)\s?(?:a\.?m\.?)?,?\s?(?:\(?(?:u\.?s\.?\s)?eastern(?:\s\w+)?\stime\)?|e[sd]?t)?"
    r",?\s*(?:on\s)?)?$"
)
"""Matches the words before the first day of a measure, up to the day."""
FROM = re.compile(
    r"\b(?:from|as\sof|with\seffect\sfrom|(?:beginning|starting)(?:\son)?|effective)\s+$"
)
CHARGES = re.compile(
    r"\b(?:dut(?:y|ies)|tariffs?|levy|surcharge|rates?|ad\svalorem|quotas?|suspension)\b"
    r"[^;]{0,120}?\b(?:shall|will|applies|apply|is|are)\b"
)
"""Matches what follows the day: "from 1 January 2027, an additional duty of 25% will apply"."""

UNCERTAIN = re.compile(r"\b(?:would|could|might|if|unless|propos\w+|may\s(?:be|hold|take|also))\b")
"""Words by which a hearing or a first day is only possible."""
PAST = re.compile(r"\b(?:was|were|closed|ended|expired|took|had)\b")
"""Words by which a day without a year is more likely past than a deadline."""
OFF = re.compile(
    r"\b(?:cancel\w*|no\slonger|not\s(?:be\s)?h[eo]ld|vacat\w+|(?:no|without\sa)\s"
    r"(?:public\s)?hearing)\b"
)
"""Words that say that something does not take place."""
MOVED_FROM = re.compile(
    r"\b(?:originally|previously|initially|formerly|instead\sof|rather\sthan|other\sthan)\b[^,;]{0,50}$"
    r"|\b(?:extend|postpon|mov|chang|reschedul|delay|revis)\w*\b[^,;]{0,60}?\bfrom\W*(?:\w+\W+)?$"
)
"""Words before a day that no longer counts."""
MOVED_AFTER = re.compile(
    r"[^;.]{0,30}?\b(?:cancel\w*|(?:is|has\sbeen|was|are)\s(?:postponed|rescheduled|moved|withdrawn|"
    r"extended)|no\slonger)\b"
)
"""Words after a day that no longer counts."""


def choose_kind(subject: Subject, before: str, between: str) -> DeadlineKind | None:
    """The deadline of a subject on a day.

    `before` is the text from the last day to this one, and `between` its part after the subject.
    """
    if subject in _ONLY_LAST_DAY and _FIRST_DAY.search(between):
        is_last = _RECEIVED_AFTER.search(between) is not None
        return LINKS[subject][0][0] if is_last else None
    found: tuple[int, DeadlineKind] | None = None
    for kind, pattern in LINKS[subject]:
        for match in pattern.finditer(between):
            if found is None or match.start() >= found[0]:
                found = (match.start(), kind)
    if found is not None:
        return found[1]
    first, _ = LINKS[subject][0]
    last, opens = LINKS[subject][-1]
    if last is not first and opens.search(before):
        # "The agency starts accepting exclusion requests on December 10."
        return last
    names_deadline = _DEADLINE_NOUN.search(before) is not None
    if subject is not Subject.HEARING and names_deadline and _IS.search(between):
        return first
    return None


def is_list(words: str) -> bool:
    """Whether the words stand between two subjects of one list: ", and any"."""
    return LIST.fullmatch(words) is not None and _NO_LIST.search(words) is None
