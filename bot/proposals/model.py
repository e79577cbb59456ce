"""A proposal: a reported rate or ruling that the ledger lacks and an operator has to decide on.

`bot.proposals.build` makes proposals; `bot.proposals.context` compares them with the ledger.
"""

from decimal import Decimal

from pydantic import AwareDatetime, Field

from bot.news.state import EventStatus
from bot.rates.model.measure import Day, Percent
from bot.text.percent import format_percent
from bot.values import Frozen

MOST_SOURCES = 20
"""Maximum reports saved with one proposal."""


class ReportSource(Frozen):
    """The story or document that states a rate."""

    source: str = Field(min_length=1)
    """The publication's name."""
    link: str = ""
    published: AwareDatetime
    feed: str = ""
    """The id of the feed with the story; empty for an official document."""
    quote: str = ""
    """The sentence that states the rate, or the document's title."""


class ReportedRate(Frozen):
    """A rate as a story or document states it. Parties are codes, or `WORLD` for all partners."""

    imposer: str
    partner: str
    product: str = ""
    """The goods in the source's words; empty for goods in general."""
    percent: Percent
    from_percent: Percent | None = None
    """The previous rate, if the source states it."""
    effective_on: Day | None = None
    """The first day on which the rate is charged, if the source states it."""
    raised: bool = False
    """Whether a verb of the source says that the rate goes up or down (`raises to 25%`)."""
    basis: str = ""
    """The legal basis that the source names, spelled as in measures.

    Empty if the source names none or several.
    """

    @property
    def says_change(self) -> bool:
        """Whether the source states a change, by a previous rate, a first day or a verb."""
        return self.raised or self.from_percent is not None or self.effective_on is not None


class LedgerRate(Frozen):
    """A measure that the ledger counts on the day, and its percent."""

    measure: str
    name: str
    percent: Percent


class ComingRate(LedgerRate):
    """A later rate of a measure that the ledger already has, and its first day."""

    from_: Day


class Proposal(Frozen):
    """A reported rate that the ledger lacks, or a reported ruling about duties in the ledger.

    The id of a story's proposal is computed from the rate and not from the source, so that ten
    stories about one rate make one proposal with ten sources. The id of a document's proposal is
    computed from the document's address.
    """

    id: str
    imposer: str
    partner: str = ""
    """Empty if a document names no partner that the bot knows."""
    product: str = ""
    old_on: Day
    """The day of `old_percent` and `old_parts`."""
    old_percent: Decimal | None = None
    """The total in the ledger; None if the ledger has no single total."""
    old_parts: tuple[LedgerRate, ...] = ()
    coming: tuple[ComingRate, ...] = ()
    """Later rates of the `choices`, in order of time."""
    from_percent: Percent | None = None
    """The previous rate, if the source states it."""
    basis: str = ""
    """The same as `ReportedRate.basis`."""
    ruling: EventStatus | None = None
    """The court ruling that the proposal is about; None for a proposed rate."""
    new_percent: Percent | None = None
    """None for a ruling, and if a document changes duties without a clear figure."""
    effective_on: Day | None = None
    replaces: str = ""
    """The id of the only measure whose rate the new rate can be; empty if there is not exactly one.

    It is also empty if the report names no legal basis: then an operator has to choose the measure.

    If several duties are charged together, the new rate may be their sum. Then `replaces` is the
    measure whose present rate equals the previous rate that the source states.
    """
    choices: tuple[str, ...] = ()
    """Ids of the measures that the proposal may change, the likeliest first."""
    why: str
    """A sentence that says why the bot made the proposal."""
    said_by: tuple[ReportSource, ...] = Field(min_length=1)
    """The stories or documents that state the rate, in order of arrival."""
    seen_at: AwareDatetime
    already: str = ""
    """The duty or total in the ledger that now has this rate, in words; empty if none has."""
    same_as: str = ""
    """For a document: the id that a story's proposal with the same rate has.

    Empty if no story's proposal can have the same rate, and for proposals from stories.
    """

    @property
    def old_rate(self) -> Decimal | None:
        """The percent that the new rate replaces: that of the measure `replaces`, or the total."""
        part = self.old_part
        return self.old_percent if part is None else part.percent

    @property
    def old_part(self) -> LedgerRate | None:
        """The ledger's present rate of the measure `replaces`."""
        return next((part for part in self.old_parts if part.measure == self.replaces), None)

    @property
    def until(self) -> Decimal | None:
        """The percent of the measure `replaces` on the day before the new rate's first day."""
        part, day = self.old_part, self.effective_on
        if part is None or day is None:
            return None
        return next(
            (one.percent for one in reversed(self._later_rates) if one.from_ < day), part.percent
        )

    @property
    def same_day(self) -> ComingRate | None:
        """The ledger's rate of the measure `replaces` that begins on the new rate's first day."""
        return next((one for one in self._later_rates if one.from_ == self.effective_on), None)

    @property
    def follows(self) -> ComingRate | None:
        """The ledger's next rate of the measure `replaces` after the new rate's first day."""
        day = self.effective_on
        return next((one for one in self._later_rates if day is not None and one.from_ > day), None)

    @property
    def _later_rates(self) -> tuple[ComingRate, ...]:
        return tuple(one for one in self.coming if one.measure == self.replaces)

    @property
    def terms(self) -> str:
        """A key for the terms of an approval without changes. Other terms have another key."""
        new, day = format_percent(self.new_percent), self.effective_on
        terms = (new or "?", day.isoformat() if day else "?", self.replaces or "?")
        known = (format_percent(self.until) or "?", *(["so"] if self.already else []))
        return " ".join((*terms, *known))

    def merge(self, again: "Proposal") -> "Proposal":
        """This proposal with the sources of `again`, the same proposal from a later report.

        If this proposal has no first day or no legal basis, it gets that of `again`.
        """
        known = {(one.source, one.link) for one in self.said_by}
        new = tuple(one for one in again.said_by if (one.source, one.link) not in known)
        return self.model_copy(
            update={
                "said_by": (*self.said_by, *new)[:MOST_SOURCES],
                "effective_on": self.effective_on or again.effective_on,
                "basis": self.basis or again.basis,
            }
        )
