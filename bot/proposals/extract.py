"""Finds the proposals in a story.

    story | is its status a decision? | figures with both parties and a percent | stated as decided?
          | missing in the ledger?

No proposal is made from sums of money, figures without imposer or partner, threats, plans, doubts
and past rates, nor from rates that are not exact ("up to 25%", "10% to 25%") or that have ended.
The stories with these figures still cause alerts.
"""

import re
from collections.abc import Iterable
from decimal import Decimal

from bot.news.figures.numbers import find_rates
from bot.news.state import EventStatus
from bot.news.status.dates import find_effective_day
from bot.news.status.decision import is_change, is_decided
from bot.news.story import Figure, Story
from bot.proposals.build import propose_rate
from bot.proposals.model import Proposal, ReportedRate, ReportSource
from bot.rates.ledger import Ledger
from bot.text.folding import fold_case

_UNDECIDED = frozenset(
    {
        EventStatus.THREATENED,
        EventStatus.INVESTIGATED,
        EventStatus.PROPOSED,
        EventStatus.UNLAWFUL,
    }
)
# "up to 25%", "25% or more".
_LIMIT_BEFORE = re.compile(
    r"\b(?:up\s?to|as\s(?:much|high|low|little)\sas|at\s(?:least|most)|(?:more|less|no\smore)\sthan|"
    r"(?:maximum|minimum|ceiling|cap)\s(?:rate\s)?of|capped\sat|above|below|over|under|around|about|"
    r"roughly|nearly|almost|approximately|some)\s(?:an?\s|the\s)?$"
)
_LIMIT_AFTER = re.compile(r"\s(?:or\s(?:more|less|higher|lower)|cap|ceiling|maximum)\b")
_LIMIT_IN = re.compile(r"\bup\sto\s[\d.]+\s?(?:%|per\s?cent|pct|pc)$")
_ZERO = re.compile(r"\bzero\b|\bnil\b|(?<![\d.,])0\s?(?:%|per\s?cent|pct)|\bduty-free\b")
_ENDED = re.compile(
    r"\b(?:str(?:ikes?|uck)\sdown|voids?|annul\w*|quash\w*|overturn\w*|invalidat\w+|nullif\w+|"
    r"block(?:s|ed)|kill(?:s|ed)|toss(?:es|ed)|withdr[ae]w\w*|vacate[sd]?|throws?\sout)\b"
)
_HIGHEST_PERCENT = 1000
_LONGEST_QUOTE = 300


def extract_proposals(story: Story, ledger: Ledger) -> tuple[Proposal, ...]:
    """The proposals in a story, without repetitions; most stories have none."""
    if story.state.status in _UNDECIDED:
        return ()
    found: dict[str, Proposal] = {}
    for figure in story.figures:
        reported = _make_reported_rate(figure, story, ledger)
        if reported is None or reported.imposer not in ledger.parties:
            continue
        source = ReportSource(
            source=story.source,
            link=story.link,
            published=story.published,
            feed=story.feed_id,
            quote=figure.quote[:_LONGEST_QUOTE],
        )
        proposal = propose_rate(reported, source, ledger, story.seen_at)
        if proposal is not None:
            found.setdefault(proposal.id, proposal)
    return tuple(found.values())


def _make_reported_rate(figure: Figure, story: Story, ledger: Ledger) -> ReportedRate | None:
    if figure.imposer is None or figure.partner is None or figure.to_percent is None:
        return None
    if max(figure.to_percent, figure.from_percent or figure.to_percent) > _HIGHEST_PERCENT:
        return None
    if not is_exact(figure.quote, figure.to_percent) or _ENDED.search(fold_case(figure.quote)):
        return None
    published = story.published.date()
    if not is_decided(story.title, figure.quote, year=published.year):
        return None
    return ReportedRate(
        imposer=figure.imposer,
        partner=figure.partner,
        product=figure.product or "",
        percent=figure.to_percent,
        from_percent=figure.from_percent,
        effective_on=find_effective_day(figure.quote, f"{story.title}. {story.text}", published),
        raised=is_change(figure.quote),
        basis=find_basis((figure.quote, story.title), figure.imposer, ledger),
    )


def is_exact(quote: str, percent: Decimal) -> bool:
    """Whether each mention of the rate in the quote is exact: not "up to 25%", "10-25%".

    A rate of zero that only a verb states ("lifts the 25% duty") is not exact either, because
    another duty may remain.
    """
    folded = fold_case(quote)
    if percent == 0 and not _ZERO.search(folded):
        return False
    for rate in find_rates(folded):
        if percent not in (rate.to_percent, rate.lowest):
            continue
        before, after = folded[: rate.start], folded[rate.end :]
        if rate.lowest is not None or _LIMIT_AFTER.match(after) or _LIMIT_BEFORE.search(before):
            return False
        if _LIMIT_IN.search(folded[rate.start : rate.end]):
            return False
    return True


def find_basis(texts: Iterable[str], imposer: str, ledger: Ledger) -> str:
    """The legal basis in the first text that names one; empty if this text names several.

    Only the imposer's legal bases count: "Canada's 25% on US steel, in response to Section 232
    duties" is not based on Section 232, because that is a US law.
    """
    file = ledger.find_imposer_file(imposer)
    for text in texts:
        named = [one for one in ledger.reader.names.find_bases(text) if file and one in file.bases]
        if named:
            return named[0] if len(named) == 1 else ""
    return ""
