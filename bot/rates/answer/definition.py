"""What an answer's number is on, and which definition it follows, in words."""

from bot.parties import WORLD
from bot.rates.answer.select import Case, Judged, Way
from bot.rates.model.answer import BaseRate


def read_as(case: Case, judged: Judged) -> str:
    """What the total is on: `goods in general`, `steel`, the name of a layer."""
    wanted = case.wanted
    if wanted is None or judged.way is Way.GENERAL:
        return "goods in general"
    if judged.way is Way.LAYER:
        return ", ".join(measure.name for measure in judged.chosen) or wanted.text
    names = [case.ledger.goods.by_id[one].name for one in wanted.goods]
    return ", ".join([*names, *(f"HS {dotted(code)}" for code in wanted.codes)])


def dotted(code: str) -> str:
    """A code as tariffs print it: 8507.60."""
    pairs = [code[at : at + 2] for at in range(4, len(code), 2)]
    return ".".join([code[:4], *pairs])


def with_base(goods: str, line: str) -> str:
    """The definition of a total that holds the base rate of a line."""
    return f"all duties on {goods}, the base rate of {line} included"


def meaning(case: Case, judged: Judged, base: BaseRate | None) -> str:
    """The definition that the total follows, since others are said in public."""
    wanted = case.wanted
    all_in = any(layer.period.all_in for layer in judged.stacked.counted)
    mfn = "the base rate (MFN) is in it" if all_in else "on top of the base rate (MFN)"
    if judged.way is Way.LAYER:
        return f"this layer by itself, {mfn}"
    if judged.way is Way.GENERAL:
        return (
            f"additional ad valorem duty on goods in general, {mfn}; duties on particular goods "
            "are not in it"
        )
    if wanted is not None and wanted.with_base and base is not None:
        return with_base(read_as(case, judged), base.line)
    if case.partner == WORLD and not any(measure.general for measure in judged.chosen):
        return (
            f"the duty on {read_as(case, judged)} whatever their origin, {mfn}; deals with single "
            "partners and duties on goods in general are not in it"
        )
    return f"all additional ad valorem duties on {read_as(case, judged)}, {mfn}"
