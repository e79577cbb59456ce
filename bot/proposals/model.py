"""What somebody says of a rate and the ledger does not: put to the operators, decided by one.

`bot.proposals.build` makes it, `bot.proposals.context` says how the ledger in use stands to it.
"""

from decimal import Decimal

from pydantic import AwareDatetime, Field

from bot.rates.model.answer import percent_text
from bot.rates.model.measure import Day, Percent
from bot.values import Frozen

MOST_WITNESSES = 20
"""Reports kept of one proposal; those that come later say nothing new."""


class ReportSource(Frozen):
    """Who says so: a story or a document."""

    source: str = Field(min_length=1)
    """The publication's name, as readers are told it."""
    link: str = ""
    published: AwareDatetime
    feed: str = ""
    """The id of the feed that brought it; empty for an official document."""
    quote: str = ""
    """The sentence that says it, or the document's title."""


class ReportedRate(Frozen):
    """A rate as somebody states it; parties are codes, `WORLD` for all partners."""

    imposer: str
    partner: str
    product: str = ""
    """The goods in the source's words; empty for goods in general."""
    percent: Percent
    from_percent: Percent | None = None
    """What the source says that it was before."""
    effective_on: Day | None = None
    """The first day on which it is charged, where that is said."""
    raised: bool = False
    """Whether it is said to become this rate, not only to be it: `raises to 25%`."""
    basis: str = ""
    """The one legal basis that is said, as measures have it; empty where none or several are."""

    @property
    def says_change(self) -> bool:
        """Whether a rate before, a first day or the verb says that it is not what it was."""
        return self.raised or self.from_percent is not None or self.effective_on is not None


class OldPart(Frozen):
    """A measure that the ledger counts on the day, with its percent."""

    measure: str
    name: str
    percent: Percent


class Coming(OldPart):
    """A rate that the ledger foresees for a measure after the day."""

    from_: Day


class Proposal(Frozen):
    """A rate that is said and that the ledger does not have.

    `id` follows from what is said, not from who says it, so ten reports of one event are one
    proposal with ten witnesses.
    """

    id: str
    imposer: str
    partner: str = ""
    """Empty where a document names none that is known."""
    product: str = ""
    old_on: Day
    """The day for which `old_percent` and `old_parts` hold."""
    old_percent: Decimal | None = None
    """What the ledger counts; None where it gives no one total."""
    old_parts: tuple[OldPart, ...] = ()
    coming: tuple[Coming, ...] = ()
    """What the ledger foresees of the `choices`, in order of time."""
    from_percent: Percent | None = None
    """What the source says that the rate was before."""
    basis: str = ""
    """The legal basis that the source names, as `ReportedRate.basis`."""
    new_percent: Percent | None = None
    """None where a document changes duties and states no figure that could be trusted."""
    effective_on: Day | None = None
    replaces: str = ""
    """The id of the one measure whose rate this can be; empty where there is none or several.

    Beside other duties, only one whose rate before is said to have been just what it is: a bare
    number may as well be the sum of them all.
    """
    choices: tuple[str, ...] = ()
    """Ids of all measures that it may change, the likeliest first."""
    why: str
    """Why it was made, in a sentence."""
    said_by: tuple[ReportSource, ...] = Field(min_length=1)
    """The first report first."""
    seen_at: AwareDatetime
    already: str = ""
    """What the ledger has of just this rate by now, in words; empty while it lacks it."""
    same_as: str = ""
    """The id under which stories would propose this very rate; empty for what they could not."""

    @property
    def old_rate(self) -> Decimal | None:
        """The percent that the new one takes the place of: the measure's, or else all in all."""
        part = self.old_part
        return self.old_percent if part is None else part.percent

    @property
    def old_part(self) -> OldPart | None:
        """What the ledger counts of the measure that this can be the rate of."""
        return next((part for part in self.old_parts if part.measure == self.replaces), None)

    @property
    def until(self) -> Decimal | None:
        """The percent of that measure just before the new rate's first day."""
        part, day = self.old_part, self.effective_on
        if part is None or day is None:
            return None
        return next(
            (one.percent for one in reversed(self._foreseen) if one.from_ < day), part.percent
        )

    @property
    def same_day(self) -> Coming | None:
        """What the ledger foresees of that measure for the new rate's very first day."""
        return next((one for one in self._foreseen if one.from_ == self.effective_on), None)

    @property
    def follows(self) -> Coming | None:
        """What the ledger foresees of that measure after the new rate's first day."""
        day = self.effective_on
        return next((one for one in self._foreseen if day is not None and one.from_ > day), None)

    @property
    def _foreseen(self) -> tuple[Coming, ...]:
        return tuple(one for one in self.coming if one.measure == self.replaces)

    @property
    def terms(self) -> str:
        """What an approval without changes would make of it: another word for other terms."""
        new, day = percent_text(self.new_percent), self.effective_on
        said = (new or "?", day.isoformat() if day else "?", self.replaces or "?")
        known = (percent_text(self.until) or "?", *(["so"] if self.already else []))
        return " ".join((*said, *known))

    def joined(self, again: "Proposal") -> "Proposal":
        """The same with the reports that it did not have, and with a day of effect if it had none.

        `again` is the proposal as later reports make it.
        """
        known = {(one.source, one.link) for one in self.said_by}
        new = tuple(one for one in again.said_by if (one.source, one.link) not in known)
        return self.model_copy(
            update={
                "said_by": (*self.said_by, *new)[:MOST_WITNESSES],
                "effective_on": self.effective_on or again.effective_on,
            }
        )
