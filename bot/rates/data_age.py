"""Says when the data about duties is old."""

from datetime import date

OLD_DAYS = 31


def is_old(checked: date, today: date) -> bool:
    """Whether duties that were last checked on a day are old: 31 days later or more.

    Answers then have a red mark, `tariffwire doctor` prints a warning, and operators get a notice.
    `today` is the day in the importing economy.
    """
    return (today - checked).days >= OLD_DAYS
