"""What an answer must say besides its number, the most important first.

0. what makes the number mislead: see `leading`;
1. where the ledger's knowledge ends before the day, or never reached the pair;
2. what was not understood, and what could not be decided;
3. a ruling that had taken a duty's basis while customs still charged it;
4. what each counted rate says of itself: all-in, tiers, exemptions, doubts;
5. what else is to be said of the pair, such as other figures said in public;
6. what kinds of duty are in no total.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from bot.parties import WORLD
from bot.rates.answer.choices import is_divided, others_of
from bot.rates.answer.select import Case, Judged, Way
from bot.rates.files.schema import Remark
from bot.rates.model.answer import Choice, percent_text, rate_text
from bot.rates.model.measure import Confidence
from bot.rates.stacking import Layer

_CHOICES = 6


def caveats(
    case: Case,
    judged: Judged,
    choices: Sequence[Choice],
    as_of: date | None,
    today: date,
    asked: date | None,
    first: Sequence[str],
) -> tuple[str, ...]:
    """All caveats of an answer; `asked` is the day named in the question, `first` the `leading`."""
    found = (
        *first,
        *_knowledge(case, judged, as_of, today, asked),
        *_choices(judged, choices, divided=is_divided(case)),
        *_others(case, judged, choices),
        *_understanding(case, judged),
        *_rulings(case, judged),
        *_rates(judged),
        *_remarks(case, judged),
        *_not_followed(case, judged),
    )
    return tuple(dict.fromkeys(found))


def _knowledge(
    case: Case, judged: Judged, as_of: date | None, today: date, asked: date | None
) -> Iterator[str]:
    pair = _pair(case)
    coverage = case.ledger.coverage(case.imposer, case.partner)
    if coverage is None or as_of is None:
        yield not_covered(pair, known=case.ledger.mfn(case.imposer) is not None)
        return
    if not coverage.general:
        yield (
            f"Of {pair} the ledger follows single products only; a duty on goods in general is "
            "not covered, which is not to say that there is none."
        )
    if case.day < coverage.since:
        yield f"The ledger begins on {coverage.since} for {pair}; {case.day} lies before that."
    known = _read_up_to(pair, judged, coverage.checked, case.day)
    later = _read_later(judged, as_of)
    if asked is not None and case.day > coverage.checked:
        yield (
            f"{case.day} lies beyond what the ledger knows: {known}. "
            f"This is what they said then; {later or 'changes since are not in it'}."
        )
    elif asked is None and as_of < today:
        state = "of that day" if case.day == as_of else f"of {case.day} as far as they knew it"
        yield (
            f"{known[0].upper()}{known[1:]}; today is {today}. "
            f"This is the state {state}; {later or 'later changes are not in it'}."
        )
    else:
        older = _older(judged, min(case.day, coverage.checked))
        yield from (f"{one.name} was last checked on {one.checked}." for one in older)
    sheet = case.ledger.sheet_of(case.imposer)
    if sheet is not None and sheet.imposer != case.imposer:
        names = (case.ledger.parties.get(code).name for code in (case.imposer, sheet.imposer))
        yield "The duties of {} are those of the {}.".format(*names)
    for layer in judged.stacked.counted:
        if layer.checked is None:
            yield f"{layer.measure.name}: no source was opened for it; treat it as unverified."


def _older(judged: Judged, read: date) -> list[Layer]:
    """What counts and whose sources were last read before this day, the oldest first."""
    older = [one for one in judged.stacked.counted if one.checked and one.checked < read]
    return sorted(older, key=lambda one: one.checked or read)


def _read_up_to(pair: str, judged: Judged, checked: date, day: date) -> str:
    """How far the sources were read: of the pair, or of the part that is older than the rest."""
    older = _older(judged, min(checked, day))
    if not older:
        return f"the ledger's sources for {pair} were read up to {checked}"
    oldest, *younger = older
    others = [f"of {one.name} up to {one.checked}" for one in younger]
    rest = ", ".join([*others, f"all else of {pair} up to {checked}"])
    return f"the ledger's sources for {oldest.name} were read up to {oldest.checked} ({rest})"


def _read_later(judged: Judged, as_of: date) -> str:
    """Which of the rates counted are from sources that were read later, as those approved are."""
    later = [
        f"{layer.measure.name} (source read on {layer.period.checked})"
        for layer in judged.stacked.counted
        if layer.period.checked is not None and layer.period.checked > as_of
    ]
    return f"of later changes it holds {', '.join(later)} and no other" if later else ""


def _choices(judged: Judged, choices: Sequence[Choice], *, divided: bool) -> Iterator[str]:
    if choices and divided:
        told = [f"{one.goods}, {percent_text(one.percent)} %" for one in choices[:_CHOICES]]
        yield f"No one total holds for all of these goods: {'; '.join(told)}."
    elif choices:
        total = judged.stacked.total
        differ = [one for one in choices if one.percent != total]
        told = [f"{one.goods}, {percent_text(one.percent)} %" for one in differ[:_CHOICES]]
        if len(differ) > _CHOICES:
            told.append(f"{len(differ) - _CHOICES} more")
        yield (
            "No one total holds for all of these goods; the tariff line decides: "
            f"{'; '.join(told)}. Lines on "
            f"none of these lists pay {percent_text(total)} %."
        )


def _others(case: Case, judged: Judged, choices: Sequence[Choice]) -> Iterator[str]:
    others = () if choices else others_of(case, judged)
    if others:
        told = [f"{one.goods}, {percent_text(one.percent)} %" for one in others[:_CHOICES]]
        yield f"Some of these goods pay another total: {'; '.join(told)}."


def _understanding(case: Case, judged: Judged) -> Iterator[str]:
    wanted = case.wanted
    if wanted is None:
        return
    if wanted.nothing_known:
        near = f" Did you mean {' or '.join(wanted.suggestions)}?" if wanted.suggestions else ""
        yield (
            f"'{wanted.text}' is not a product the ledger knows, so this is the rate on goods in "
            f"general.{near} An HS heading, such as 8507.60, works too."
        )
        return
    if wanted.read_as:
        yield f"'{wanted.text}' was read as {wanted.read_as}."
    for left in judged.stacked.left_out:
        if left.unsure and not left.layer.period.banned:
            rate = rate_text(left.layer.period)
            yield f"Not in the total: {left.layer.measure.name}, {rate}: {left.why}."
    freed = any(left.layer.freed for left in judged.stacked.left_out)
    if judged.way is Way.GOODS and all(m.general for m in judged.chosen) and not freed:
        yield (
            f"The ledger has no measure on {wanted.read_as or wanted.text} by itself between these "
            f"two: {_else_counted(judged)}."
        )
    if judged.way is Way.LAYER and not judged.chosen:
        yield f"No layer of the ledger answers to '{wanted.text}' between these two."
    if wanted.unknown and case.partner != WORLD:
        yield f"Not understood in the product: {' '.join(wanted.unknown)}."


def _else_counted(judged: Judged) -> str:
    if judged.stacked.counted:
        return "only duties on goods in general are counted"
    return "what they pay besides the base rate is not known here"


def _rulings(case: Case, judged: Judged) -> Iterator[str]:
    for layer in judged.stacked.counted:
        period = layer.period
        if period.void_on is not None and period.void_on <= case.day:
            yield (
                f"On this day the duties under {layer.measure.legal_basis} were already void by "
                f"the ruling of {period.void_on}; customs charged them until {period.to}."
            )


def _rates(judged: Judged) -> Iterator[str]:
    for layer in judged.stacked.counted:
        measure, period = layer.measure, layer.period
        if period.all_in:
            yield (
                f"{measure.name}: {percent_text(period.percent)} % is all-in: it includes the base "
                "rate, so MFN is not added to it."
            )
        if period.caveat:
            yield f"{measure.name}: {period.caveat}"
        for exemption in layer.partly_free:
            goods = exemption.only_if or "on some of these goods"
            yield f"{measure.name} is not charged {goods}: {exemption.why}."
        if measure.confidence is Confidence.LOW:
            yield f"{measure.name} is of low confidence. {measure.note}".strip()


def not_covered(pair: str, *, known: bool) -> str:
    """What is said of a pair that the ledger does not follow; `known` if it has an average."""
    mfn = "only the MFN average is given" if known else "its MFN average is missing too"
    return (
        f"Not in our data: the ledger follows no additional duties of {pair}. That is not to "
        f"say that there are none; {mfn}."
    )


def _not_followed(case: Case, judged: Judged) -> Iterator[str]:
    sheet = case.ledger.sheet_of(case.imposer)
    if judged.way is Way.GOODS and judged.stacked.counted and sheet is not None:
        yield f"Not in our data, and so in no total: {sheet.not_followed}."


def _remarks(case: Case, judged: Judged) -> Iterator[str]:
    if judged.way is not Way.GENERAL:
        return
    for said in case.ledger.remarks(case.imposer, case.partner, case.day):
        if isinstance(said.what, Remark) and not said.what.leads:
            yield said.what.text


def _pair(case: Case) -> str:
    parties = case.ledger.parties
    return f"{parties.get(case.imposer).name} on {parties.get(case.partner).name}"
