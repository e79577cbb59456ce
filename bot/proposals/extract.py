"""Finds the proposals in a story.

    story | is its status a decision? | figures with both parties and a percent | stated as decided?
          | missing in the ledger?

No proposal is made from sums of money, figures without imposer or partner, threats, plans, doubts
and past rates. The stories with these figures still cause alerts.
"""

from bot.news.state import EventStatus
from bot.news.status.dates import find_effective_day
from bot.news.status.decision import is_change, is_decided
from bot.news.story import Figure, Story
from bot.proposals.build import propose_rate
from bot.proposals.model import Proposal, ReportedRate, ReportSource
from bot.rates.ledger import Ledger

_UNDECIDED = frozenset({EventStatus.THREATENED, EventStatus.INVESTIGATED, EventStatus.PROPOSED})
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
        basis=_find_basis(figure, ledger),
    )


def _find_basis(figure: Figure, ledger: Ledger) -> str:
    """The legal basis that the figure's sentence names; empty if it names none or several.

    Only the imposer's legal bases count: "Canada's 25% on US steel, in response to Section 232
    duties" is not based on Section 232, because that is a US law.
    """
    sheet = ledger.find_imposer_file(figure.imposer or "")
    named = [one for one in ledger.reader.find_bases(figure.quote) if sheet and one in sheet.bases]
    return named[0] if len(named) == 1 else ""
