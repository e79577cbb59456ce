"""A rate as somebody states it, and who does."""

from pydantic import AwareDatetime, Field

from bot.frozen import Frozen
from bot.rates.measure import Day, Percent


class Witness(Frozen):
    """Who says so: a story or a document."""

    source: str = Field(min_length=1)
    """The publication's name, as readers are told it."""
    link: str = ""
    published: AwareDatetime
    feed: str = ""
    """The id of the feed that brought it; empty for an official document."""
    quote: str = ""
    """The sentence that says it, or the document's title."""


class Claim(Frozen):
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
