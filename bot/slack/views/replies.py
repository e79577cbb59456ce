"""What the bot says of itself: help, subscriptions, suggestions, errors."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.alerts.subscription import Frequency, Subscription
from bot.parties import Parties
from bot.slack.blockkit.blocks import Block, Message, actions, assemble, button, context, section
from bot.slack.blockkit.mrkdwn import bold, escape, moment, person, quoted
from bot.slack.views.alerts import UNMUTE, party_name
from bot.text.single_line import single_line
from bot.values import Topic

RUN = "run"
"""Begins the action ids of buttons that run a command; their value is what to run."""

TOPIC_WORDS = {
    Topic.TARIFF: "tariffs",
    Topic.NEGOTIATION: "talks",
    Topic.COURT_RULING: "court-rulings",
}
"""The word that names each topic in a command."""

_EXAMPLES = (
    ("us china", "what the US charges on goods from China, and China on the US"),
    ("us china on 2025-04-15", "the same on another day"),
    ("us china steel", "what goods pay, in words or by an HS code such as 8507.60"),
    ("us china history", "how the rate went, as a chart"),
    ("table us china", "the parts of an answer as a table"),
    ("us china vs vietnam", "one imposer on several partners, side by side"),
    ("china", "all that one economy pays and imposes"),
    ("upcoming china", "what comes next, for one economy or all"),
    ("upcoming ics", "the same as a file for your calendar"),
    ("changes since 2025-04-01", "what has changed since a day"),
    ("subscribe court-rulings", "stories on court rulings, posted here"),
    ("subscribe tariffs china japan daily", "one digest a day on tariffs and those economies"),
    ("unsubscribe talks", "end one topic here, or all without a topic"),
    ("list", "what this conversation is subscribed to"),
    ("reminders off", "no more reminders here of what takes effect; `on` brings them back"),
    ("latest talks", "the newest stories, of one topic or all"),
    ("feeds", "how the feeds are doing"),
    ("proposals", "rates that stories say and the ledger lacks, for operators to decide on"),
)


def notice(markup: str) -> Message:
    """One paragraph, as it is."""
    return Message(markup, (section(markup),))


def help_message(command: str) -> Message:
    """Every command, each with an example."""
    lines = [f"• `{command} {example}` – {what}" for example, what in _EXAMPLES]
    first = f"Ask for a rate, or say what you want to hear of. All commands start with `{command}`."
    tail = context("Topics: `tariffs`, `talks`, `court-rulings`, `all`. Economies by any name.")
    return assemble(first, [section(first), section("\n".join(lines)), tail])


def subscribed(subscription: Subscription, parties: Parties, command: str, note: str) -> Message:
    """Says what a conversation will hear from now on, and who wished it."""
    who = person(subscription.created_by)
    what = wish(subscription, parties)
    text = f"{who} subscribed: {what}." if who else f"Subscribed: {what}."
    undo = _undo(subscription, command)
    return assemble(text, [section(text), context(note, f"`{undo}` ends it.")])


def already_subscribed(subscription: Subscription, parties: Parties, command: str) -> Message:
    """Says that nothing changed."""
    text = f"This is subscribed already: {wish(subscription, parties)}."
    return assemble(text, [section(text), context(f"`{_undo(subscription, command)}` ends it.")])


def unsubscribed(count: int, user: str, what: str, command: str) -> Message:
    """Says what a conversation will no longer hear."""
    if not count:
        text = f"Nothing changed: no subscription here is for {what}."
        return assemble(text, [section(text), context(f"`{command} list` shows what there is.")])
    text = f"{person(user)} unsubscribed this conversation from {what}."
    return assemble(text, [section(text)])


def subscriptions(
    found: Sequence[Subscription],
    parties: Parties,
    command: str,
    now: datetime,
    *,
    reminded: bool = True,
) -> Message:
    """The subscriptions of a conversation, until when it is muted, whether it is `reminded`."""
    if not found:
        text = f"Nothing is subscribed here yet. Try `{command} subscribe tariffs`."
        return notice(text)
    title = f"{len(found)} subscription{'s' if len(found) > 1 else ''} here"
    muted = _muted(found, now)
    row = actions(button("Unmute", UNMUTE)) if muted else ()
    lines = [section(f"• {wish(one, parties)} – {_since(one)}") for one in found]
    off = "" if reminded else f"Reminders are off here: `{command} reminders on` brings them back."
    tail: list[Block] = [context(muted, off), *row] if muted or off else []
    return assemble(title, [section(bold(title))], lines, tail, _more)


def suggestion(asked: str, cause: str, commands: Iterable[str], command: str) -> Message:
    """Says what was not understood, with a button for each thing that may have been meant."""
    offered = list(dict.fromkeys(commands))[:5]
    what = f"I did not understand {quoted(asked)}: {cause}." if asked else cause
    text = f"{what} Did you mean one of these?" if offered else what
    row = actions(
        *(
            button(f"{command} {single_line(each)}", f"{RUN}_{n}", each)
            for n, each in enumerate(offered)
        )
    )
    listed = ", ".join(f"`{command} {escape(each, 80)}`" for each in offered)
    tail = context(f"`{command} help` shows what I can do.")
    return assemble(f"{text} {listed}".strip(), [section(text), *row, tail])


def failed(error_id: str | None) -> Message:
    """Says that the fault is ours, with the id that the operator finds in the log.

    Without one, the database is away.
    """
    if error_id is None:
        return notice("I cannot reach my database at the moment. Please try again in a minute.")
    text = f"That did not work: an error on my side, noted in the log as `{error_id}`."
    return notice(text)


def working() -> Message:
    """Stands until the answer is there."""
    return notice("One moment, I am still looking…")


def drawing() -> Message:
    """Announces an answer with a chart, which comes by itself."""
    return notice("The answer comes in a message of its own.")


def wish(subscription: Subscription, parties: Parties) -> str:
    """What a subscription asks for, as markup."""
    topics = ", ".join(t.label for t in Topic if t in subscription.topics) or "all trade"
    names = " or ".join(party_name(code, parties) for code in sorted(subscription.parties))
    words = " or ".join(quoted(word) for word in subscription.words)
    about = [f"{bold(topics)} stories", f"naming {names}" if names else ""]
    pace = "one digest a day" if subscription.pace is Frequency.DAILY else "as they come"
    return " ".join([*filter(None, [*about, f"with {words}" if words else ""])]) + f", {pace}"


def topics_and_parties(topics: Iterable[Topic], codes: Iterable[str], parties: Parties) -> str:
    """What an unsubscribe named, as markup."""
    named = [TOPIC_WORDS[t] for t in Topic if t in set(topics)]
    named += [party_name(code, parties) for code in sorted(codes)]
    return ", ".join(named) or "everything"


def _undo(subscription: Subscription, command: str) -> str:
    words = [TOPIC_WORDS[t] for t in Topic if t in subscription.topics]
    return " ".join([command, "unsubscribe", *words, *sorted(subscription.parties)])


def _since(subscription: Subscription) -> str:
    by = person(subscription.created_by)
    return " ".join(filter(None, ["since", moment(subscription.created_at), by and f"by {by}"]))


def _muted(found: Sequence[Subscription], now: datetime) -> str:
    until = [s.muted_until for s in found if s.muted_until is not None and s.muted_until > now]
    return f"Muted until {moment(max(until))}." if until else ""


def _more(count: int) -> Block:
    return context(f"… and {count} more.")
