"""Chooses the economies that take part in a story's trade matter, among all that it names.

Each rule drops mentions, which then do not count:

dateline    the place where the report was written
                drops       TEHRAN (Agency) - Brussels delays its tariff
                keeps       Tehran delays its tariff
signing     the place where others sign, or where they meet if two other economies remain
                drops       Brussels and Tokyo sign the pact in Iceland
                keeps       Iceland signs the pact
disputed    Gaza, Greenland, Taiwan and Ukraine as the subject of a quarrel or a war
                drops       London pauses the talks with Israel over Gaza
                keeps       Kyiv asks for a longer exemption from duties on Ukrainian steel
energy      Russia, Iran and Venezuela as sellers of oil, because the duties fall on the buyers
                drops       Washington doubles the tariff on India over its purchases of Russian oil
                keeps       Brussels plans a tariff on Russian oil
example     an economy in an example or a comparison, in the lead
                drops       Partners such as Norway wait for the ruling
                keeps       Norway waits for the ruling
member      a member of a bloc in the lead, if the title names the bloc, which acts for its members
                drops       The EU signs the pact: Austria and Poland had objected
                keeps       Austria objects to the pact (title)
lead        all mentions in the lead, if two economies remain in the title; except the agency or
            gazette that publishes a notice
                drops       Oslo and Bern sign a pact: Vietnam had asked for it
                keeps       Copper tube (Brazil and China): Canadian International Trade Tribunal

The lead is the first two sentences of the text, without the contents of a newsletter. If the rules
drop all mentions, all of them count. If the title names Mercosur and a member of the EU takes part,
the EU takes part too.

A title can also name the United States by its law or by an institution:

statute     only the United States have it: "Section 232", "the trade court"
body        other countries have one too, so it counts if the story names no economy: "Senate"
"""

import re
from collections.abc import Iterable, Sequence

from bot.news.story_text import StoryText
from bot.parties import Mention, Parties

_LEAD_SENTENCES = 2
_LONGEST_LEAD = 1200
_NEAR = 60
"""The number of characters before and after a mention that the rules read."""
_EU = "EU"
_OIL_SELLERS = frozenset({"RU", "IR", "VE"})
"""Economies whose oil is under US sanctions; secondary duties fall on the buyers."""
_DISPUTED = frozenset({"GL", "PS", "UA"})
"""Places about which other states quarrel while they trade with each other."""

_NEWSLETTER = re.compile(r"\balso in (?:this|today)|\bplus:", re.IGNORECASE)
_DATELINE = re.compile(
    r"[A-Z][A-Z .,'’-]{2,40}(?:, \w+\.? \d{1,2})?\s*(?:\([^()\n]{2,30}\)\s*[-–—]+|[–—])"
)
_SIGNED_IN = re.compile(
    r"\bsign(?:s|ed|ing)?\b[^.;:]{0,40}\bin (?:\w+, )?(?:the )?$", re.IGNORECASE
)
_MET_IN = re.compile(
    r"\b(?:meet|meets|met|meeting|talks|summit|conference|session|dinner|speaking)\b[^.;:]{0,30}"
    r"\bin (?:\w+, )?(?:the )?$",
    re.IGNORECASE,
)
_TRAVELS_TO = re.compile(
    r"\b(?:travel|travels|fly|flies|head|heads|go|goes)\b[^.;:]{0,20}\bto (?:\w+, )?(?:the )?$",
    re.IGNORECASE,
)
_TO_SIGN = re.compile(r"[^.;:]{0,40}\bto sign\b", re.IGNORECASE)
_BEFORE_DISPUTED = re.compile(
    r"\b(?:over|about|war|offensive|invasion|ammo|ammunition|weapons|troops"
    r"|seiz(?:e|es|ing)|invad(?:e|es|ing)|annex(?:es|ing)?)"
    r"(?: (?:in|on|of|for|new))?(?: the)? $",
    re.IGNORECASE,
)
_AFTER_DISPUTED = re.compile(
    r"(?:['’]s)?[ -](?:war|invasion|offensive|crisis|threats?)\b", re.IGNORECASE
)
_TAIWAN_MATTER = re.compile(r" (?:visit|trip|strait|issue|question)\b", re.IGNORECASE)
_ENERGY = re.compile(r"\b(?:oil|crude|gas|energy|petroleum|sanction\w*|war)\b", re.IGNORECASE)
_DUTY_ON = re.compile(
    r"\b(?:tariffs?|duty|duties|lev(?:y|ies)|tax(?:es)?) (?:on|against) (?:\w+ )?$", re.IGNORECASE
)
_EXAMPLE = re.compile(
    r"(?:\b(?:[Ll]ike|[Ss]uch as|[Ii]n contrast (?:to|with)|[Uu]nlike)(?: the)?"
    r"(?:(?: [A-Z][\w.]*){1,3},?(?: and| or)?)*) $"
)
_MERCOSUR = re.compile(r"\bMercosur\b")
# The lead of a notice is the name of its publisher, without a verb.
_PUBLISHER = re.compile(
    r"(?:[A-Z][\w.-]*,? (?:of |and |for |the )*){0,6}"
    r"(?:Tribunal|Commission|Journal|Gazette|Register|Administration|Authority|Agency|Commerce|"
    r"Instruments|Remedies)(?=\s*(?:[.,;:(|]|$))"
)
_US = "US"
_US_STATUTE = re.compile(
    r"\b(?:Section (?:232|301|122|201|338)|IEEPA|[Tt]rade [Cc]ourt|[Tt]rade [Ee]xpansion [Aa]ct)\b"
)
_US_BODY = re.compile(
    r"\b(?:Senate|House|Congress|Supreme Court|Justices|Commerce|Republicans?|Democrats?|GOP|"
    r"[Aa]ppeals (?:court|judges)|[Ff]ederal (?:court|judge)s?)\b"
)


def choose_participants(story: StoryText, parties: Parties) -> tuple[str, ...]:
    """The codes of the economies that take part in the matter, in order of appearance."""
    title, in_title, in_text = story.title, story.in_title, story.in_text
    kept = _keep_codes(title, in_title)
    if in_text:
        lead = _cut_lead(story)
        in_lead = [mention for mention in in_text if mention.end <= len(lead)]
        if len(kept) < 2:
            kept = (*kept, *_keep_lead_codes(lead, in_lead, kept, parties))
        elif publisher := _PUBLISHER.match(lead):
            kept = (*kept, *(one.code for one in in_lead if one.end <= publisher.end()))
    codes = kept or tuple(mention.code for mention in (*in_title, *in_text))
    if _US in parties and _US not in codes and _implies_us(title, bool(codes)):
        codes = (*codes, _US)
    return tuple(dict.fromkeys((*codes, *_list_blocs(codes, title, parties))))


def _implies_us(title: str, names_others: bool) -> bool:
    """Whether the law or the institution in a title is one of the United States."""
    return bool(_US_STATUTE.search(title) or (not names_others and _US_BODY.search(title)))


def _cut_lead(story: StoryText) -> str:
    """The beginning of the text that counts as its lead."""
    end = 0
    for sentence in story.sentences[:_LEAD_SENTENCES]:
        end = story.text.find(sentence, end) + len(sentence)
    lead = story.text[: min(end, _LONGEST_LEAD)]
    contents = _NEWSLETTER.search(lead)
    return lead[: contents.start()] if contents else lead


def _keep_codes(text: str, mentions: Sequence[Mention]) -> tuple[str, ...]:
    """The codes of the mentions in a title or a lead that take part."""
    codes = dict.fromkeys(mention.code for mention in mentions if not _is_reason(text, mention))
    hosts = {
        mention.code
        for mention in mentions
        if _MET_IN.search(text[max(0, mention.start - _NEAR) : mention.start])
    }
    others = [code for code in codes if code not in hosts]
    return tuple(others if len(others) >= 2 else codes)


def _keep_lead_codes(
    lead: str, mentions: Sequence[Mention], title_codes: Iterable[str], parties: Parties
) -> tuple[str, ...]:
    dateline = _DATELINE.match(lead)
    begin = dateline.end() if dateline else 0
    members = {code for bloc in title_codes for code in parties.get(bloc).members}
    counted = [
        mention
        for mention in mentions
        if mention.start >= begin
        and mention.code not in members
        and not _EXAMPLE.search(lead[max(0, mention.start - _NEAR) : mention.start])
    ]
    return _keep_codes(lead, counted)


def _is_reason(text: str, mention: Mention) -> bool:
    """Whether the mention names a place, a war or an oil seller, and not a party of the matter."""
    before = text[max(0, mention.start - _NEAR) : mention.start]
    after = text[mention.end : mention.end + _NEAR]
    if _SIGNED_IN.search(before) or (_TRAVELS_TO.search(before) and _TO_SIGN.match(after)):
        return True
    if mention.code in _DISPUTED and (
        _BEFORE_DISPUTED.search(before) or _AFTER_DISPUTED.match(after)
    ):
        return True
    if mention.code == "TW" and _TAIWAN_MATTER.match(after):
        return True
    return (
        mention.code in _OIL_SELLERS
        and _ENERGY.search(before + after) is not None
        and not _DUTY_ON.search(before)
    )


def _list_blocs(codes: Sequence[str], title: str, parties: Parties) -> tuple[str, ...]:
    """The EU, if the title names Mercosur and a member takes part. Members make no trade deals."""
    if _EU not in parties or not _MERCOSUR.search(title):
        return ()
    members = parties.get(_EU).members
    return (_EU,) if any(code in members for code in codes) else ()
