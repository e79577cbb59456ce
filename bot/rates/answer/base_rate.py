"""The base rate (MFN) beside the duties: the imposer's average, and that of a tariff line."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from bot.rates.answer.select import Case, Judged, Way
from bot.rates.files.schema import BaseDuty, Baseline
from bot.rates.model.answer import BaseRate, Choice, MfnAverage, Part
from bot.rates.model.measure import Status


def mfn_average(case: Case) -> MfnAverage | None:
    """The imposer's average; None where it is not known."""
    said = case.ledger.mfn(case.imposer)
    if said is None or not isinstance(said.what, Baseline):
        return None
    return MfnAverage(percent=said.what.percent, year=said.what.year, source=said.source)


def base_rate(case: Case, judged: Judged, choices: Sequence[Choice]) -> BaseRate | None:
    """The base rate of the goods asked for, and what they pay with it."""
    if case.wanted is None or judged.way is not Way.GOODS:
        return None
    found = case.ledger.base_duty(case.imposer, case.wanted)
    if found is None or not isinstance(found[0].what, BaseDuty):
        return None
    (said, exact), base = found, found[0].what
    layers = judged.stacked.counted
    adds = sum(
        (layer.period.percent or Decimal(0) for layer in layers if not layer.period.all_in),
        Decimal(0),
    )
    all_in = (layer.period.percent or Decimal(0) for layer in layers if layer.period.all_in)
    above = sum((max(Decimal(0), one - base.percent) for one in all_in), Decimal(0))
    uncertain = judged.stacked.ban is not None or judged.stacked.span is not None
    return BaseRate(
        line=base.line,
        what=base.what,
        percent=base.percent,
        # What a line pays with it would be wrong for most of the choices.
        with_duties=None if choices or uncertain else base.percent + above + adds,
        exact=exact,
        year=base.year,
        source=said.source,
    )


def base_part(base: BaseRate, day: date) -> Part:
    """The base rate as a part of a total that includes it."""
    return Part(
        measure=f"Base rate (MFN) of {base.line}, {base.what}",
        measure_id="mfn",
        percent=base.percent,
        legal_basis="MFN",
        status=Status.IN_FORCE,
        from_=min(date(base.year, 1, 1), day),
        source=base.source,
        counted=True,
    )
