"""The parts of an answer in short words."""

from datetime import date
from typing import NamedTuple

from bot.render.freshness import Freshness, describe_check

NOT_INCLUDED = "AD/CVD, quotas, fees"
"""The charges that no total includes, in short words."""


_OF_ORIGINS = "duties on single origins, "


class Piece(NamedTuple):
    """A part of the headline; the figures are strong."""

    text: str
    strong: bool = False


class GoodsRow(NamedTuple):
    """Some of the goods: what they are, what is added to their normal duty, and why."""

    goods: str
    added: str
    why: str = ""
    lines: int = 0
    """The number of tariff lines; 0 if it is not known."""
    brief: str = ""
    """`why` without the law and the first day of the duty; empty if `why` has neither."""


class NextChange(NamedTuple):
    """What happens on a day, in a few words."""

    on: date
    text: str
    brief: str
    """The first of several changes, with the number of the others."""


class ChangeRow(NamedTuple):
    """A change of the total in the period of a question."""

    on: date
    added: str
    what: str


class AnswerOverview(NamedTuple):
    """An answer in short words."""

    title: str
    """Importing economy, goods and origin: `US additional duty on goods of China`."""
    headline: tuple[Piece, ...]
    """The number and what it depends on."""
    basis: str
    """How the number relates to the normal duty; may be empty."""
    remarks: tuple[str, ...]
    """Sentences without which the number would be misread."""
    rows_title: str
    """The title of the first column of the rows: `Goods`, or `Duty` if each row is a duty."""
    added_title: str
    """The title of the column of figures: `Added`, or `Rate` if some include the normal duty."""
    rows: tuple[GoodsRow, ...]
    """Groups of goods, the largest first. The lines of all rows are all lines of the schedule."""
    changes: tuple[ChangeRow, ...]
    """The last changes of the total in the period of the question, the newest first."""
    questions: tuple[str, ...]
    """The questions about the goods that decide within a range."""
    headings: str
    """The headings to declare; empty if they are not known."""
    next: tuple[NextChange, ...]
    """The next days on which something changes, up to three."""
    short_total: str
    """The number in one or two words: `10%`, `12.5% to 37.5%`, `banned`; empty for none.

    `10%+` says that particular goods pay more.
    """
    freshness: Freshness
    checked: date | None
    age_days: int
    """Days from the last check to today; 0 if there was no check."""
    is_projection: bool
    """Whether the answer is about a day after today, for which only scheduled changes are known."""
    dates_passed: int
    """Scheduled days that came after the last check and are not verified."""
    reports: int
    """Reports since the check, which are not in the data."""
    is_for_all_origins: bool
    """Whether the answer is for all origins, some of which pay more duties."""
    contested_in: str
    """The court that may still void a counted duty; empty for none."""
    assumed: str
    """Says that the importing country was assumed; empty if the question names it."""

    def format_headline(self) -> str:
        """The headline without emphasis."""
        return "".join(piece.text for piece in self.headline)

    def format_checked(self) -> str:
        """When the data was checked: `checked 7 Oct 2026, 54 days ago`.

        For a day after today: `scheduled as known on 7 Oct 2026, 54 days ago`.
        """
        verb = "scheduled as known on" if self.is_projection else "checked"
        return describe_check(self.checked, self.age_days, verb)

    def list_status(self) -> tuple[str, ...]:
        """What qualifies the data other than its age, each in a few words."""
        passed, reports = self.dates_passed, self.reports
        texts = (
            f"{passed} change{'s' * (passed > 1)} due since, not verified" if passed else "",
            f"{reports} report{'s' * (reports > 1)} since" if reports else "",
            f"challenged at the {self.contested_in}" if self.contested_in else "",
            f"not included: {_OF_ORIGINS * self.is_for_all_origins}{NOT_INCLUDED}",
        )
        return tuple(text for text in texts if text)
