"""A proposal: a reported rate that the ledger lacks and that awaits an operator's decision.

`bot.proposals.build` makes proposals; `bot.proposals.context` compares them with the ledger.
"""

from decimal import Decimal

from pydantic import AwareDatetime, Field

from bot.rates.model.answer import format_percent
from bot.rates.model.measure import Day, Percent
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
    """The id of the feed that brought it; empty for an official document."""
    quote: str = ""
    """The sentence that states it, or the document's title."""


class ReportedRate(Frozen):
    """A rate as a story or document states it; parties are codes, `WORLD` for all partners."""

    imposer: str
    partner: str
    product: str = ""
    """The goods in the source's words; empty for goods in general."""
    percent: Percent
    from_percent: Percent | None = None
    """The rate before, if the source states it."""
    effective_on: Day | None = None
    """The first day on which it is charged, if the source states it."""
    raised: bool = False
    """Whether the source says that the rate changes (`raises to 25%`), not only what it is."""
    basis: str = ""
    """The legal basis that the source names, spelled as in measures; empty if none or several."""

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
    """A later rate of a measure, scheduled in the ledger."""

    from_: Day


class Proposal(Frozen):
    """A reported rate that the ledger lacks.

    `id` is computed from the rate, not from its source, so ten reports of one event are one
    proposal with ten sources.
    """

    id: str
    imposer: str
    partner: str = ""
    """Empty if a document names no known one."""
    product: str = ""
    old_on: Day
    """The day of `old_percent` and `old_parts`."""
    old_percent: Decimal | None = None
    """The ledger's total; None if it has no single one."""
    old_parts: tuple[LedgerRate, ...] = ()
    coming: tuple[ComingRate, ...] = ()
    """Later rates of the `choices`, in order of time."""
    from_percent: Percent | None = None
    """The rate before, if the source states it."""
    basis: str = ""
    """As `ReportedRate.basis`."""
    new_percent: Percent | None = None
    """None if a document changes duties without a clear figure."""
    effective_on: Day | None = None
    replaces: str = ""
    """The id of the only measure whose rate this can be; empty if there is none or several.

    If several duties are charged together, the new number alone may be their sum. Then this is the
    measure whose present rate equals the previous rate that the source states.
    """
    choices: tuple[str, ...] = ()
    """Ids of the measures that it may change, the likeliest first."""
    why: str
    """Why the bot made it, in a sentence."""
    said_by: tuple[ReportSource, ...] = Field(min_length=1)
    """The stories or documents that state the rate, in order of arrival."""
    seen_at: AwareDatetime
    already: str = ""
    """Where the ledger has this rate now, in words; empty while it is missing."""
    same_as: str = ""
    """For a document: the id of a story's proposal with the same rate; empty if none can exist."""

    @property
    def old_rate(self) -> Decimal | None:
        """The percent that the new one replaces: the measure's, or else the total."""
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
        """A key for the terms of an approval without changes; it differs if the terms differ."""
        new, day = format_percent(self.new_percent), self.effective_on
        terms = (new or "?", day.isoformat() if day else "?", self.replaces or "?")
        known = (format_percent(self.until) or "?", *(["so"] if self.already else []))
        return " ".join((*terms, *known))

    def merge(self, again: "Proposal") -> "Proposal":
        """The proposal with the sources of `again`, and with its first day if it had none.

        `again` is the same proposal, made by a later report.
        """
        known = {(one.source, one.link) for one in self.said_by}
        new = tuple(one for one in again.said_by if (one.source, one.link) not in known)
        return self.model_copy(
            update={
                "said_by": (*self.said_by, *new)[:MOST_SOURCES],
                "effective_on": self.effective_on or again.effective_on,
            }
        )
