"""What the sheets say besides rates: how far they reach, normal duties, and remarks on a pair."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from bot.parties import WORLD
from bot.rates.files.compile import sources_of
from bot.rates.files.schema import BaseDuty, Baseline, Coverage, MfnFile, Remark, Sheet
from bot.rates.model.measure import Source
from bot.rates.question.product import Wanted


class SourcedFact(NamedTuple):
    """A fact of a sheet with its source."""

    what: Remark | BaseDuty | Baseline
    source: Source


class Facts:
    """Facts by economy; `covering` are each one's own code and those of its blocs."""

    def __init__(
        self, sheets: Sequence[Sheet], mfn: MfnFile, covering: Mapping[str, Sequence[str]]
    ) -> None:
        self._sheets: Mapping[str, Sheet] = {sheet.imposer: sheet for sheet in sheets}
        self._remarks = {
            sheet.imposer: tuple(
                SourcedFact(one, sources_of(sheet, one.source)) for one in sheet.remarks
            )
            for sheet in sheets
        }
        self._base_duties = {
            sheet.imposer: [(one, sources_of(sheet, one.source)) for one in sheet.base_duties]
            for sheet in sheets
        }
        baselines = {
            baseline.economy: SourcedFact(baseline, sources_of(mfn, baseline.source))
            for baseline in mfn.baselines
        }
        self._sheet_of = {
            economy: self._sheets[found[0]]
            for economy, codes in covering.items()
            if (found := [code for code in codes if code in self._sheets])
        }
        self._mfn = {
            economy: baselines[found[-1]]
            for economy, codes in covering.items()
            if (found := [code for code in codes if code in baselines])
        }

    @property
    def main_economies(self) -> tuple[str, ...]:
        """The economies whose duties are followed, and the main partners of each."""
        sheets = self._sheets.values()
        partners = (code for sheet in sheets for code in sheet.main_partners)
        return tuple(dict.fromkeys((*self._sheets, *partners)))

    def sheet_of(self, imposer: str) -> Sheet | None:
        """The file of the imposer or of its bloc."""
        return self._sheet_of.get(imposer)

    def coverage(self, imposer: str, charged: Collection[str]) -> Coverage | None:
        """How far the imposer's duties on a partner are followed, by the partner's codes."""
        sheet = self.sheet_of(imposer)
        if sheet is None:
            return None
        named = (one for one in sheet.coverage if not set(charged).isdisjoint(one.partners))
        rest = (one for one in sheet.coverage if WORLD in one.partners)
        return next(named, None) or next(rest, None)

    def mfn(self, imposer: str) -> SourcedFact | None:
        """The imposer's MFN average (a member's is its bloc's), with its source."""
        return self._mfn.get(imposer)

    def base_duty(self, imposer: str, wanted: Wanted) -> tuple[SourcedFact, bool] | None:
        """The MFN duty of the line or the goods asked for, and whether it is theirs exactly."""
        sheet = self.sheet_of(imposer)
        duties = self._base_duties[sheet.imposer] if sheet else ()
        for exactly in (True, False):
            for duty, source in duties:
                if _base_fits(duty, wanted, exactly):
                    return SourcedFact(duty, source), exactly
        return None

    def remarks(self, imposer: str, charged: Collection[str]) -> Iterator[SourcedFact]:
        """What must be said of a pair besides its rates, whatever the day."""
        sheet = self.sheet_of(imposer)
        for said in self._remarks[sheet.imposer] if sheet else ():
            if isinstance(said.what, Remark) and said.what.partner in charged:
                yield said


def on_day(remarks: Sequence[SourcedFact], day: date) -> Iterator[SourcedFact]:
    """Those that hold on the day."""
    for said in remarks:
        one = said.what
        if isinstance(one, Remark) and one.from_ <= day <= (one.to or day):
            yield said


def _base_fits(base: BaseDuty, wanted: Wanted, exactly: bool) -> bool:
    line = base.line.replace(".", "")
    # 8507.60 is undivided in a tariff that goes on to 8507.60.00.
    whole = line.removesuffix("00")
    if any(code.startswith(whole) for code in wanted.codes):
        return exactly
    if set(wanted.goods) & set(base.goods):
        return exactly
    loose = set(wanted.goods) & set(base.example_for)
    return not exactly and bool(loose or any(line.startswith(code) for code in wanted.codes))
