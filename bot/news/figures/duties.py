"""Finds the duties in a story: who charges whom, on which goods, from and to which percent.

The steps for each sentence, in this order:

1. `numbers` finds percentages and sums of dollars.
2. A percentage is a duty if the words around it say so: with a word for duties (`_is_duty`) or
   without one (`unnamed`).
       matches       "a 25% tariff", "duties of 10 per cent", "Lesotho pays 15%", "puts 5% on Peru"
       does not      "shares fell 3% as tariffs rose", "a 10% stake", "a 5% rise in tariffs"
3. A percentage that follows a duty in a list is also a duty.
       matches       "tariffs of 46% on Vietnam, 36% on Thailand"
       does not      "tariffs of 46% on Vietnam, and exports fell 36%"
4. `roles` finds the imposer and the partner in the sentence; `completion` adds those that only
   other sentences of the story name.
5. The product is the nearest name of goods on which the duty is charged (`_find_product`).
       matches       "a 25% tariff on steel"
       does not      "a 25% tariff hurts steelmakers"
6. A sum belongs to the duty if it is the value of the goods (`_is_value_of_goods`).
       matches       "25% on $50bn of goods"
       does not      "a 25% tariff costs it $50bn"
7. A rate that is cut or scrapped is an old rate; doubled and halved rates are computed
   (`mark_former`).
       matches       "scraps the 25% tariff", "halves the 50% tariff"
       does not      "drops the threat of a 25% tariff"

A missing figure is better than a wrong one. The quote of a figure contains each of its numbers, or
the number and the word ("doubles") from which it is computed.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from bot.news.figures.completion import Draft, complete_drafts
from bot.news.figures.context import Clause, find_last
from bot.news.figures.numbers import DollarSum, PercentRate, find_rates, find_sums
from bot.news.figures.roles.model import Roles
from bot.news.figures.roles.targets import Target
from bot.news.figures.sentence import DutySentence
from bot.news.figures.tokens import find_names
from bot.news.figures.unnamed import find_unnamed
from bot.news.figures.words import (
    DUTY,
    DUTY_AFTER,
    DUTY_WORD,
)
from bot.news.story import Figure
from bot.news.story_text import StoryText
from bot.parties import Parties
from bot.text.folding import fold_case

_MOST_SENTENCES = 10
_LONGEST_QUOTE = 300
_MOST_FIGURES = 16
_HIGHEST_PERCENT = Decimal(4000)

_PAYS = re.compile(
    r"\b(?:(?:hits?|slaps?|punish(?:es)?|targets?)\s(?:the\s)?(?:[a-z.'-]+\s){1,4}with|pays?|paid|faces?|faced|facing|charged|charges?|baseline|rate|hit\swith|subject\sto|"
    r"slapped\swith|taxed|at|of|to)\s(?:an?\s|the\s|up\s|to\s|as\s|much\s|of\s){0,3}$"
)
_ON_GOODS = re.compile(r"\s(?:on|for)\s")
# The goods in "25% on Canadian goods," belong to this rate, not to the next one.
_ITS_OWN_GOODS = re.compile(
    r"\s(?:[a-z-]+\s){0,3}?(?:on|for)\s[^,;]{0,80}?(?=[,;]|\s(?:and|or|while|but|as)\s)"
)

# Words for other things that are stated in percent.
_NO_DUTY = re.compile(
    r"\b(?:inflation|prices?|growth|grew|grows?|growing|shrinks?|gdp|econom\w+|unemployment|jobless|shares?|stocks?|"
    r"index|yields?|sales|profits?|revenues?|earnings|margins?|output|production|demand|stake|"
    r"chance|probability|odds|likelihood|approval|polls?|voters|turnout|vat|income|corporate|"
    r"interest|mortgage|bonds?|currency|dollar|yuan|yen|euro|jobs|workforce|costs?|wages?|"
    r"slides?|slid|sinks?|sank|rall(?:y|ies|ied)|lost|loses?|confidence|sentiment|pops?|popped|gained|slipped|slumped|tumbled|plunge[sd]?|slumps?|soars?|surges?|tumbles?|dives?|dived|surged|soared|jumped|climbed|households?|"
    r"discounts?|premium|deficit|surplus|shipments|volumes?|traffic|spending|gdp|"
    r"recession|nato|defence|defense|content)\b"
)
_NOT_A_LEVEL_BEFORE = re.compile(
    r"\bhad\s(?:expected|hoped|feared)\b[^,;]{0,20}$|\bthan\s(?:the\s)?(?:[a-z]+\s){0,3}(?:of\s|at\s)?$|\b(?:(?<!hit\s)by|another|a\sfurther|rose|fell|dropped|up|down|grew|shrank|shrunk|declined|gained|lost|"
    r"increased|decreased|only|share|some|accounts?\sfor)\s(?:(?:some|about|around|nearly|over|"
    r"almost|as|much|more|than|at|least|an?|to|extra|additional|further)\s){0,3}$"
)
_DUTY_NEXT = re.compile(rf"\s(?:import\s)?(?:{DUTY})\b")
# "down to 15%", "stunned by a 39% tariff".
_LEVEL_BEFORE = re.compile(
    r"\b(?:up|down)\sto\s(?:[a-z]+\s){0,2}$"
    r"|\b(?:hit|stunned|stung|shocked|struck|rocked|battered|hurt|squeezed|dented|shaken|unfazed)\s"
    r"by\s(?:an?\s|the\s|new\s|extra\s|additional\s){0,3}$"
)
_NOT_A_LEVEL_AFTER = re.compile(
    r"[\s-](?:of(?!\s(?:its|their|his)\sown\b)|chance|probability|likelihood|increases?|rises?|drops?|declines?|falls?|jumps?|hikes?|"
    r"stakes?|shares?|points?|discounts?|growth|gains?|loss(?:es)?|more|less|higher|lower|fewer|"
    r"year|annually|owned|owners?|cuts?|reductions?|decreases?|over|above|below|since)\b"
)

# "adds 0.4% to prices"
_OF_SOMETHING_ELSE = re.compile(rf"\s(?:to|off)\s(?:[a-z]+\s){{0,2}}?{_NO_DUTY.pattern}")

# "Vietnam 46%, Thailand 36%"
_LISTED = re.compile(r"[,;]\s(?:and\s)?(?:[a-z.]+\s){1,3}$")
# "while those on copper were cut to 10%"
_ITS = re.compile(r"\b[a-z]+'s\s(?:own\s)?(?:on|for)\s[^;,]{1,40}$")
_THOSE = re.compile(r"\b(?:those|that)\s(?:on|for|of)\s[^;]{1,60}\b(?:to|at)\s$")
_CHARGES = re.compile(r"\b(?:(?:charges?|pays?|faces?|imposes?)|at\sa\s(?:[a-z]+\s)?rate\sof)\s$")
_GOODS_AFTER = re.compile(
    r"(?:\s[a-z'.-]+){0,5}?\s(?:goods|imports?|exports?|products|merchandise|shipments)\b"
)
_NAMES_DUTY = re.compile(
    rf"{DUTY_WORD.pattern}|\b(?:hits?|slaps?)\s(?:[a-z.'-]+\s){{1,4}}with\s[\d.]+\s?(?:%|per)"
)
# Words of stories about trade, which may state a duty without a word for duties.
_TRADE = re.compile(
    r"\btrade\b|\bgoods\b|\bletters\b|\bcustoms\b|\bimport(?:s|ed|ers?)?\b|\bexport(?:s|ers?)?\b|\bquotas?\b|\busmca\b|"
    r"\breciprocal\b|\bsection\s(?:232|301|201|122|338)\b|\bustr\b|\bliberation\sday\b|"
    r"\btrump\b|\bwhite\shouse\b|\bin\s(?:exchange|return)\b"
)
# "Until then, such goods pay 10%": the duty as it is, before the one that the story reports.
_INTERIM = re.compile(r"\b(?:until|till)\s(?:then|that\sday)\b|\bin\sthe\s(?:meantime|interim)\b")
# "The baseline of 10% on other goods stays": no new rate.
_STANDING = re.compile(
    r"[^,;:%]{0,50}\s(?:stays?|remains?)(?:\s(?:unchanged|in\splace|as\sbefore))?\W*$"
)
_ON_THEM = re.compile(r"\bon\s(?:it|them|these|those)\b")
# Words after which a rate is on other goods than those of the caption, "Cars: ...".
_OTHER_GOODS = re.compile(r"\b(?:other|all|goods|imports|products|exports)\b")
_PERCENT = re.compile(r"\d\s?%|per\s?cent\b|\bpct\b|\d\s?pc\b")
_SUM_BEFORE = re.compile(rf"\b(?:{DUTY}|retaliat\w+)\b[^.;]{{0,40}}$")


class FigureReader:
    """Finds the figures of stories. The time per story is bounded, because the text is limited."""

    def __init__(self, parties: Parties, products: Iterable[str] = ()) -> None:
        """`products` are names of goods in lower case, such as `steel` or `electric vehicles`."""
        self._parties = parties
        names = _alternate(products)
        self._product = re.compile(rf"\b(?:{names})\b")
        self._caption = re.compile(rf"(?:[\w'-]+\s){{0,2}}({names})\s?:\s")

    def find_figures(self, story: StoryText) -> tuple[Figure, ...]:
        """The duties in title and text, in order. Of repeated figures, only the fullest remains."""
        read = story.parts[: _MOST_SENTENCES + 1]
        folded = [fold_case(sentence) for sentence in read]
        rates = [find_rates(one) for one in folded]
        sums = [find_sums(one) for one in folded]
        if not any(rates) and not any(sums):
            return ()
        names_duty = any(map(_NAMES_DUTY.search, folded))
        if not names_duty and not (any(rates) and any(map(_PERCENT.search, folded))):
            return ()
        mentions = [
            find_names(sentence, story.find_mentions(sentence), self._parties) for sentence in read
        ]
        names_eu = any(mention.code == "EU" for each in mentions for mention in each)
        sentences = [
            DutySentence(*each, names_eu=names_eu)
            for each in zip(read, folded, rates, sums, mentions, strict=True)
        ]
        is_trade = names_duty or any(map(_TRADE.search, folded))
        unnamed = [self._find_unnamed(sentence, is_trade) for sentence in sentences]
        if not names_duty and not any(unnamed):
            return ()
        drafts = [
            draft
            for sentence, starts in zip(sentences, unnamed, strict=True)
            for draft in self._find_drafts(sentence, starts)
        ]
        for draft in drafts:
            draft.in_title = draft.quote in story.title
        if not drafts:
            return ()
        bare = [sentence.bare_duties for sentence in sentences]
        complete = complete_drafts(
            drafts,
            [roles for each in bare for roles in each],
            bare[0],
            sentences[0].list_payers(),
            join_members=self._join_members,
            names_us=lambda: any(sentence.names_us() for sentence in sentences),
            is_reduced=lambda: any(sentence.says_reduced() for sentence in sentences),
        )
        complete = [draft for draft in complete if not draft.is_interim] or complete
        self._add_product_of_caption(complete, story.title)
        found = [figure for draft in complete for figure in _build_figures(draft)]
        return tuple(_remove_repetitions(found)[:_MOST_FIGURES])

    def _join_members(self, codes: set[str]) -> set[str]:
        """The codes, without members of a bloc that is one of the codes."""
        members = {member for code in codes for member in self._parties.get(code).members}
        return codes - members

    def _find_unnamed(self, sentence: DutySentence, is_trade: bool) -> set[int]:
        if not sentence.rates:
            return set()
        parties = [(token.start, token.end) for token in sentence.tokens if token.party]
        goods = [match.span() for match in self._product.finditer(sentence.folded)]
        return find_unnamed(sentence.folded, parties, goods, sentence.rates, is_trade=is_trade)

    def _find_drafts(self, sentence: DutySentence, unnamed: Collection[int]) -> list[Draft]:
        folded, money = sentence.folded, list(sentence.sums)
        duties = _find_duties(folded, sentence.rates, unnamed)
        drafts: list[Draft] = []
        previous: Roles | None = None
        for clause, rate in duties:
            amount = next((sum_ for sum_ in money if _is_value_in_clause(clause, sum_)), None)
            money = [sum_ for sum_ in money if sum_ is not amount]
            roles = sentence.read_roles(clause, previous)
            previous = roles
            own = clause._replace(high=sentence.find_end(clause, duties))
            draft = self._draft(sentence, own, roles, rate, amount)
            if drafts and roles.is_listed and _is_void(drafts[-1]) and draft.from_percent is None:
                draft.from_percent, draft.to_percent = draft.to_percent, drafts[-1].to_percent
            drafts.append(draft)
        if sentence.mutual is not None and len(drafts) == 1 and drafts[0].imposer is not None:
            drafts = _mirror(drafts[0], sentence.mutual)
        for sum_ in money:
            if not duties and _is_value_of_goods(folded, sum_):
                clause = Clause(folded, 0, sum_.start, sum_.end, len(folded), False)
                drafts.append(self._draft(sentence, clause, sentence.read_sum(sum_), None, sum_))
        return drafts

    def _draft(
        self,
        sentence: DutySentence,
        clause: Clause,
        roles: Roles,
        rate: PercentRate | None,
        amount: DollarSum | None,
    ) -> Draft:
        low = min(clause.start, amount.start if amount else clause.start)
        high = max(clause.end, amount.end if amount else clause.end)
        draft = Draft(
            roles=roles,
            product=self._find_product(sentence.text, clause),
            from_percent=rate.from_percent if rate else None,
            to_percent=rate.to_percent if rate else None,
            lowest=rate.lowest if rate else None,
            amount_usd=amount.dollars if amount else None,
            quote=_cut_quote(sentence.text, low, high),
            near=sentence.list_payers(),
            words=clause.folded[clause.low : clause.high],
        )
        draft.is_interim = rate is not None and _is_interim(clause)
        if rate is not None and rate.from_percent is None and rate.to_percent is not None:
            sentence.mark_former(draft, clause, roles, rate.to_percent)
        return draft

    def _add_product_of_caption(self, drafts: Iterable[Draft], title: str) -> None:
        """Adds the goods of "Peruvian cars: duty falls to 10%" to the duties that name none."""
        caption = self._caption.match(fold_case(title))
        for draft in drafts if caption else ():
            names_goods = draft.product is not None or (
                draft.roles.target is Target.GOODS and not _ON_THEM.search(draft.words)
            )
            if caption and not names_goods and not _OTHER_GOODS.search(draft.words):
                draft.product = title[caption.start(1) : caption.end(1)]

    def _find_product(self, sentence: str, clause: Clause) -> str | None:
        """The goods of the duty nearest to the number, or None."""
        spans = [
            match.span()
            for match in self._product.finditer(clause.folded, clause.low, clause.high)
            if _is_charged(clause.folded, match.start(), match.end())
        ]
        after = [span for span in spans if span[0] >= clause.end]
        if after and _ITS_OWN_GOODS.match(f"{clause.after},"):
            spans = after
        if not spans:
            return None
        distance = {
            span: min(abs(span[0] - clause.end), abs(span[1] - clause.start)) for span in spans
        }
        start, end = min(spans, key=lambda span: distance[span])
        for other_start, other_end in spans:
            if re.fullmatch(r"\s?(?:and|&|/|,)\s?", clause.folded[end:other_start]):
                end = other_end
            elif re.fullmatch(r"\s?(?:and|&|/|,)\s?", clause.folded[other_end:start]):
                start = other_start
        return sentence[start:end]


def _alternate(names: Iterable[str]) -> str:
    """A pattern for any of the names, the longest first. It never matches if there are no names.

    Names with the same first letter are a group, because a regular expression tries all
    alternatives, one after the other.
    """
    groups: dict[str, list[str]] = {}
    for name in sorted(names, key=len, reverse=True):
        groups.setdefault(name[0], []).append(re.escape(name[1:]))
    alternatives = [rf"{re.escape(first)}(?:{'|'.join(rests)})" for first, rests in groups.items()]
    return "|".join(alternatives) or "(?!)"


def _mirror(draft: Draft, mutual: tuple[str, str]) -> list[Draft]:
    """The duties of two parties that charge each other the same rate."""
    if not {draft.imposer, *draft.partners} <= set(mutual):
        return [draft]
    pairs = (mutual, mutual[::-1])
    return [
        replace(draft, roles=draft.roles._replace(imposer=by, partners=(to,), target=Target.PAYERS))
        for by, to in pairs
    ]


def _is_interim(clause: Clause) -> bool:
    """Whether the words say that the rate applies until a new one does, or stays as it is."""
    part = clause.folded[clause.folded.rfind(";", 0, clause.start) + 1 : clause.high]
    return _INTERIM.search(part) is not None or _STANDING.match(clause.after) is not None


def _is_void(draft: Draft) -> bool:
    return draft.from_percent is not None and not draft.to_percent


def _build_figures(draft: Draft) -> list[Figure]:
    ends = [draft.to_percent] if draft.lowest is None else [draft.lowest, draft.to_percent]
    return [
        Figure(
            imposer=draft.imposer,
            partner=partner,
            product=draft.product,
            from_percent=draft.from_percent,
            to_percent=end,
            amount_usd=draft.amount_usd,
            quote=draft.quote,
        )
        for partner in draft.partners or (None,)
        for end in ends
    ]


def _find_duties(
    folded: str, rates: Sequence[PercentRate], unnamed: Collection[int]
) -> list[tuple[Clause, PercentRate]]:
    found: list[tuple[Clause, PercentRate]] = []
    for place, rate in enumerate(rates):
        low = rates[place - 1].end if place else 0
        if own := _ITS_OWN_GOODS.match(folded, low, rate.start):
            low = own.end() if place else 0
        high = rates[place + 1].start if place + 1 < len(rates) else len(folded)
        is_change = rate.from_percent is not None
        clause = Clause(folded, low, rate.start, rate.end, high, is_change)
        follows = bool(found) and found[-1][1] is rates[place - 1]
        highest = max(filter(None, (rate.from_percent, rate.to_percent)), default=Decimal(0))
        if highest <= _HIGHEST_PERCENT and (rate.start in unnamed or _is_duty(clause, follows)):
            found.append((clause, rate))
    return found


def _is_duty(clause: Clause, follows: bool) -> bool:
    """Whether a percentage is a duty; `follows` is true if the percentage before it is a duty."""
    before, after = clause.before, clause.after
    if _NOT_A_LEVEL_AFTER.match(after) and not clause.is_change:
        return False
    if _OF_SOMETHING_ELSE.match(after):
        return False
    if (
        _NOT_A_LEVEL_BEFORE.search(before)
        and not _LEVEL_BEFORE.search(before)
        and not _DUTY_NEXT.match(after)
    ):
        return False
    named = DUTY_AFTER.match(after)
    if named is not None and not _NO_DUTY.search(named.group()):
        return True
    before = before[before.rfind(";") + 1 :]
    if re.search(r"\b(?:vat|gst)\b[^,;]{0,20}$", before):
        return False
    duty = find_last(DUTY_WORD, before[-160:])
    if duty is not None:
        return not _NO_DUTY.search(before[-160:][duty.end() :])
    if _NO_DUTY.search(before[-80:]):
        return False
    if follows:
        return clause.is_change or bool(
            _ON_GOODS.match(after)
            or _LISTED.match(before)
            or _THOSE.search(before)
            or _ITS.search(before)
            or _CHARGES.search(before)
        )
    return clause.is_change or bool(_PAYS.search(before))


def _is_charged(folded: str, start: int, end: int) -> bool:
    before, after = folded[max(0, start - 50) : start], folded[end : end + 40]
    return bool(
        re.search(r"\b(?:on|imported|for|of|foreign)\s(?:[a-z'.-]+(?:,?\s|\s&\s|/)){0,3}$", before)
        or re.match(rf"(?:\s(?:and|or|&)\s[a-z]+)?(?:\s(?:import|products?))?\s(?:{DUTY})\b", after)
    )


def _is_value_in_clause(clause: Clause, sum_: DollarSum) -> bool:
    """Whether a sum is in the clause and is the value of the goods on which the duty is charged."""
    inside = clause.low <= sum_.start and sum_.end <= clause.high
    return inside and bool(_GOODS_AFTER.match(clause.folded[sum_.end :]))


def _is_value_of_goods(folded: str, sum_: DollarSum) -> bool:
    after = _GOODS_AFTER.match(folded[sum_.end :])
    return bool(after) and bool(
        _SUM_BEFORE.search(folded[max(0, sum_.start - 80) : sum_.start])
        or DUTY_WORD.search(folded[sum_.end : sum_.end + 120])
    )


def _cut_quote(sentence: str, low: int, high: int) -> str:
    """The sentence, or the part around the number if the sentence is long."""
    if len(sentence) <= _LONGEST_QUOTE:
        return sentence
    room = max(0, _LONGEST_QUOTE - (high - low)) // 2
    return sentence[max(0, low - room) : high + room].strip()


def _remove_repetitions(figures: Sequence[Figure]) -> list[Figure]:
    """The figures, except those whose values are all in another figure."""
    kept: list[Figure] = []
    for place, figure in enumerate(figures):
        others = [*kept, *figures[place + 1 :]]
        if not any(_includes(other, figure) for other in others):
            kept.append(figure)
    return kept


def _includes(fuller: Figure, figure: Figure) -> bool:
    fields = ("imposer", "partner", "product", "from_percent", "to_percent", "amount_usd")
    mine = {name: getattr(figure, name) for name in fields}
    return all(value is None or value == getattr(fuller, name) for name, value in mine.items())
