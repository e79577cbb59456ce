"""The values of a line list: its owner, its lines, and its revision."""

from typing import Annotated, NamedTuple

from pydantic import Field

from bot.rates.model.goods import format_code
from bot.values import Frozen

IMPOSER = "US"
"""The importing country, whose schedule has the lines."""
MAX_LINES = 5_000
"""Maximum lines of a list."""
MAX_LABEL = 200
"""Maximum characters of a label. The rest is cut off."""


class ListOwner(NamedTuple):
    """The workspace and the channel or person whose list it is. Only the owner sees the list."""

    team: str
    place: str
    """The id of a channel, or of a person."""


class LineKey(NamedTuple):
    """What identifies a line within a list."""

    code: str
    origin: str


class ListedLine(Frozen):
    """A tariff line with an economy of origin, and the owner's own label."""

    code: str = Field(pattern=r"^\d{8}(\d\d)?$")
    """A code of the importing country's schedule with 8 or 10 digits, digits only."""
    origin: str = Field(pattern=r"^[A-Z]{2}$")
    label: Annotated[str, Field(max_length=MAX_LABEL)] = ""

    @property
    def key(self) -> LineKey:
        return LineKey(self.code, self.origin)

    @property
    def written_code(self) -> str:
        """The code as tariffs print it: `8507.60.00`."""
        return format_code(self.code)


class LineList(NamedTuple):
    """The lines of an owner. The order is the owner's; no two lines have the same key."""

    owner: ListOwner
    lines: tuple[ListedLine, ...] = ()
    revision: int = 0
    """Grows with each save, from a random number, so that a new list hardly has the revision of a
    removed one. 0 for an owner without a list."""
