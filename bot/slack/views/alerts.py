"""Renders stories as messages: alerts, follow-ups in the threads of alerts, digests, and
explanations of why a story was posted."""

from collections.abc import Sequence
from decimal import Decimal

from bot import COMMAND
from bot.alerts.digest import group_by_event
from bot.commands.replies import LatestStories
from bot.news.story import Evidence, Figure, Story
from bot.parties import Parties
from bot.slack.blockkit import limits
from bot.slack.blockkit.blocks import (
    Block,
    Message,
    actions,
    assemble,
    button,
    context,
    fit_items,
    section,
)
from bot.slack.blockkit.mrkdwn import bold, cut, escape, format_moment, link, quote_text
from bot.text.single_line import to_single_line
from bot.values import Frozen

OPEN = "alert_open"
FOLLOW = "alert_follow"
UNFOLLOW = "alert_unfollow"
MUTE = "alert_mute"
WHY = "alert_why"
MUTE_EVENT = "mute_event"
UNMUTE_EVENT = "mute_event_off"
MUTE_DAY = "mute_day"
UNMUTE = "mute_off"
LEAVE = "mute_unsubscribe"

MAY_REPEAT = "may repeat"
"""Marks a message that is sent again because an earlier attempt may have arrived."""


class WhyValue(Frozen):
    """The value of a 'Why?' button: the story's id, and the reason why this conversation got the
    story."""

    story: str
    reason: str

    def encode(self) -> str:
        """The value as text, within Slack's limit for a button."""
        room = limits.BUTTON_VALUE_CHARACTERS - len(self.story) - 50
        # As JSON, the text may become twice as long.
        reason = cut(to_single_line(self.reason), room // 2)
        return self.model_copy(update={"reason": reason}).model_dump_json()


def render_alert(
    story: Story, parties: Parties, reason: str, *, may_repeat: bool = False
) -> Message:
    """The first message about an event: headline, figures, source, and a button that explains why
    the conversation got it."""
    head: list[Block] = [
        section("\n".join(filter(None, (_format_headline(story), escape(story.summary, 1200)))))
    ]
    if story.figures:
        head.append(section(_format_figures(story, parties)))
    head.append(context(_format_topics(story), _format_parties(story, parties)))
    tail = context(
        _format_source(story),
        f"Why: {escape(reason, 200)}" if reason else "",
        _mark_repeat(may_repeat),
    )
    return assemble(
        _format_notice(story, parties), head, tail=[tail, *_make_buttons(story, reason)]
    )


def render_follow_up(
    stories: Sequence[Story], parties: Parties, *, followed: str = "", may_repeat: bool = False
) -> Message:
    """Further stories on an event, as short lines for the thread of its alert.

    If the message goes to a person who follows the event, `followed` is the event's id; otherwise
    it is empty.
    """
    lines = [section(_format_line(story, parties)) for story in stories]
    tail: list[Block] = [context(_mark_repeat(True))] if may_repeat else []
    if followed:
        tail += [
            context("You follow this event."),
            *actions(button("Unfollow", UNFOLLOW, followed)),
        ]
    notice = "\n".join(_format_notice(story, parties) for story in stories)
    return assemble(notice, [], lines, tail, _make_left_out)


def render_digest(
    stories: Sequence[Story], parties: Parties, reason: str, *, may_repeat: bool = False
) -> tuple[Message, ...]:
    """Many stories, grouped by event. The first message of the result is followed by replies with
    the stories that do not fit into it."""
    count = f"{len(stories)} trade {'story' if len(stories) == 1 else 'stories'}"
    first = f": {escape(stories[0].title)}" if stories else ""
    why = f"Why: {escape(reason, 200)}" if reason else ""
    head, tail = [section(bold(f"Your digest: {count}"))], [context(why, _mark_repeat(may_repeat))]
    # The mark always gets its space, with or without `may_repeat`. So a retry divides the stories
    # in the same way.
    marked = [*head, context(why, _mark_repeat(True))]
    lines: Sequence[Block] = [
        section(("" if place == 0 else "↳ ") + _format_line(story, parties))
        for reports in group_by_event(stories)
        for place, story in enumerate(reports)
    ]
    kept, lines = _split_where_full(marked, lines)
    messages = [assemble(f"Your digest: {count}{first}", head, kept, tail)]
    while lines:
        more = [section(bold("Your digest, continued"))]
        kept, lines = _split_where_full(more, lines)
        messages.append(assemble("Your digest, continued", more, kept))
    return tuple(messages)


def _split_where_full(
    fixed: Sequence[Block], items: Sequence[Block]
) -> tuple[Sequence[Block], Sequence[Block]]:
    """The items that fit into one message together with the fixed blocks, and the rest. The first
    part has at least one item."""
    room = limits.MESSAGE_CHARACTERS - limits.NOTICE_CHARACTERS
    kept, _ = fit_items(fixed, items, None, limits.MESSAGE_BLOCKS, room)
    kept = kept or tuple(items[:1])
    return kept, items[len(kept) :]


def render_latest(reply: LatestStories, parties: Parties) -> Message:
    """The newest stories."""
    about = f" on {reply.topic.label}" if reply.topic else ""
    if not reply.stories:
        nothing = f"No stories{about} yet."
        return Message(nothing, (section(nothing),))
    title = f"Latest stories{about}"
    lines = [section(_format_line(story, parties)) for story in reply.stories]
    return assemble(title, [section(bold(title))], lines, (), _make_left_out)


def render_why(story: Story, reason: str) -> Message:
    """Why a story was posted here: the subscription, the matched words and rule, and the feed."""
    lines = [f"• Subscribed here: {escape(reason, 300)}."] if reason else []
    lines += [f"• {_format_evidence(found)}" for found in story.evidence[:12]]
    lines.append(f"• Feed: {quote_text(story.source)} ({story.kind.value}).")
    change = f"See `{COMMAND} list` and `{COMMAND} unsubscribe` to change this."
    head = [section(f"{bold('Why you see this')}: {escape(story.title, 300)}")]
    return assemble("Why you see this", [*head, section("\n".join(lines)), context(change)])


def render_mute_choices(event_id: str) -> Message:
    """A button for each way to get fewer alerts."""
    text = "Mute…"
    row = actions(
        button("This event", MUTE_EVENT, event_id),
        button("Everything for 24 hours", MUTE_DAY),
        button("Unsubscribe this conversation", LEAVE, style="danger"),
    )
    return Message(text, (section(bold(text)), *row))


def format_percent(value: Decimal) -> str:
    """The number as `12.5%`, with all its digits except trailing zeros."""
    return f"{_format_digits(value)}%"


def format_figure(figure: Figure, parties: Parties) -> str:
    """A figure as one line of markup: the parties, the goods, the change of the rate, and the
    amount."""
    imposer, partner = (
        format_party(code, parties) if code else "" for code in (figure.imposer, figure.partner)
    )
    if imposer and partner:
        who = f"{imposer} on {partner}"
    else:
        who = f"by {imposer}" if imposer else f"on {partner}" if partner else ""
    subject = ", ".join(filter(None, (who, escape(figure.product or "", 100))))
    amounts = [_format_change(figure), _format_dollars(figure.amount_usd)]
    change = ", ".join(filter(None, amounts))
    return f"{subject}: {bold(change)}" if subject and change else subject or bold(change)


def format_party(code: str, parties: Parties) -> str:
    """The party's flag and name as markup. A party that is not in the catalog is shown by its
    code."""
    if code not in parties:
        return escape(code, 80)
    party = parties.get(code)
    return escape(f"{party.flag} {party.name}", 80)


def _format_headline(story: Story) -> str:
    return bold(link(story.link, story.title or "(without a title)", 600))


def _format_figures(story: Story, parties: Parties) -> str:
    lines = [format_figure(figure, parties) for figure in story.figures[:8]]
    return "\n".join(f"• {line}" for line in lines if line)


def _format_change(figure: Figure) -> str:
    before, after = figure.from_percent, figure.to_percent
    if before is not None and after is not None:
        return f"{format_percent(before)} → {format_percent(after)}"
    if after is not None:
        return format_percent(after)
    return f"from {format_percent(before)}" if before is not None else ""


def _format_dollars(amount: Decimal | None) -> str:
    if amount is None:
        return ""
    for name, unit in (("trillion", 12), ("billion", 9), ("million", 6)):
        if abs(amount) >= Decimal(10) ** unit:
            return f"US$ {_format_digits(amount.scaleb(-unit))} {name}"
    return f"US$ {_format_digits(amount)}"


def _format_digits(value: Decimal) -> str:
    shown = format(value, "f")
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def _format_topics(story: Story) -> str:
    return " · ".join(topic.label for topic in story.topics)


def _format_parties(story: Story, parties: Parties) -> str:
    return " · ".join(format_party(code, parties) for code in story.parties[:12])


def _format_source(story: Story) -> str:
    return f"{escape(story.source, 120)}, {format_moment(story.published)}"


def _mark_repeat(may_repeat: bool) -> str:
    return f"({MAY_REPEAT})" if may_repeat else ""


def _format_line(story: Story, parties: Parties) -> str:
    figures = "; ".join(filter(None, (format_figure(f, parties) for f in story.figures[:3])))
    about = " · ".join(filter(None, (_format_topics(story), _format_parties(story, parties))))
    return "\n".join(
        filter(None, (_format_headline(story), figures, f"{about} — {_format_source(story)}"))
    )


def _format_notice(story: Story, parties: Parties) -> str:
    """The alert as text. Notifications show it, and it is posted if Slack refuses the blocks."""
    tags = ", ".join(filter(None, (_format_topics(story), _format_parties(story, parties))))
    figures = "; ".join(filter(None, (format_figure(f, parties) for f in story.figures[:3])))
    lines = [f"{link(story.link, story.title, 400)} ({tags})", figures, escape(story.summary, 400)]
    return "\n".join(filter(None, lines))


def _make_left_out(count: int) -> Block:
    return context(f"… and {count} more: `{COMMAND} latest` shows the newest.")


def _format_evidence(found: Evidence) -> str:
    rule = escape(found.rule, 80)
    return (
        f"It is about {found.topic.label}: {quote_text(found.words)} in the {found.where} ({rule})."
    )


def _make_buttons(story: Story, reason: str) -> tuple[Block, ...]:
    event = story.event_id or story.id
    return actions(
        button("Open", OPEN, url=story.link) if story.link else None,
        button("Follow event", FOLLOW, event),
        button("Mute…", MUTE, event),
        button("Why?", WHY, WhyValue(story=story.id, reason=reason).encode()),
    )
