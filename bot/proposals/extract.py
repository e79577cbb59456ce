"""What a story claims of duties, as proposals for the operators.

    story | figures with both parties and a percent | said as decided? | news to the ledger?

Left to people without a proposal: sums of money, figures that name no imposer or no partner, and
what is threatened, planned, doubted or told of the past: such stories are alerts like any other.
"""

from bot.news.events.stage import find_effective_day, is_change, is_decided
from bot.news.story import Figure, Story
from bot.proposals.build import proposed
from bot.proposals.model import Proposal, ReportedRate, ReportSource
from bot.rates.ledger import Ledger

_HIGHEST_PERCENT = 1000
_LONGEST_QUOTE = 300


def proposals_in(story: Story, ledger: Ledger) -> tuple[Proposal, ...]:
    """The proposals that a story makes, each once; most make none."""
    found: dict[str, Proposal] = {}
    for figure in story.figures:
        claim = _claim(figure, story, ledger)
        if claim is None or claim.imposer not in ledger.parties:
            continue
        witness = ReportSource(
            source=story.source,
            link=story.link,
            published=story.published,
            feed=story.feed_id,
            quote=figure.quote[:_LONGEST_QUOTE],
        )
        proposal = proposed(claim, witness, ledger, story.seen_at)
        if proposal is not None:
            found.setdefault(proposal.id, proposal)
    return tuple(found.values())


def _claim(figure: Figure, story: Story, ledger: Ledger) -> ReportedRate | None:
    if figure.imposer is None or figure.partner is None or figure.to_percent is None:
        return None
    if max(figure.to_percent, figure.from_percent or figure.to_percent) > _HIGHEST_PERCENT:
        return None
    told_on = story.published.date()
    if not is_decided(story.title, figure.quote, year=told_on.year):
        return None
    return ReportedRate(
        imposer=figure.imposer,
        partner=figure.partner,
        product=figure.product or "",
        percent=figure.to_percent,
        from_percent=figure.from_percent,
        effective_on=find_effective_day(figure.quote, f"{story.title}. {story.text}", told_on),
        raised=is_change(figure.quote),
        basis=_basis(figure, ledger),
    )


def _basis(figure: Figure, ledger: Ledger) -> str:
    """The imposer's one legal basis that the figure's sentence names; empty if it is not one.

    "Canada's 25% on US steel, in answer to Section 232 duties" rests on no Section 232.
    """
    sheet = ledger.sheet_of(figure.imposer or "")
    named = [one for one in ledger.reader.bases_in(figure.quote) if sheet and one in sheet.bases]
    return named[0] if len(named) == 1 else ""
