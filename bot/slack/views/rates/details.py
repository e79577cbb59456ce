"""The modal *Details and sources*: everything that the answer in the channel leaves out, on pages.

    Duties               what the figure counts, with sources; totals by line; base duty; entry
    Particular goods     duties that only some goods pay
    Exempt or replaced   duties from which the goods or the origin are exempt
    Not in force         suspended, announced or not set
    No longer collected  ended or struck down
    Next                 scheduled changes, the last change, the history if the question asks for it
    Notes                warnings, talks, reports since the check

A long part has several pages. The view's private metadata is the question, so that a click on a
page button can be answered.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from bot.commands.rates.replies import RateAnswers
from bot.rates.model.answer import Answer
from bot.rates.model.changes import Upcoming
from bot.rates.model.component import Component
from bot.rates.model.law import Talk
from bot.rates.model.warnings import Choice, Reason
from bot.rates.question.query import format_query
from bot.render import words
from bot.render.comparison.build import build_comparison
from bot.render.overview.build import build_overview
from bot.render.overview.headline import format_title
from bot.slack.blockkit import limits
from bot.slack.blockkit.blocks import (
    Block,
    actions,
    button,
    context,
    count_characters,
    header,
    section,
)
from bot.slack.blockkit.forms import View, make_modal
from bot.slack.blockkit.mrkdwn import bold, escape
from bot.slack.views.rates import markup
from bot.slack.views.rates.history import build_history_details
from bot.slack.views.rates.short import format_status, is_one_answer
from bot.text.dates import format_day

TITLE = "Details and sources"
CALLBACK = "rate_details"
PAGE = "details_page"
"""Begins the action id of a button that shows a page. Its value is the number of the page."""

_PAGE_CHARACTERS = 9_000
_HISTORY_CHARACTERS = 24_000
_MAX_PAGES = limits.ACTIONS_ELEMENTS
_PARTICULAR, _EXEMPT = "Particular goods", "Exempt or replaced"
_PENDING, _ENDED = "Not in force", "No longer collected"
_LABELS = (_PARTICULAR, _EXEMPT, _PENDING, _ENDED)
_LABEL_OF = {
    Reason.PARTNER_EXEMPT: _EXEMPT,
    Reason.GOODS_EXEMPT: _EXEMPT,
    Reason.OTHER_COUNTED: _EXEMPT,
    Reason.GIVES_WAY: _EXEMPT,
    Reason.SUSPENDED: _PENDING,
    Reason.ANNOUNCED: _PENDING,
    Reason.NOT_YET: _PENDING,
    Reason.NO_RATE_SET: _PENDING,
    Reason.RATE_UNKNOWN: _PENDING,
    Reason.MAY_RETURN: _PENDING,
    Reason.STRUCK_DOWN: _ENDED,
    Reason.NOTHING_CHARGED: _ENDED,
    Reason.ENDED: _ENDED,
}
"""The page of the duties that are left out for a reason; other reasons are on particular goods."""


class DetailsPage(NamedTuple):
    """One page: the label of its button, and its blocks."""

    label: str
    blocks: tuple[Block, ...]


def list_pages(reply: RateAnswers) -> tuple[DetailsPage, ...]:
    """The pages about the first answer of the reply, and the histories of the others. Several
    answers to compare have a page each.

    The other direction of a pair has details of its own, behind its own question.
    """
    if not is_one_answer(reply.query, reply.answers):
        rows = build_comparison(reply.answers).rows
        return make_pages((row.pair, _list_all(row.answer, reply)) for row in rows)
    answer, *others = reply.answers
    overview = build_overview(answer, reply.query, reply.today)
    histories = [("History", _list_history(answer))]
    first, later = (histories, []) if reply.query.history else ([], histories)
    parts = (
        *first,
        ("Duties", _list_duties(answer)),
        *((label, _list_left_out(answer, label)) for label in _LABELS),
        ("Next", _list_next(answer)),
        *later,
        ("Notes", _list_notes(answer, format_status(overview))),
        *((f"{one.imposer_name} on {one.partner_name}", _list_history(one)) for one in others),
    )
    return make_pages(parts)


def _list_all(answer: Answer, reply: RateAnswers) -> Iterator[Block]:
    """The duties of one of several answers, the next changes, its history and notes."""
    yield section(bold(escape(format_title(answer, reply.today), 300)))
    yield from _list_duties(answer)
    yield from _list_next(answer)
    yield from _list_history(answer)
    status = format_status(build_overview(answer, reply.query, reply.today))
    yield from _list_notes(answer, status)


def make_pages(parts: Iterable[tuple[str, Iterable[Block]]]) -> tuple[DetailsPage, ...]:
    """Each part on one or more pages of limited length; a part without blocks has no page."""
    pages = []
    for label, blocks in parts:
        divided = _divide(blocks)
        for number, each in enumerate(divided, 1):
            count = f" {number}" if len(divided) > 1 else ""
            pages.append(DetailsPage(f"{label}{count}", each))
    return tuple(pages[:_MAX_PAGES])


def _divide(blocks: Iterable[Block]) -> list[tuple[Block, ...]]:
    """The blocks on pages of about equal length; no pages if there are no blocks."""
    pages: list[list[Block]] = []
    room = 0
    for block in blocks:
        size = count_characters([block])
        if not pages or size > room:
            pages.append([])
            room = _PAGE_CHARACTERS
        pages[-1].append(block)
        room -= size
    return [tuple(page) for page in pages]


def render_details(reply: RateAnswers, page: int = 0) -> View:
    """The modal with one page. If there is no page with this number, it shows the first."""
    one = is_one_answer(reply.query, reply.answers)
    title = (
        build_overview(reply.answers[0], reply.query, reply.today).title
        if one
        else build_comparison(reply.answers).title
    )
    return render_pages(title, list_pages(reply), page, format_query(reply.query))


def render_pages(title: str, pages: Sequence[DetailsPage], page: int, question: str) -> View:
    """The modal with one of the pages and a button for each. `question` asks for them again."""
    shown = page if 0 <= page < len(pages) else 0
    buttons = (
        button(
            one.label,
            f"{PAGE}_{number}",
            str(number),
            style="primary" if number == shown else None,
        )
        for number, one in enumerate(pages)
    )
    blocks = [header(title), *actions(*buttons), *(pages[shown].blocks if pages else ())]
    return make_modal(TITLE, blocks, callback_id=CALLBACK, metadata=question)


def _list_duties(answer: Answer) -> Iterator[Block]:
    yield section(markup.format_definition(answer))
    if answer.questions:
        asked = "\n".join(f"• {escape(one, 300)}" for one in answer.questions)
        yield section(f"{bold('Open questions')}\n{asked}")
    yield from _list_lines(answer)
    if answer.choices:
        rates = (f"{escape(one.goods, 120)}: {_format_rate(one)}" for one in answer.choices)
        yield from _join(bold("Totals by goods"), (f"• {rate}" for rate in rates))
    yield from (section(markup.format_component(one)) for one in words.list_counted(answer))
    if base := markup.format_base_rates(answer):
        yield section(base)
    entry = answer.entry
    facts = [*map(words.describe_claim_total, entry.others), words.describe_headings(answer)]
    facts += words.describe_value(entry.value) if entry.value is not None else []
    if shown := [f"• {escape(one, 300)}" for one in facts if one]:
        yield from _join(bold("Declaring and paying"), shown)


def _format_rate(choice: Choice) -> str:
    return bold(words.format_span(*choice.span))


def _list_lines(answer: Answer) -> Iterator[Block]:
    """How many tariff lines pay which total, all of them."""
    if not answer.lines:
        return
    title = f"Totals of the {words.count_lines(answer):,} tariff lines"
    lines = [f"• {escape(words.describe_lines(group), 300)}" for group in answer.lines]
    yield from _join(bold(title), lines)


def _list_left_out(answer: Answer, label: str) -> Iterator[Block]:
    """The duties with this label that the answer is not about or does not count."""
    if found := [one for one in words.list_left_out(answer) if _label(one) == label]:
        left_out = f", {words.describe_left_out(answer)}" if label == _PARTICULAR else ""
        yield section(bold(f"{label}{left_out}"))
        yield from (section(_format_left_out(one)) for one in found)


def _label(one: Component) -> str:
    return (
        _PARTICULAR if one.exclusion is None else _LABEL_OF.get(one.exclusion.reason, _PARTICULAR)
    )


def _format_left_out(one: Component) -> str:
    is_past = _label(one) == _ENDED and not one.percent and not one.rate.specific
    rate = "Not collected" if is_past else markup.format_component_rate(one)
    lines = [
        f"{bold(rate)}  {escape(one.measure, 200)}",
        f"{escape(one.legal_basis, 200)}; {escape(words.describe_status(one), 200)}",
        escape(words.describe_rulings(one), 500),
        escape(words.describe_note(one), 900),
        f"Source: {markup.format_source(one.source)}",
    ]
    return "\n".join(line for line in lines if line)


def _list_next(answer: Answer) -> Iterator[Block]:
    known = [item for item in answer.next if not item.passed]
    # Only answers about a future day have the first group. Their totals do not include it.
    groups = (
        (
            f"Scheduled by {format_day(answer.on)}, not verified",
            [i for i in known if i.on <= answer.on],
        ),
        ("Next changes", [item for item in known if item.on > answer.on]),
        (markup.OVERDUE_TITLE, [item for item in answer.next if item.passed]),
    )
    for title, items in groups:
        if items:
            yield from _join(bold(title), map(_format_item, items))
    if change := markup.format_last_change(answer):
        yield section(change)


def _list_history(answer: Answer) -> Iterator[Block]:
    if answer.history:
        yield from build_history_details([answer], _HISTORY_CHARACTERS)


def _format_item(item: Upcoming) -> str:
    what = escape(words.describe_change(item.change), 500)
    duty = f"{escape(item.measure, 200)}: {what}"
    return f"• {bold(format_day(item.on))}: {duty} ({markup.format_source(item.source)})"


def _list_notes(answer: Answer, status: str) -> Iterator[Block]:
    if warnings := [f"• {escape(text, 900)}" for text in words.describe_warnings(answer)]:
        yield from _join(bold("Notes"), warnings)
    if answer.talks:
        yield from _join(bold("Talks"), map(_format_talk, answer.talks))
    if answer.reports:
        reports = [f"• {markup.format_report(one)}" for one in answer.reports]
        yield from _join(bold("Reports since our last check, not in our data"), reports)
    by = f" by {escape(answer.checked_by, 100)}" if answer.checked_by else ""
    yield context(f"{status}{f' · confirmed{by}' if by else ''}")


def _format_talk(talk: Talk) -> str:
    place = "" if talk.place == "remote" else f"{escape(talk.place, 60)}: "
    outcome = f"{place}{escape(talk.outcome, 600)}"
    return f"• {format_day(talk.on)}: {outcome} ({markup.format_source(talk.source)})"


def _join(title: str, lines: Iterable[str]) -> Iterator[Block]:
    """The lines below a title, as sections within Slack's limit."""
    text = title
    for line in lines:
        if len(text) + len(line) + 1 > limits.SECTION_CHARACTERS:
            yield section(text)
            text = line
        else:
            text = f"{text}\n{line}"
    yield section(text)
