"""A document of an official journal, as far as it is needed to judge whether it changes duties."""

from datetime import date

from pydantic import Field

from bot.values import Frozen


class JournalDocument(Frozen):
    """What a journal says of a document; all texts are plain, not escaped for any output."""

    number: str = Field(min_length=1, max_length=40)
    """The journal's own number of it."""
    title: str = Field(min_length=1, max_length=500)
    abstract: str = Field(default="", max_length=5000)
    kind: str = Field(default="", max_length=60)
    """`Rule`, `Notice`, `Presidential Document`, or narrower: `Proclamation`."""
    published: date
    signed: date | None = None
    effective_on: date | None = None
    """The day that the journal gives; orders mostly state theirs in the text only."""
    names_schedule: bool = False
    """Whether its full text, which is not here, is known to name the tariff schedule."""
    url: str = Field(pattern=r"^https?://\S+$", max_length=500)
    agencies: tuple[str, ...] = ()
