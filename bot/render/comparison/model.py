"""The rows and the sentence of a comparison."""

from typing import NamedTuple

from bot.rates.model.answer import Answer


class RateComparisonRow(NamedTuple):
    """The total on the goods of one origin."""

    pair: str
    """What differs between the answers: the origin, the goods, or the importing economy too:
    `China`, `steel`, `steel, China`, `US on China`."""
    typical: str
    """The total in one or two words: `10%`, `12.5% to 37.5%`, `banned`; `no total` for none."""
    normal: str
    """What the normal duty adds to `typical`: `+ normal duty 2.5%`, `normal duty included`.

    Empty if there is no total."""
    possibly: str
    """The duties that may add to the total: `possibly also up to 25%`; empty without them."""
    extent: str
    """The lowest and the highest total on any goods, as far as it is known; empty if it is the same
    as `typical`."""
    why: str
    """The duties that are counted, and claims that change the total."""
    brief: str
    """`why` without the claims."""
    answer: Answer

    def format_duty(self) -> str:
        """The total with what the normal duty adds: `0% + normal duty`."""
        return ", ".join(filter(None, (self._format_total(), self.possibly)))

    def _format_total(self) -> str:
        if self.normal.startswith("+"):
            # `10%+` says that particular goods pay more.
            total = self.typical.removesuffix("+")
            return f"{total}{' or more' * (total != self.typical)} {self.normal}"
        return f"{self.typical}, {self.normal}" if self.normal else self.typical


class RateComparison(NamedTuple):
    """Several answers side by side."""

    title: str
    rows_title: str
    """What the rows differ in: `Origin`, `Goods`, `Goods and origin` or `Duties of`."""
    sentence: str
    """Who has the lowest and the highest total; empty if fewer than two answers have one."""
    base: str
    """The sentence about the normal duty of all rows; empty if each row has its own."""
    rows: tuple[RateComparisonRow, ...]
    """The lowest total first; answers without a total last. If the importing economies differ, in
    the order of the answers."""
    notes: tuple[str, ...]
    """Sentences without which the rows would be misread.

    Those that are not about all rows begin with the names of their rows.
    """
