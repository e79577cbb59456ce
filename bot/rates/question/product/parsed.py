"""What a product text names."""

from typing import NamedTuple


class ParsedProduct(NamedTuple):
    """A parsed product text."""

    text: str
    goods: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    """HS codes, digits only."""
    layers: tuple[str, ...] = ()
    """The ids of the measures that the text names."""
    bases: tuple[str, ...] = ()
    alone: bool = False
    """Whether the text asks for a layer alone and not for a sum."""
    headline: bool = False
    with_base: bool = False
    claims: tuple[str, ...] = ()
    """What the text claims for the goods, such as `usmca`, `not usmca` or `column 2`."""
    unknown: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    """The names of goods before an unknown word, which may mean other goods: `car wax`."""
    meanings: tuple[str, ...] = ()
    """The names of the goods that a name of the text may mean: `car battery`."""
    read_as: str = ""
    """The name of the goods that a misspelled text was read as."""

    @property
    def is_unknown(self) -> bool:
        """Whether the text names no goods, code, duty, legal basis or claim."""
        known = (self.goods, self.codes, self.layers, self.bases, self.headline, self.claims)
        return not any(known)
