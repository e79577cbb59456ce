"""Renders an answer for a reader who has ten seconds: the total, the goods, the next changes,
the age of the data, buttons. The rest is in the modal *Details and sources*.

The message fits one screen of a phone (`bot.slack.views.rates.screen`). If it does not, rows of
goods and upcoming changes are left out, the last ones first; the details have them. The next change
stays. Notes about the reading of the question do not change which rows there are.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from bot.commands.rates.replies import RateAnswers
from bot.parties import WORLD, build_flag
from bot.rates.model import warnings as kinds
from bot.rates.model.answer import Answer, TotalBasis
from bot.rates.model.customs_entry import ClaimTotal
from bot.rates.question.query import HOME, RateQuery, build_total_query, format_query
from bot.render import words
from bot.render.duty_names import name_origin
from bot.render.freshness import format_chip
from bot.render.overview.build import build_overview, limit_rows
from bot.render.overview.coming import format_next
from bot.render.overview.headline import find_span, format_short_total, is_other_figure
from bot.render.overview.model import AnswerOverview, ChangeRow, GoodsRow
from bot.slack.blockkit import limits
from bot.slack.blockkit.blocks import (
    Block,
    Element,
    Message,
    actions,
    assemble,
    button,
    context,
    header,
    option,
    overflow,
    section,
)
from bot.slack.blockkit.mrkdwn import bold, escape
from bot.slack.views.rates.screen import fits_screen
from bot.slack.views.rates.table import Column, build_table, text_cell
from bot.slack.views.replies import CHECK_PRODUCT, DETAILS, RUN
from bot.text.dates import format_day

MORE = "rate_more"
"""The action id of an answer's menu. Each value is one of the choices and a question."""
SHARE_CHOICE = "share"
TABLE_CHOICE = "table"
WATCH_CHOICE = "watch"
REPORT_CHOICE = "report"
SHARE = "rate_share"
"""The action id of *Share in channel* as a button, for questions that are too long for a menu."""

_SIZES = ((6, 3), (5, 3), (5, 2), (4, 2), (4, 1), (3, 1), (2, 1), (0, 1), (0, 0))
"""Rows and upcoming days, from the fullest message to the shortest."""
_USUAL_CHANGE = "polysilicon derivatives 15% and 1 more"
"""A change whose length is that of most upcoming changes."""
_LINE = 400
_REMARK = 260
_MAX_CHOICES = 3
_MAX_QUESTIONS = 2
_MAX_CARDS = 2
_TABLE_ROOM = limits.MESSAGE_CHARACTERS // 3


def render_short_answer(reply: RateAnswers) -> Message:
    """The first answer of the reply. If there is a second one, it is about the other direction, and
    a button has its number."""
    answer, query = reply.answers[0], reply.query.model_copy(update={"both_ways": False})
    other = reply.answers[1] if len(reply.answers) > 1 else None
    row = actions(*_list_buttons(answer, other, query, reply))
    head: list[Block] = []
    plain: list[Block] = []
    overview = build_overview(answer, reply.query, reply.today)
    for shown, changes in _list_sizes(overview, answer, _find_size(overview, answer, query, row)):
        head = list(_render_parts(shown, answer, reply.today, changes, tabled=True))
        plain = list(_render_parts(shown, answer, reply.today, changes, tabled=False))
        if fits_screen([*head, *row]) and fits_screen([*plain, *row]):
            break
    notice = f"{overview.title}: {overview.format_headline()}"
    instead = assemble(escape(notice, _LINE), plain, (), row)
    if head == plain:
        return instead
    return replace(assemble(escape(notice, _LINE), head, (), row), instead=instead)


def _find_size(
    overview: AnswerOverview, answer: Answer, query: RateQuery, row: Sequence[Block]
) -> int:
    """The place of the first of `_SIZES` that fits without notes and with changes of usual length.

    Notes depend on how a question is written, and the same goods have the same rows.
    """
    bare = query.model_copy(update={"on": None, "imposer_assumed": False})
    usual = build_overview(answer._replace(warnings=()), bare, answer.on)
    overview = overview._replace(
        title=usual.title,
        headline=usual.headline,
        remarks=(),
        assumed="",
        is_projection=False,
        next=tuple(each._replace(brief=_USUAL_CHANGE) for each in overview.next),
    )
    for place, (rows, changes) in enumerate(_SIZES):
        shown = _shorten_questions(_shorten_reasons(limit_rows(overview, answer, rows)))
        if all(
            fits_screen([*_render_parts(shown, answer, answer.on, changes, tabled=tabled), *row])
            for tabled in (True, False)
        ):
            return place
    return len(_SIZES) - 1


def _list_sizes(
    overview: AnswerOverview, answer: Answer, first: int
) -> Iterator[tuple[AnswerOverview, int]]:
    """Overviews, each with a number of upcoming days, from the fullest message to the shortest.

    Reasons, questions and later changes are left out before rows are.
    """
    for rows, most in _SIZES[first:]:
        full = limit_rows(overview, answer, rows)
        brief = _shorten_reasons(full)
        shorter = (full, brief, _shorten_questions(brief))
        for changes in range(most, 0, -1):
            yield from ((one, changes) for one in shorter)
        without = (row._replace(why="") for row in brief.rows)
        yield shorter[-1]._replace(rows=tuple(without)), min(most, 1)


def _shorten_questions(overview: AnswerOverview) -> AnswerOverview:
    """The overview with the first question that decides; the details have all."""
    return overview._replace(questions=overview.questions[:1])


def _shorten_reasons(overview: AnswerOverview) -> AnswerOverview:
    """The overview without laws and first days where the duty's subject is enough."""
    rows = (row._replace(why=row.brief or row.why) for row in overview.rows)
    return overview._replace(rows=tuple(rows))


def _render_parts(
    overview: AnswerOverview, answer: Answer, today: date, changes: int, *, tabled: bool
) -> Iterator[Block]:
    """The blocks above the buttons."""
    yield header(overview.title)
    yield section(_format_number(overview))
    if overview.rows:
        yield _render_table(overview) if tabled else section(_list_rows(overview.rows))
    if overview.changes:
        shown = overview.changes
        yield _render_changes(overview) if tabled else section(_list_changes(shown))
    if facts := _list_facts(overview, answer):
        yield section("\n".join(facts))
    coming = [escape(format_next(each, today, brief=True), 160) for each in overview.next[:changes]]
    if coming:
        yield section(f"{bold('Next:')} {' · '.join(coming)}")
    yield context(format_status(overview))


def _format_number(overview: AnswerOverview) -> str:
    """The number and its basis, then the remarks without which it would be misread."""
    number = "".join(
        bold(escape(piece.text)) if piece.strong else _escape_piece(piece.text)
        for piece in overview.headline
    )
    first = " · ".join(filter(None, (number, escape(overview.basis), escape(overview.assumed))))
    return "\n".join([first, *(escape(text, _REMARK) for text in overview.remarks)])


def _escape_piece(text: str) -> str:
    """The text as markup, with the blanks at its two ends."""
    start, end = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{start}{escape(text)}{end}" if text.strip() else text


def _render_table(overview: AnswerOverview) -> Block:
    rows = overview.rows
    has_why = any(row.why for row in rows)
    title = overview.rows_title + " (lines)" * any(row.lines for row in rows)
    columns = [
        Column(title),
        Column(overview.added_title),
        *([Column("Why")] if has_why else []),
    ]
    cells = [
        [text_cell(_format_goods(row)), text_cell(row.added), *([text_cell(row.why)] * has_why)]
        for row in rows
    ]
    return build_table(columns, cells, _TABLE_ROOM)[0]


def _render_changes(overview: AnswerOverview) -> Block:
    columns = [Column("Date"), Column(overview.added_title), Column("What changed")]
    cells = [
        [text_cell(format_day(row.on)), text_cell(row.added), text_cell(row.what)]
        for row in overview.changes
    ]
    return build_table(columns, cells, _TABLE_ROOM)[0]


def _list_changes(rows: Sequence[ChangeRow]) -> str:
    return "\n".join(
        f"{format_day(row.on)}: {bold(escape(row.added, 40))} {escape(row.what, 300)}"
        for row in rows
    )


def _format_goods(row: GoodsRow) -> str:
    goods = row.goods[:1].upper() + row.goods[1:]
    return f"{goods} ({row.lines:,})" if row.lines else goods


def _list_rows(rows: Sequence[GoodsRow]) -> str:
    """The rows as lines, for workspaces that refuse tables."""
    lines = []
    for row in rows:
        why = f" · {escape(row.why, 100)}" if row.why else ""
        lines.append(f"{escape(_format_goods(row), 160)}: {bold(escape(row.added, 80))}{why}")
    return "\n".join(lines)


def _list_facts(overview: AnswerOverview, answer: Answer) -> list[str]:
    """The open questions of a range, the headings to declare, and the duties in dollars."""
    facts = []
    if overview.questions:
        shown = overview.questions[:_MAX_QUESTIONS]
        asked = " ".join(shown)
        left = len(answer.questions) - len(shown)
        more = f" {left} more in the details." if left > 0 else ""
        facts.append(f"{bold('Depends on:')} {escape(asked, _LINE)}{more}")
    if answer.entry.value is not None:
        lines = words.describe_value(answer.entry.value)
        total = next((line for line in lines if line.startswith("total")), "")
        facts.append(bold(escape(total[:1].upper() + total[1:], _LINE)))
        parcels = next((line for line in lines if line.startswith("low-value")), "")
        facts += [escape(f"{parcels[:1].upper()}{parcels[1:]}.", _LINE)] if parcels else []
    if overview.headings:
        facts.append(f"Declare {escape(overview.headings, 200)}")
    return facts


def format_status(overview: AnswerOverview) -> str:
    """The chip with the age of the data, and what else qualifies it."""
    shown = format_chip(overview.freshness, overview.format_checked())
    return " · ".join([shown, *(escape(text, 120) for text in overview.list_status())])


def _list_buttons(
    answer: Answer, other: Answer | None, query: RateQuery, reply: RateAnswers
) -> Iterator[Element | None]:
    asked = format_query(query)
    runs = [(f"About {one.title}", f"card {one.id}") for one in reply.cards[:_MAX_CARDS]]
    if reply.total is not None:
        total = format_short_total(reply.total)
        label = f"All duties on this pair{f': {total}' if total else ''}"
        runs.insert(0, (label, format_query(build_total_query(query))))
    named = {command for _, command in runs}
    runs += (one for one in _list_commands(answer, other, query) if one[1] not in named)
    if query.unread and not reply.cards:
        # What was not read may be a law or a topic.
        runs.append(("Laws and topics", "cards"))
    yield button("Check a product", CHECK_PRODUCT, asked)
    yield button("Details and sources", DETAILS, asked)
    for number, (label, command) in enumerate(runs):
        yield button(label, f"{RUN}_{number}", command)
    share = option("Share in channel", f"{SHARE_CHOICE} {asked}")
    if share is None:
        yield button("Share in channel", SHARE, asked)
    yield overflow(
        MORE,
        share,
        option("As a table", f"{TABLE_CHOICE} {asked}"),
        option("Watch this pair", f"{WATCH_CHOICE} {_format_watch(answer)}"),
        option("Report a mistake", f"{REPORT_CHOICE} {asked}"),
    )


def _list_commands(
    answer: Answer, other: Answer | None, query: RateQuery
) -> Iterator[tuple[str, str]]:
    """The buttons that run a command: its label, and the command."""
    if any(isinstance(one, kinds.LaterVoid | kinds.VoidButCharged) for one in answer.warnings):
        yield "Refunds", "refunds"
    yield from _list_deciding(answer, query)
    if answer.imposer == HOME and answer.partner != WORLD and answer.basis is TotalBasis.GOODS:
        # Orders on these goods may be far higher than the total, which does not include them.
        yield "AD/CVD", "card antidumping"
    if answer.entry.value is not None and answer.entry.value.low_value_until is not None:
        yield "Low-value parcels", "card de-minimis"
    if answer.total_percent is not None or answer.last_change is not None:
        history = query.model_copy(update={"history": True, "percent": None})
        yield "History", format_query(history)
    if WORLD in (answer.imposer, answer.partner):
        return
    turned = query.model_copy(
        update={
            "imposer": answer.partner,
            "partner": answer.imposer,
            "versus": (),
            "imposer_assumed": False,
            "percent": None,
            "history": False,
        }
    )
    if query.imposer_assumed:
        importer = name_origin(answer.partner, answer.partner_name)
        yield f"Imports into {importer} instead", format_query(turned)
        return
    goods = f"{name_origin(answer.imposer, answer.imposer_name).removeprefix('the ')} goods"
    label = f"{goods} into {name_origin(answer.partner, answer.partner_name)}"
    number = format_short_total(other).replace("% to ", "–") if other is not None else ""
    yield f"{label}: {number}" if number else label, format_query(turned)


def _list_deciding(answer: Answer, query: RateQuery) -> Iterator[tuple[str, str]]:
    """The answers to the questions that decide: narrower goods, and claims of the importer."""
    narrower = () if answer.basis is TotalBasis.GENERAL else answer.choices[:_MAX_CHOICES]
    for choice in narrower:
        narrowed = query.model_copy(update={"product": choice.goods})
        number = words.format_span(*choice.span)
        yield f"{choice.goods}: {number}", format_query(narrowed)
    if not answer.choices and answer.basis is not TotalBasis.GENERAL:
        for name in answer.suggestions[:_MAX_CHOICES]:
            yield name, format_query(query.model_copy(update={"product": name}))
    for claim in answer.entry.others:
        if answer.rows or not is_other_figure(claim, find_span(answer)):
            continue
        number, product = _format_claim(claim), query.product or ""
        yield f"Under {claim.program}: {number}", _ask_claim(query, product, claim.program)
        yield f"Not under {claim.program}", _ask_claim(query, product, f"not {claim.program}")
    entry = answer.entry
    goods = _drop_words(query.product or "", entry.claim_words)
    if entry.claim_of and goods != query.product:
        other = entry.claim_of if entry.is_denied else f"not {entry.claim_of}"
        label = f"{'Under' if entry.is_denied else 'Not under'} {entry.claim_of}"
        yield label, _ask_claim(query, goods, other)


def _ask_claim(query: RateQuery, goods: str, claim: str) -> str:
    product = " ".join(filter(None, (goods, claim)))
    return format_query(query.model_copy(update={"product": product}))


def _drop_words(text: str, phrases: Iterable[str]) -> str:
    """The text without the phrases, the longest first."""
    for phrase in sorted(phrases, key=len, reverse=True):
        spelled = r"[\s-]+".join(map(re.escape, phrase.split()))
        text = re.sub(rf"\b{spelled}\b", " ", text, flags=re.IGNORECASE)
    return " ".join(text.split())


def _format_claim(claim: ClaimTotal) -> str:
    if claim.banned:
        return "banned"
    if claim.span is not None:
        return words.format_span(*claim.span)
    return "no total" if claim.percent is None else words.format_span(claim.percent, claim.percent)


def _format_watch(answer: Answer) -> str:
    """The economies of the pair, as a subscription names them."""
    codes = (code for code in (answer.imposer, answer.partner) if code != WORLD)
    return " ".join(map(build_flag, codes))


def is_one_answer(query: RateQuery, answers: Sequence[Answer]) -> bool:
    """Whether the answers are one answer, or the two directions of one pair."""
    return len(answers) == 1 or (query.both_ways and len(answers) == 2)
