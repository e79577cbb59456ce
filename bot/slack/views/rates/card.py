"""Renders the card of a law or topic: description, state, rates, rulings, next dates.

A card has at most `MAX_WORDS` visible words. What does not fit is in the details, which a button
shows in a modal with pages, and a command as a message of its own.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from bot.parties import Parties
from bot.rates.cards.facts import CardFacts, RateRow
from bot.rates.cards.model import Card
from bot.rates.question.query import RateQuery
from bot.render import cards as say
from bot.slack.blockkit import limits
from bot.slack.blockkit.blocks import (
    Block,
    Message,
    actions,
    assemble,
    button,
    context,
    header,
    section,
)
from bot.slack.blockkit.forms import View, menu
from bot.slack.blockkit.mrkdwn import bold, escape
from bot.slack.views.rates import markup
from bot.slack.views.rates.details import make_pages, render_pages
from bot.slack.views.rates.table import MESSAGE_ROOM, Column, build_table, text_cell
from bot.slack.views.replies import DETAILS, RUN
from bot.text.dates import format_day
from bot.text.single_line import to_single_line

MAX_WORDS = 120
"""Maximum visible words of a card, without its buttons."""
_RULINGS, _NEXT, _PASSED, _RELATED, _OTHERS, _RATES = 3, 3, 2, 3, 2, 2
_CELL, _TEXT = 90, 600
_COLUMNS, _FEE_COLUMNS = ("Applies to", "Duty"), ("Fee", "Amount")
_CHECK_COLUMNS = ("Duties of", "Last checked")
_MORE = "more in the details"
_ROWS_WITH_DAYS = 6
"""Maximum rows of a table that shows the first day of each rate."""

Item = TypeVar("Item")


def render_card(
    facts: CardFacts,
    query: RateQuery,
    parties: Parties,
    others: Sequence[CardFacts] = (),
) -> Message:
    """The card as a message that is read in ten seconds.

    `query` is the question, and `others` are the other cards that it names, whose texts are shown
    if they fit.
    """
    card, state = facts.card, _end(say.describe_card_state(facts))
    chip = say.describe_card_age(facts)
    notes = [chip] if card.covered else [chip, "not in our rates"]
    notes += [say.describe_named(others)] if others else []
    notes += filter(None, [say.describe_respelled(query)])
    columns = _COLUMNS
    if not facts.rows:
        columns = _CHECK_COLUMNS if facts.checks else _FEE_COLUMNS
    heading = say.describe_heading(facts)
    asked = say.list_rate_questions(query, parties)[:_RATES]
    words = _WordBudget([card.title, heading, state, card.what, *columns, *notes, _MORE])
    summaries = words.take(list(map(_summarize, others[:_OTHERS])))
    short = len(facts.rows) > _ROWS_WITH_DAYS
    rows = [(row.what, say.describe_row(row, short=short)) for row in facts.rows]
    rows += [*say.list_fee_rows(facts), *say.list_check_rows(facts)]
    shown = words.take(rows, " ".join)
    # The rulings of a deal's card are about other duties than those that the deal is about now.
    rulings = () if card.economies else facts.rulings[:_RULINGS]
    paragraphs = [
        section(f"{bold(f'{title}:')} {escape(' · '.join(found), _TEXT)}")
        for title, listed in (
            ("Rulings", [*map(say.describe_ruling, rulings)]),
            ("Next", say.list_next_in_short(facts)[:_NEXT]),
            ("Scheduled, not verified", say.list_passed(facts, short=True)[:_PASSED]),
        )
        if (found := words.take(listed))
    ]
    if points := words.take(card.points, say.describe_fact):
        lines = (
            f"• {bold(escape(f'{one.label}:', 70))} {escape(one.text, 300)}".replace("  ", " ")
            if one.label
            else f"• {escape(one.text, 300)}"
            for one in points
        )
        paragraphs.append(section("\n".join(lines)))
    head = [
        header(card.title),
        *([section(bold(escape(heading, 400)))] if heading else []),
        section(f"{bold(escape(state, 300))}\n{escape(card.what, 500)}"),
        *map(section, summaries),
    ]
    left = len(rows) - len(shown)
    more = [context(f"… and {left} {_MORE}")] if left else []
    tail = [context(escape(" · ".join(notes), 400)), *_build_buttons(facts, asked, others)]
    notice = escape(f"{card.title}: {state}", 400)
    plain = assemble(notice, [*head, *_build_list(shown)], [*more, *paragraphs], tail, _left_out)
    if not shown:
        return plain
    cells = [[text_cell(text, _CELL) for text in row] for row in shown]
    table, _ = build_table(list(map(Column, columns)), cells, MESSAGE_ROOM)
    message = assemble(notice, [*head, table], [*more, *paragraphs], tail, _left_out)
    return Message(message.text, message.blocks, instead=plain)


def render_card_details(facts: CardFacts) -> Message:
    """Everything about the card with its sources: measures, facts, events, dates."""
    card = facts.card
    title = f"{card.title}: details and sources"
    items = [block for _, blocks in _list_parts(facts) for block in blocks]
    back = button(card.title, f"{RUN}_0", f"card {card.id}")
    tail = [context(escape(say.describe_card_age(facts), 200)), *actions(back)]
    return assemble(escape(title, 400), [header(title)], items, tail, _left_out)


def render_card_pages(facts: CardFacts, page: int = 0) -> View:
    """The same as a modal with pages. If there is no page with this number, it shows the first."""
    chip = context(escape(say.describe_card_age(facts), 200))
    parts = ((label, [*blocks, chip]) for label, blocks in _list_parts(facts) if blocks)
    card = facts.card
    return render_pages(card.title, make_pages(parts), page, f"card {card.id} sources")


def _list_parts(facts: CardFacts) -> list[tuple[str, list[Block]]]:
    """Everything about the card in four parts, each with its label."""
    card = facts.card
    duties = [section(f"{escape(card.what, 500)} ({markup.format_source(card.source)})")]
    if card.state is not None:
        source = markup.format_source(card.state.source)
        duties.append(section(f"{bold('Now')}\n{escape(card.state.text, 300)} ({source})"))
    duties += [section("\n".join(_list_row_lines(row, facts))) for row in facts.rows]
    if facts.fees is not None:
        fees = _describe_rows(say.list_fee_rows(facts))
        duties += _build_group("Fees", [*fees, markup.format_source(facts.fees.source)])
    duties += _build_group("Last checks", _describe_rows(say.list_check_rows(facts)))
    points = _build_group(
        "Facts",
        (
            f"{escape(say.describe_fact(one), 400)} "
            f"({format_day(one.on)}; {markup.format_source(one.source)})"
            for one in card.points
        ),
    )
    events = _build_group(
        "Rulings and other events, newest first",
        (
            f"{escape(say.describe_event(one), _TEXT)} ({markup.format_source(one.source)})"
            for one in facts.events
        ),
    )
    dates = _build_group("Next", (escape(one, 400) for one in say.list_next(facts)))
    dates += _build_group(
        "Scheduled since our last check, not verified",
        (escape(one, 400) for one in say.list_passed(facts)),
    )
    first = "Duties" if facts.rows or facts.fees or facts.checks else "About"
    return [(first, duties), ("Facts", points), ("Rulings and events", events), ("Next", dates)]


def render_card_list(cards: Sequence[Card], law: str = "") -> Message:
    """The names of all cards by group, and a menu that shows one of the main cards.

    The others would make the message too long: parts of a law, deals and what is not covered. `law`
    is a law that was asked for and has no card."""
    title = f"We have no card about {law}." if law else "Laws and topics"
    groups = say.group_cards(cards)
    listed = {
        to_single_line(name) or "–": {
            f"card {one.id}": to_single_line(one.title) or one.id for one in found[: limits.OPTIONS]
        }
        for name, found in say.group_cards(list(filter(_is_main, cards)))[: limits.OPTION_GROUPS]
    }
    chooser = actions({**menu(listed, "", "Choose a law or topic"), "action_id": f"{RUN}_0"})
    items = [
        section(f"{bold(escape(name, 80))}  {' · '.join(map(_format_name, found))}")
        for name, found in groups
    ]
    tail = [context("Choose one, or type its name, such as “section 232” or “ieepa refunds”.")]
    head = [header(title), *(chooser if groups else ())]
    return assemble(escape(title, 400), head, items, tail, _left_out)


def _is_main(card: Card) -> bool:
    return card.law is None and not card.economies and card.covered


def _summarize(facts: CardFacts) -> str:
    """Another card that a question names, as one paragraph of markup."""
    state = _end(say.describe_card_state(facts))
    return (
        f"{bold(escape(f'{facts.card.title}:', 110))} {escape(f'{state} {facts.card.what}', 800)}"
    )


class _WordBudget:
    """Counts the visible words of a card."""

    def __init__(self, used: Iterable[str]) -> None:
        """`used` are the texts that the card always has."""
        self._left = MAX_WORDS - sum(len(text.split()) for text in used)

    def take(self, items: Iterable[Item], read: Callable[[Item], str] = str) -> list[Item]:
        """The first items whose words fit. `read` returns the text of an item."""
        kept = []
        for item in items:
            # One more word for a title, a bullet or a separator.
            size = len(read(item).split()) + 1
            if size > self._left:
                break
            self._left -= size
            kept.append(item)
        return kept


def _build_buttons(
    facts: CardFacts, asked: Sequence[tuple[str, str]], others: Sequence[CardFacts]
) -> tuple[Block, ...]:
    """`asked` are the labels and texts of the questions about rates."""
    card = facts.card
    named = [one.card for one in others[:_OTHERS]]
    related = [*named, *(one for one in facts.see if one not in named)]
    labeled = [(_name_related(one.title, card.title), f"card {one.id}") for one in related]
    labeled = [*asked, *labeled[:_RELATED]]
    labeled += [(f"Ask: {card.example}", card.example)] if card.example and not asked else []
    return actions(
        button("Details and sources", DETAILS, f"card {card.id} sources"),
        *(button(label, f"{RUN}_{n}", command) for n, (label, command) in enumerate(labeled)),
    )


def _name_related(title: str, shown: str) -> str:
    """The title of a card for a button: without its law if the card that is shown is about the same
    law, `Steel, aluminum and copper` for `Section 232: steel, aluminum and copper`."""
    law, _, subject = title.partition(": ")
    if subject and shown.startswith(f"{law}: "):
        return subject[0].upper() + subject[1:]
    return title


def _build_list(rows: Sequence[tuple[str, str]]) -> list[Block]:
    """The table as a paragraph, for workspaces that refuse tables."""
    lines = [f"• {escape(what, _CELL)}: {bold(escape(text, _CELL))}" for what, text in rows]
    return [section("\n".join(lines))] if lines else []


def _list_row_lines(row: RateRow, facts: CardFacts) -> Iterator[str]:
    """A row of the table with the sources of its measures."""
    yield f"{bold(escape(row.what, 70))} {escape(say.describe_row(row), 150)}"
    if row.specific:
        yield escape(row.specific, _TEXT)
    if row.headings:
        yield f"Headings: {', '.join(row.headings)}"
    sources = dict.fromkeys(say.find_measure_source(one, facts.on) for one in row.measures)
    yield f"Source: {'; '.join(map(markup.format_source, sources))}"


def _describe_rows(rows: Sequence[tuple[str, str]]) -> list[str]:
    return [f"{escape(what, 70)}: {escape(text, 200)}" for what, text in rows]


def _build_group(title: str, lines: Iterable[str]) -> list[Block]:
    """A title and paragraphs, one for each line; empty if there are no lines."""
    found = [section(line) for line in lines]
    return [section(bold(title)), *found] if found else []


def _format_name(card: Card) -> str:
    name = card.names[0] if card.names else card.id.replace("-", " ")
    return f"`{escape(name, 60)}`"


def _end(sentence: str) -> str:
    return sentence if sentence.endswith(".") else f"{sentence}."


def _left_out(count: int) -> Block:
    return context(f"… and {count} more.")
