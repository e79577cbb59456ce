"""Renders the history of totals as a message: the total now, a step chart, the last changes.

Rulings, older changes and sources are on a page of *Details and sources*.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from bot.parties import WORLD
from bot.rates.model.answer import Answer, BaseShare, TotalBasis
from bot.rates.model.component import BASE_ID, Component
from bot.rates.model.history import Step, compute_difference
from bot.rates.model.measure import Status
from bot.rates.model.warnings import RateCaveat
from bot.rates.question.query import RateQuery, format_query
from bot.render import words
from bot.render.duty_names import name_importer, name_origin
from bot.render.overview.basis import describe_basis
from bot.render.overview.period_spells import format_during
from bot.slack.blockkit import limits
from bot.slack.blockkit.blocks import (
    Block,
    Element,
    Message,
    actions,
    assemble,
    button,
    context,
    count_characters,
    header,
    section,
)
from bot.slack.blockkit.mrkdwn import bold, escape
from bot.slack.views.rates import markup
from bot.slack.views.rates.chart import render_history_chart
from bot.slack.views.rates.short import SHARE
from bot.slack.views.rates.table import MESSAGE_ROOM, Column, build_table, link_cell, text_cell
from bot.slack.views.replies import DETAILS, RUN
from bot.text.dates import format_day

_STEPS = 8
"""Changes in the table of one direction."""
_STEPS_OF_SEVERAL = 4
"""Changes of each direction in the table of several."""
_MAX_ANSWERS = limits.CHART_SERIES
_LEADING = 2
_PAIR = 100
_BASIS = 200
_NOT_VERIFIED = "not verified"
_OWN_RATES = "Some origins pay other rates or further duties: name the origin."
_MOST_DAYS = 3
"""Days of the question that have a button, which shows the answer of this day."""
_BUTTONS_ROOM = 2 * limits.BUTTON_VALUE_CHARACTERS + 200
"""Characters of JSON for the buttons, at least for one. Each has the question, which may be
long."""


class _Period(NamedTuple):
    """The time that a question about a history asks for; None for no limit."""

    since: date | None
    until: date | None

    def covers(self, day: date) -> bool:
        return (self.since or date.min) <= day <= (self.until or date.max)


def render_history(answers: Sequence[Answer], query: RateQuery) -> Message | None:
    """The histories of the answers to a question; None if the answers have none."""
    if not any(one.history for one in answers):
        return _render_goods_history(answers[0], query) if answers else None
    answers = [one for one in answers if one.history][:_MAX_ANSWERS]
    period = _Period(query.since, query.until)
    totals = [_format_total(one, period, query.days) for one in answers]
    title = header(_format_title(answers))
    lead = section("\n".join(totals))
    tail = [*_render_notes(answers, query), *actions(*_build_buttons(query))]
    notice = f"{escape(_format_title(answers))}. {' '.join(totals)}"
    head: list[Block] = [title, lead]
    room = MESSAGE_ROOM - count_characters([*head, *tail])
    chart = render_history_chart(answers, period.since, period.until)
    if chart and count_characters([chart]) <= room:
        head.append(chart)
        room -= count_characters([chart])
    rows, older = _build_rows(answers, period)
    table, left = build_table(_build_columns(answers), rows, room)
    if left < len(rows):
        head += [table, *_render_left_out(older + left, several=len(answers) > 1)]
    message = assemble(notice, head, (), tail)
    return replace(message, instead=_render_plain(answers, period, notice, [title, lead], tail))


def _render_goods_history(answer: Answer, query: RateQuery) -> Message | None:
    """The duties on particular goods of an importer that has had none on goods in general, with
    their first and last days; None if there are none."""
    duties = [
        one for one in answer.not_counted if one.from_ is not None and one.percent is not None
    ]
    counts_any = any(one.measure_id != BASE_ID for one in answer.components)
    if answer.basis is not TotalBasis.GENERAL or answer.rows or counts_any or not duties:
        return None
    duties.sort(key=lambda one: (one.from_ or date.min, one.measure), reverse=True)
    text = f"{escape(_format_pair(answer), _PAIR)}: {bold('duties on particular goods only')}. "
    text += "Each has its last rate; name its goods to see earlier ones."
    head = [header(_format_title([answer])), section(text)]
    tail = [*_render_notes([answer], query), *actions(*_build_buttons(query))]
    room = MESSAGE_ROOM - count_characters([*head, *tail])
    columns = [Column("Rate since", is_wrapped=False), Column("Until", is_wrapped=False)]
    columns += [Column("Rate", "right", is_wrapped=False), Column("Duty")]
    rows = [
        [
            text_cell(format_day(one.rate_since or one.from_)),
            text_cell(
                format_day(last) if (last := one.charged_until or one.to) else "no end known"
            ),
            text_cell(_format_rate(one)),
            link_cell(one.measure, one.source.url),
        ]
        for one in duties
        if one.from_ is not None
    ]
    table, left = build_table(columns, rows, room)
    notice = f"{escape(_format_title([answer]))}. {text}"
    plain = [
        section(
            "\n".join(
                f"{row[0]['text']}: {bold(escape(_format_rate(one)))} {escape(one.measure)}"
                for row, one in listed
            )
        )
        for listed in [list(zip(rows, duties, strict=True))[:_STEPS]]
    ]
    message = assemble(notice, [*head, table], _render_left_out(left, several=False), tail)
    return replace(message, instead=assemble(notice, [*head, *plain], (), tail))


def _format_rate(one: Component) -> str:
    rate = words.describe_rate(one.rate)
    is_charged = one.status in (Status.IN_FORCE, Status.EXPIRED, Status.STRUCK_DOWN)
    return rate if is_charged else f"{rate}, {one.status.value.replace('_', ' ')}"


def build_history_details(
    answers: Sequence[Answer], room: int, since: date | None = None, until: date | None = None
) -> list[Block]:
    """All changes and rulings with their sources, as paragraphs for a modal or a message without
    tables. They take at most about `room` characters of JSON."""
    answers = [one for one in answers if one.history]
    period = _Period(since, until)
    return [
        block
        for answer in answers
        for block in _render_steps(_clip(answer, period), room // len(answers))
    ]


def _render_plain(
    answers: Sequence[Answer],
    period: _Period,
    notice: str,
    head: Sequence[Block],
    tail: Sequence[Block],
) -> Message:
    """The message without a chart and a table."""
    room = MESSAGE_ROOM - count_characters([*head, *tail])
    return assemble(notice, head, build_history_details(answers, room, *period), tail)


def _render_steps(answer: Answer, room: int) -> list[Block]:
    """A title, all steps, and the day of the last check. If the steps do not fit into `room`,
    rulings are left out first."""
    title = bold(escape(_format_pair(answer), 200))
    head = section(f"{title}\n{markup.format_definition(answer)}")
    checked = context(markup.format_checked(answer))
    paragraphs = [section(text) for text in _join_lines(markup.list_steps(answer))]
    room -= count_characters([head, checked])
    if count_characters(paragraphs) > room:
        spare = min(room, limits.SECTION_CHARACTERS) - 100
        paragraphs = [section(markup.format_history(answer, spare))]
    return [head, *(paragraphs if answer.history else []), checked]


def _join_lines(lines: Sequence[str]) -> list[str]:
    """The lines as texts that each fit into a section."""
    texts: list[str] = []
    for line in lines:
        if texts and len(texts[-1]) + len(line) < limits.SECTION_CHARACTERS:
            texts[-1] += f"\n{line}"
        else:
            texts.append(line)
    return texts


def _clip(answer: Answer, period: _Period) -> Answer:
    kept = tuple(step for step in answer.history if period.covers(step.on))
    return answer._replace(history=kept)


def _format_title(answers: Sequence[Answer]) -> str:
    """`Duty history: US on goods of China`."""
    shown = [_format_pair(one) for one in answers[:2]]
    left = len(answers) - len(shown)
    more = [f"{left} more"] if left else []
    return f"Duty history: {'; '.join([*shown, *more])}"


def _format_pair(answer: Answer) -> str:
    """`US on goods of China`, `US on steel of the EU`."""
    importer = name_importer(answer.imposer, answer.imposer_name)
    origin = name_origin(answer.partner, answer.partner_name)
    goods = words.describe_goods(answer) if answer.product else "goods"
    return f"{importer} on {goods} of {origin}"


def _format_days(answer: Answer, days: Sequence[date]) -> str:
    """The total on each of the days: `0% on 31 Dec 2024; 12.5% on 30 Nov 2026`."""
    known = [step for step in answer.history if step.ruling is None]
    texts = []
    for day in days:
        past = [step for step in known if step.on <= day]
        if past:
            total = _format_step_total(past[-1])
        else:
            begins = answer.known_from is not None and answer.known_from <= day
            total = "0%" if begins else "not in our data"
        unsure = bool(past) and _is_unchecked(answer, past[-1])
        if past and day == answer.on:
            unsure = _is_unverified(answer, past[-1])
        usual = words.describe_usual_total(past[-1].lines) if past else ""
        notes = "; ".join(filter(None, (usual, _NOT_VERIFIED * unsure)))
        texts.append(f"{bold(total)} on {format_day(day)}{f' ({notes})' if notes else ''}")
    difference = words.describe_difference(compute_difference(known, days[0], days[-1]))
    return "; ".join([*texts, *filter(None, [difference])])


def _format_total(answer: Answer, period: _Period, days: Sequence[date] = ()) -> str:
    """The total at the end of the period, and the day since which it applies; or the totals on
    the days, if the question names some."""
    end = min(answer.on, period.until or answer.on)
    pair = escape(_format_pair(answer), _PAIR)
    if days:
        goods = ", goods on no product list (others may pay more)" if answer.on_goods else ""
        return f"{pair}{goods}: {_format_days(answer, days)}.{_format_basis(answer)}"
    past = [step for step in answer.history if step.on <= end]
    if answer.banned and end == answer.on:
        return f"{pair}: {bold('may not be imported')}."
    moves = [step for step in past if step.moves_total]
    if not moves:
        return f"{pair}: no change until {format_day(end)} in our data."
    last = moves[-1]
    on = f", on {format_day(end)}" if end != answer.on else ""
    goods = " on goods that no product list names" if answer.on_goods else ""
    goods += " from duties on all origins alone" if answer.partner == WORLD else ""
    total = bold(_format_step_total(last))
    unsure = f" ({_NOT_VERIFIED})" if end == answer.on and _is_unverified(answer, last) else ""
    known = answer.period
    if known is not None and known.low != known.high:
        during = f"{bold(words.format_span(known.low, known.high))} {format_during(known)}; "
    else:
        during = ""
    usual = words.describe_usual_total(last.lines)
    most = f" ({usual})" if usual else ""
    text = f"{pair}: {during}{total}{most}{goods}, since {format_day(last.on)}{on}{unsure}."
    text += _format_basis(answer)
    ahead = [
        step
        for step in answer.history
        if step.ruling is None and step.on > answer.on and period.covers(step.on)
    ]
    if not ahead:
        return text
    if ahead[0].is_open:
        coming = escape(words.describe_step(ahead[0]), 200)
    else:
        coming = _format_step_total(ahead[0])
        # After a past day of the question, the next change is known and no longer scheduled.
        coming += ", scheduled" if _is_unchecked(answer, ahead[0]) else ""
    return f"{text} {bold('Next:')} {format_day(ahead[0].on)} {coming}."


def _format_basis(answer: Answer) -> str:
    """A sentence with the normal duty that the totals do not count; empty if they include it."""
    if all(one.includes_base for one in answer.history if one.moves_total and one.percent):
        return ""
    if answer.base_share is BaseShare.INCLUDED:
        return " The other rates are on top of the normal duty."
    text = describe_basis(answer)
    return f" {escape(text[:1].upper() + text[1:], _BASIS)}." if text else ""


def _is_unverified(answer: Answer, last: Step) -> bool:
    """Whether the total is only scheduled: a change or a prolonged rate after the last check."""
    foreseen = any(one.is_counted and one.is_foreseen for one in answer.components)
    return foreseen or _is_unchecked(answer, last)


def _is_unchecked(answer: Answer, step: Step) -> bool:
    return answer.checked is not None and step.on > answer.checked


def _format_step_total(step: Step) -> str:
    if step.banned:
        return "import ban"
    return words.format_step_added(step)


def _build_columns(answers: Sequence[Answer]) -> list[Column]:
    whose = [Column("Duty")] if len(answers) > 1 else []
    added = words.name_added([step for answer in answers for step in answer.history])
    return [
        Column("Date", is_wrapped=False),
        *whose,
        Column(added, "right", is_wrapped=False),
        Column("What changed"),
    ]


def _render_left_out(count: int, *, several: bool) -> list[Block]:
    """How many changes the table leaves out, and where they are; no block if there are none."""
    if not count:
        return []
    noun = "earlier change" if count == 1 else "earlier changes"
    of_all = ", of all duties together" * several
    return [context(f"The table has the newest. {count} {noun}{of_all}: see Details and sources.")]


def _build_rows(answers: Sequence[Answer], period: _Period) -> tuple[list[list[Element]], int]:
    """The last changes, newest first, one direction after another, and how many are left out."""
    several = len(answers) > 1
    most = _STEPS_OF_SEVERAL if several else _STEPS
    rows, older = [], 0
    for answer in answers:
        end = min(answer.on, period.until or answer.on)
        steps = [
            step
            for step in answer.history
            if step.ruling is None and step.on <= end and period.covers(step.on)
        ]
        older += max(len(steps) - most, 0)
        whose = [text_cell(_format_pair(answer))] if several else []
        for step in reversed(steps[-most:]):
            day = format_day(step.on)
            day += f", {_NOT_VERIFIED}" if _is_unchecked(answer, step) else ""
            what = link_cell(words.describe_step(step), step.source.url)
            rows.append([text_cell(day), *whose, text_cell(_format_step_total(step)), what])
    return rows, older


def _render_notes(answers: Sequence[Answer], query: RateQuery) -> list[Block]:
    """Small print: the last check, the first day of the data, and the warnings without which the
    totals would mislead."""
    checked = [markup.format_checked(answer) for answer in answers]
    begins = sorted({one.known_from for one in answers if one.known_from is not None})
    days = " and ".join(map(format_day, begins))
    complete = max((one.complete_since for one in answers if one.complete_since), default=None)
    missing = f", and may lack duties that ended before {format_day(complete)}" if complete else ""
    caveats = [
        escape(text, 200)
        for answer in answers
        for one, text in zip(answer.warnings, words.describe_warnings(answer), strict=True)
        if isinstance(one, RateCaveat)
    ]
    notes = dict.fromkeys(
        [
            markup.format_assumed(answers, query),
            *checked,
            _OWN_RATES if any(one.partner == WORLD for one in answers) else "",
            f"Our data begins {days}{missing}." if days else "",
            *caveats[:_LEADING],
            *markup.list_leading_warnings(answers)[:_LEADING],
        ]
    )
    return [context(*filter(None, notes))]


def _build_buttons(query: RateQuery) -> list[Element | None]:
    """The buttons that fit, the most useful ones first."""
    asked = format_query(query)
    pair = query.model_copy(update={"history": False, "since": None, "until": None, "days": ()})
    days = [
        button(format_day(day), f"{RUN}_{n}", format_query(pair.model_copy(update={"on": day})))
        for n, day in enumerate(query.days[:_MOST_DAYS], start=1)
    ]
    buttons = (
        button("Details and sources", DETAILS, asked),
        button("Rate without history", f"{RUN}_0", format_query(pair)),
        *days,
        button("Share in channel", SHARE, asked),
    )
    kept: list[Element | None] = []
    room = _BUTTONS_ROOM
    for one in filter(None, buttons):
        room -= count_characters([one])
        if room >= 0:
            kept.append(one)
    return kept
