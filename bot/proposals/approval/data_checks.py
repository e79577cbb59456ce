"""An operator's confirmation that nothing in an imposer's duties changed since the last check."""

from collections.abc import Iterable, Mapping
from datetime import date

from pydantic import AwareDatetime

from bot.proposals.approval.audit import Operator
from bot.rates.files.schema import ImposerFile
from bot.rates.files.validate import RatesFiles
from bot.values import Frozen


class DataCheck(Frozen):
    """A confirmation. Undone confirmations are kept, so that they also serve as audit entries."""

    imposer: str
    on: date
    """The day of the check in the importing country."""
    by: Operator
    at: AwareDatetime
    undone_by: Operator | None = None
    undone_at: AwareDatetime | None = None


def apply_checks(book: RatesFiles, checks: Iterable[DataCheck]) -> RatesFiles:
    """The rates files with the days of these checks, where they are later than those in the files.

    A check of an imposer counts for all its measures whose sources were checked before.
    """
    newest: dict[str, DataCheck] = {}
    for check in checks:
        known = newest.get(check.imposer)
        if known is None or check.on >= known.on:
            newest[check.imposer] = check
    if not newest:
        return book
    imposer_files = {
        name: _apply(file, newest[file.imposer]) if file.imposer in newest else file
        for name, file in book.imposer_files.items()
    }
    return book._replace(imposer_files=imposer_files)


def _apply(file: ImposerFile, check: DataCheck) -> ImposerFile:
    def renew(day: date | None) -> date | None:
        return None if day is None else max(day, check.on)

    coverage = tuple(
        one.model_copy(update={"checked": check.on, "checked_by": check.by.name})
        if one.checked < check.on
        else one
        for one in file.coverage
    )
    measures = tuple(
        one.model_copy(
            update={
                "verified_as_of": renew(one.verified_as_of),
                "periods": tuple(
                    each.model_copy(update={"checked": renew(each.checked)}) for each in one.periods
                ),
            }
        )
        for one in file.measures
    )
    schedules = tuple(
        one.model_copy(update={"verified_as_of": renew(one.verified_as_of)})
        for one in file.schedules
    )
    changed = {"coverage": coverage, "measures": measures, "schedules": schedules}
    return file.model_copy(update=changed)


def find_last_checks(book: RatesFiles) -> Mapping[str, date]:
    """The day on which the duties of each imposer were last checked, by imposer.

    If the coverage of an imposer has several days, the newest one counts.
    """
    return {
        file.imposer: max(one.checked for one in file.coverage)
        for file in book.imposer_files.values()
    }
