"""Renders what a message is about, as the reply to a message shortcut."""

from collections.abc import Iterator

from bot.commands.message_reading import MessageReading, ReadRate
from bot.news.state import EventStatus
from bot.parties import Parties
from bot.slack.blockkit.blocks import Element, Message, actions, assemble, button, context, section
from bot.slack.blockkit.mrkdwn import bold, quote_text
from bot.slack.views.figures import format_figure, format_name
from bot.slack.views.replies import CHECK_PRODUCT, RUN, render_notice

_MOST_FIGURES = 5
_MOST_EVIDENCE = 5
_MOST_PARTIES = 12
_EMPTY = "This message has no text that I can read."


def render_message_reading(reading: MessageReading, parties: Parties) -> Message:
    """Whether the message is about tariffs, with the words that say so, and buttons for rates."""
    if reading.is_empty:
        return render_notice(_EMPTY)
    understood = reading.understood
    if understood.topics:
        text = f"Yes: {', '.join(topic.label for topic in understood.topics)}."
    else:
        text = "No. I found nothing about tariffs, trade talks or court rulings on trade."
    paragraph = "\n".join([bold(text), *_list_facts(reading, parties)])
    evidence = dict.fromkeys(
        f"{quote_text(one.words, 80)} ({one.topic.label})" for one in understood.evidence
    )
    tail = [context(f"Matched: {', '.join(list(evidence)[:_MOST_EVIDENCE])}")] if evidence else []
    return assemble(
        text, [section(paragraph), *tail], (), actions(*_list_buttons(reading, parties))
    )


def render_no_rate(reading: MessageReading) -> Message:
    """Says that the message names no pair of economies whose duties are known."""
    if reading.is_empty:
        return render_notice(_EMPTY)
    text = "This message names no importing country and origin whose duties I know."
    return assemble(text, [section(text)], (), actions(button("Check a product", CHECK_PRODUCT)))


def _list_facts(reading: MessageReading, parties: Parties) -> Iterator[str]:
    understood = reading.understood
    if understood.parties:
        named = [format_name(code, parties) for code in understood.parties[:_MOST_PARTIES]]
        yield f"Economies: {', '.join(named)}"
    figures = filter(None, (format_figure(one, parties) for one in understood.figures))
    yield from (f"• {line}" for line in list(dict.fromkeys(figures))[:_MOST_FIGURES])
    status = understood.state.status
    if status is not None:
        yield f"Status: {_name_status(status)}"


def _name_status(status: EventStatus) -> str:
    return status.value.replace("_", " ")


def _list_buttons(reading: MessageReading, parties: Parties) -> list[Element | None]:
    rates = [
        button(_label(one, parties), f"{RUN}_{number}", one.question)
        for number, one in enumerate(reading.rates)
    ]
    if not rates and reading.question:
        rates = [button("Rate now", f"{RUN}_0", reading.question)]
    return [*rates, button("Check a product", CHECK_PRODUCT, reading.question)]


def _label(one: ReadRate, parties: Parties) -> str:
    """The label of a button: `Rate now: United States on China, steel`."""
    rate = one.rate
    names = f"{parties.get(rate.imposer).name} on {parties.get(rate.partner).name}"
    return ", ".join(filter(None, [f"Rate now: {names}", rate.product]))
