"""Finds reported court rulings about a law that is the legal basis of duties in the ledger.

    story about a court | a ruling? | a law of one imposer? | duties of it in force? | Proposal

A ruling changes no rate by itself: customs may go on collecting the duty until a higher court
decides. So the proposal has no rate. An operator decides which duty changes, if any, and when.
"""

from collections.abc import Sequence

from bot.news.state import EventStatus
from bot.news.story import Story
from bot.proposals.extract import find_basis
from bot.proposals.model import LedgerRate, Proposal, ReportSource
from bot.rates.ledger import Ledger
from bot.rates.model.measure import Measure, Status, has_basis
from bot.text.dates import format_day
from bot.values import Topic, digest

_RULINGS = {
    EventStatus.UNLAWFUL: "ruled unlawful",
    EventStatus.STAYED: "left in force while an appeal is heard",
    EventStatus.UPHELD: "upheld",
}
_LONGEST_QUOTE = 300
_ID_BYTES = 8


def propose_ruling(story: Story, ledger: Ledger) -> Proposal | None:
    """The ruling that a story reports, as a proposal.

    None if the story reports no ruling, if it does not name exactly one law that has duties in
    force in the ledger, or if the ledger was checked after the ruling.
    """
    status, day = story.state.status, story.published.date()
    if Topic.COURT_RULING not in story.topics or status not in _RULINGS:
        return None
    found = [
        (imposer, basis)
        for imposer in ledger.list_imposers()
        if not story.parties or imposer in story.parties
        if (basis := find_basis((story.title, story.text), imposer, ledger))
    ]
    if len(found) != 1:
        return None
    [(imposer, basis)] = found
    measures = [
        measure
        for measure in ledger.measures
        if measure.imposer == imposer and has_basis(measure, (basis,))
        if (period := measure.find_period(day)) and period.status is Status.IN_FORCE
    ]
    if not measures or _is_checked_since(story, measures[0], ledger):
        return None
    rates = _list_rates(measures, story)
    return Proposal(
        # Months later, a higher court may rule in the same way. That is another ruling.
        id=digest("ruling", imposer, basis, status, f"{day:%Y-%m}", size=_ID_BYTES),
        imposer=imposer,
        old_on=day,
        old_parts=rates,
        basis=basis,
        ruling=status,
        replaces=rates[0].measure if len(measures) == 1 and rates else "",
        choices=tuple(measure.id for measure in measures),
        why=(
            f"A court ruling is reported: duties under {basis} were {_RULINGS[status]}. Our data "
            f"has {len(measures)} of them in force on {format_day(day)}. A ruling changes a rate "
            "only when customs stops or resumes collecting it."
        ),
        said_by=(
            ReportSource(
                source=story.source,
                link=story.link,
                published=story.published,
                feed=story.feed_id,
                quote=story.title[:_LONGEST_QUOTE],
            ),
        ),
        seen_at=story.seen_at,
    )


def _is_checked_since(story: Story, measure: Measure, ledger: Ledger) -> bool:
    coverage = ledger.find_coverage(measure.imposer, measure.partners[0])
    return coverage is not None and story.published.date() <= coverage.checked


def _list_rates(measures: Sequence[Measure], story: Story) -> tuple[LedgerRate, ...]:
    """The present rates of the measures, the highest first; measures without a percent are left
    out."""
    day = story.published.date()
    rates = [
        LedgerRate(measure=measure.id, name=measure.name, percent=period.percent)
        for measure in measures
        if (period := measure.find_period(day)) and period.percent is not None
    ]
    return tuple(sorted(rates, key=lambda rate: rate.percent, reverse=True))
