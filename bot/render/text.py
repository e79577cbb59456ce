"""An answer as plain text: one sentence for a notification, lines for a terminal."""

from collections.abc import Iterable, Iterator
from datetime import date

from bot.rates.model.answer import (
    Answer,
    BaseRate,
    OnGoods,
    Part,
    Step,
    Upcoming,
    percent_text,
    step_text,
    total_text,
)
from bot.rates.model.measure import Source, Status

_BESIDE_SHOWN = 12
_STATUS = {
    Status.IN_FORCE: "in force",
    Status.SUSPENDED: "suspended",
    Status.STRUCK_DOWN: "struck down",
    Status.ANNOUNCED: "announced",
    Status.EXPIRED: "charged",
}


def sentence(answer: Answer) -> str:
    """The answer in one line: who on whom, on what, how much, which definition, which day.

    `United States on China, goods in general: 12.5 % additional ad valorem on 2026-10-02.`
    """
    subject = f"{answer.imposer_name} on {answer.partner_name}, {answer.read_as}"
    total = total_text(answer)
    if answer.banned:
        return f"{subject}: may not be imported on {answer.on}. {answer.caveats[0]}"
    if total is None:
        return f"{subject}: no total can be given for {answer.on}. {_mfn(answer)}".strip()
    warning = "" if not answer.caveats else f" Mind: {answer.caveats[0]}"
    kind = "additional ad valorem"
    if any(part.measure_id == "mfn" for part in answer.parts):
        kind = "ad valorem, base rate included"
    if not answer.total_percent and answer.on_goods:
        kind = f"{kind}, and {on_goods_words(answer.on_goods)},"
    decides = ": the line decides" if answer.total_range else ""
    decides = ", by what our data holds" if answer.only_in_data else decides
    return f"{subject}: {total} % {kind} on {answer.on}{decides}.{warning}"


def lines(answer: Answer) -> tuple[str, ...]:
    """The whole answer, what must be known first at the top."""
    return tuple(_lines(answer))


def on_goods_words(beside: OnGoods) -> str:
    """`3 duties on particular goods (up to 100 %)`."""
    duties = "duty" if beside.how_many == 1 else "duties"
    return f"{beside.how_many} {duties} on particular goods (up to {percent_text(beside.up_to)} %)"


def status_words(part: Part) -> str:
    """The part's state and days in words: `in force since 2026-07-24`.

    What goes on at its rate on other terms has two days: that of the rate first. What began after
    its sources were read is due, as they foresaw it: nobody saw it begin.
    """
    if part.from_ is None:
        return _STATUS[part.status]
    span = _span(part.from_, part.to)
    if part.status is Status.STRUCK_DOWN and part.percent:
        return f"charged {span}" + (f", void since {part.void_on}" if part.void_on else "")
    if is_foreseen(part):
        due = f"due {span if part.to else f'from {part.from_}'}, as its sources foresaw"
        if part.rate_since is None:
            return due
        return f"{_STATUS[part.status]} at this rate since {part.rate_since}; on these terms {due}"
    if part.rate_since is not None:
        state = _STATUS[part.status]
        return f"{state} at this rate since {part.rate_since}; on these terms {span}"
    return f"{_STATUS[part.status]} {span}"


def is_foreseen(part: Part) -> bool:
    """Whether its sources were last read before it was to begin, so that they only announce it."""
    if part.status is not Status.IN_FORCE or part.from_ is None or part.checked is None:
        return False
    return part.from_ > part.checked


def last_change_words(answer: Answer) -> str:
    """The last change of the total until the day, `2026-07-24, duty 10 to 12.5`; may be empty."""
    step = answer.last_change
    if step is None:
        return ""
    foreseen = any(is_foreseen(part) and part.from_ == step.on for part in answer.parts)
    return f"{step.on}, {'as foreseen, ' if foreseen else ''}{step.what}"


def calendar_line(item: Upcoming) -> str:
    """The same with who charges whom, where the entries are those of many pairs."""
    more = f" and {len(item.partners) - 6} more" if len(item.partners) > 6 else ""
    whom = f"{item.imposer} on {', '.join(item.partners[:6])}{more}"
    return upcoming_line(item._replace(measure=f"{whom}: {item.measure}"))


def upcoming_line(item: Upcoming) -> str:
    """One entry of what comes, was due or changed: day, measure, what, source."""
    day = f"was due on {item.on}; not checked since:" if item.passed else f"{item.on} "
    return f"{day} {item.measure}: {item.what} ({item.source.text})"


def step_line(step: Step) -> str:
    """One line of a history: day, total from then on, why, source."""
    rate = "      " if step.legal else f"{step_text(step):>5} %"
    return f"{step.on}  {rate}  {step.what} ({step.source.text})"


def _lines(answer: Answer) -> Iterator[str]:
    for caveat in answer.caveats[: answer.leading]:
        yield f"! {caveat}"
    total = total_text(answer)
    total = "no total" if total is None else f"{total} %"
    if answer.total_range:
        total = f"{total}: the line decides"
    if answer.only_in_data:
        total = f"{total} in our data"
    if answer.banned:
        total = "may not be imported"
    yield f"{answer.imposer_name} on {answer.partner_name}, {answer.read_as}, {answer.on}: {total}"
    yield f"  {answer.meaning}"
    choices = (f"{one.goods}: {percent_text(one.percent)} %" for one in answer.choices)
    yield from _block("by line", choices)
    yield from _parts("made of" if not answer.choices else "counted on all", answer.parts)
    if answer.base is not None and not any(part.measure_id == "mfn" for part in answer.parts):
        yield f"  {_base(answer)}"
    if answer.mfn is not None:
        yield f"  {_mfn(answer)}"
    yield from _parts("beside it, not in the total", answer.beside[:_BESIDE_SHOWN])
    if len(answer.beside) > _BESIDE_SHOWN:
        more = len(answer.beside) - _BESIDE_SHOWN
        yield f"  and {more} more on particular goods; name the goods to see what falls on them"
    if change := last_change_words(answer):
        yield f"last change: {change}"
    yield from _block("next", (upcoming_line(item) for item in answer.next))
    yield from _block("history", (step_line(step) for step in answer.history))
    talks = (f"{talk.on}  {talk.what} ({_source(talk.source)})" for talk in answer.talks)
    yield from _block("talks", talks)
    yield from _block("mind", answer.caveats[answer.leading :])
    if answer.as_of is not None:
        yield f"sources read up to {answer.as_of}"


def _parts(title: str, parts: Iterable[Part]) -> Iterator[str]:
    yield from _block(title, (_part(part) for part in parts))


def _block(title: str, items: Iterable[str]) -> Iterator[str]:
    first = True
    for item in items:
        if first:
            yield f"{title}:"
            first = False
        yield f"  {item}"


def _part(part: Part) -> str:
    percent = percent_text(part.percent)
    rate = part.in_words or ("rate not set" if percent is None else f"{percent} %")
    state = status_words(part) if part.from_ else ""
    said = [f"{part.measure}: {rate}", part.legal_basis, state, part.standing]
    if part.note:
        said.append(part.note.rstrip("."))
    said.append(_source(part.source))
    return "; ".join(word for word in said if word)


def _source(source: Source) -> str:
    return f"{source.text} {source.url}" if source.url else source.text


def _mfn(answer: Answer) -> str:
    if answer.mfn is None:
        return ""
    mfn = answer.mfn
    return (
        f"MFN average of {answer.imposer_name}: {percent_text(mfn.percent)} % "
        f"({mfn.year}, {_source(mfn.source)})"
    )


def _base(answer: Answer) -> str:
    base = answer.base
    if base is None:
        return ""
    line = f"base rate of {base.line}, {base.what}: {_rate_or_words(base)}"
    if base.with_duties is None:
        return f"{line} ({_source(base.source)})"
    word = "with it" if base.exact else "a line of it, which pays in all"
    return f"{line}; {word} {percent_text(base.with_duties)} % ({_source(base.source)})"


def _rate_or_words(base: BaseRate) -> str:
    return base.words if base.percent is None else f"{percent_text(base.percent)} %"


def _span(start: date, end: date | None) -> str:
    return f"{start} to {end}" if end else f"since {start}"
