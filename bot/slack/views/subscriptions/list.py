"""Renders the subscriptions of a conversation, or of a person, as rows with buttons."""

from collections.abc import Collection, Sequence
from datetime import datetime

from bot import COMMAND
from bot.alerts.mutes import Mute, MuteKind
from bot.alerts.subscriptions.model import Subscription
from bot.commands import replies
from bot.parties import Parties
from bot.slack.blockkit.blocks import (
    Block,
    Element,
    Message,
    actions,
    assemble,
    button,
    context,
    section,
)
from bot.slack.blockkit.forms import menu
from bot.slack.blockkit.mrkdwn import bold, escape, format_moment, link_channel, mention_person
from bot.slack.views.subscriptions.describe import describe_subscription
from bot.slack.views.subscriptions.lines import explain_silence
from bot.slack.views.subscriptions.outcomes import format_id, format_mute

ADD, EDIT = "subscription_add", "subscription_edit"
PAUSE, RESUME, REMOVE = "subscription_pause", "subscription_resume", "subscription_remove"
MORE = "subscription_more"
"""The action ids of the buttons. The value of `ADD` is empty, and that of `MORE` is the number of a
page. The value of the others is the id of a subscription and, unless it is 1, the number of the
page on which it is listed. With `PAUSE`, a choice comes before it."""
UNMUTE = "subscription_unmute"
"""Begins the action id of a button that ends a mute. Its value is the number of the page, and the
topic if the mute is of a topic."""
DAY, WEEK, UNTIL = "day", "week", "until"
"""The choices of the menu `PAUSE`. A space and the subscription's id follow."""

PAGE = 6
"""Subscriptions with buttons that fit into one message."""
_PAUSES = {DAY: "For a day", WEEK: "For a week", UNTIL: "Until a day…"}
_CHOOSE = "Choose what you get"


def render_subscriptions(
    reply: replies.SubscriptionList, parties: Parties, page: int = 1
) -> Message:
    """A page of the subscriptions of a conversation, and its mutes."""
    found = reply.subscriptions
    page = max(min(page, -(-len(found) // PAGE)), 1)
    add = button("Add", ADD, style="primary")
    muted = context(*map(format_mute, reply.mutes)) if reply.mutes else None
    unmute = _build_unmute_buttons(reply.mutes, page)
    if not found:
        text = f"No subscriptions here yet. Press the button or type `{COMMAND} subscribe tariffs`."
        row = actions(button(_CHOOSE, ADD, style="primary"), *unmute)
        return Message(text, (section(text), *([muted] if muted else []), *row))
    start = (page - 1) * PAGE
    shown = found[start : start + PAGE]
    left = len(found) - start - len(shown)
    title = f"{len(found)} subscription{'s' if len(found) > 1 else ''} here"
    rows = [
        block
        for one in shown
        for block in render_row(
            one,
            reply.now,
            f"{_format_since(one)} · `{format_id(one)}`",
            parties,
            page,
            is_silent=one.id in reply.silent,
        )
    ]
    off = f"Reminders are off here. `{COMMAND} reminders on` turns them on."
    tail = [*([muted] if muted else []), *([] if reply.reminders_on else [context(off)])]
    more = button(f"{left} more", MORE, str(page + 1)) if left > 0 else None
    tail += actions(more, add, *unmute)
    return assemble(title, [section(bold(title))], rows, tail)


def render_own(
    found: Sequence[Subscription],
    user: str,
    now: datetime,
    parties: Parties,
    most: int,
    hidden: int = 0,
    silent: Collection[str] = (),
) -> list[Block]:
    """The subscriptions of a person, for the Home tab. `hidden` is the number of those that the
    person made in channels in which Slack does not show them, and `silent` the ids of those that
    send nothing without a line list."""
    blocks: list[Block] = []
    for one in found[:most]:
        place = "to you" if one.conversation == user else f"to {link_channel(one.conversation)}"
        blocks += render_row(one, now, place, parties, is_silent=one.id in silent)
    if len(found) > most:
        blocks.append(context(f"… and {len(found) - most} more."))
    if hidden:
        blocks.append(context(_format_hidden(hidden)))
    if not found:
        blocks.append(section("None yet. Choose which stories come to you in direct messages."))
    add = button("Add" if found else _CHOOSE, ADD, style="primary")
    return [*blocks, *actions(add)]


def render_row(
    subscription: Subscription,
    now: datetime,
    detail: str,
    parties: Parties,
    page: int = 1,
    *,
    is_silent: bool = False,
) -> list[Block]:
    """A subscription in words, with its buttons. `detail` is markup in small print.

    `page` is the page of a list of which the row is a part. `is_silent` says that the subscription
    sends nothing, because there is no line list.
    """
    value = subscription.id + (f" {page}" if page > 1 else "")
    what = describe_subscription(subscription, parties)
    question = "Its stories no longer come. This cannot be undone."
    row = actions(
        button("Edit", EDIT, value),
        *([button("Resume", RESUME, value)] if subscription.is_paused(now) else []),
        {**menu(_make_pauses(value), "", "Pause"), "action_id": PAUSE},
        button("Remove", REMOVE, value, confirm=question),
    )
    silent = f"\n:warning: {explain_silence(subscription.conversation)}" if is_silent else ""
    return [section(f"{what}\n{detail}{silent}{_format_pauses(subscription, now)}"), *row]


def render_introduction() -> Message:
    """The first post in a channel."""
    text = (
        "Hello. I post news about tariffs, trade talks and trade court rulings here: "
        f"each event once, with the rate and the source. Ask me about rates with `{COMMAND}`."
    )
    return Message(text, (section(text), *actions(button(_CHOOSE, ADD, style="primary"))))


def _format_hidden(count: int) -> str:
    what = "1 that you created is" if count == 1 else f"{count} that you created are"
    return (
        f"{what} not shown, because I do not see you in the channel. If you are there, "
        f"`{COMMAND} list` shows them."
    )


def read_row(value: str) -> tuple[str, int]:
    """The subscription's id, and the page, in the value of a button or a choice of `PAUSE`."""
    words = value.split()
    if words and words[0] in _PAUSES:
        words = words[1:]
    subscription_id, page = [*words, "", ""][:2]
    return subscription_id, int(page) if page.isdecimal() else 1


def read_mute(value: str) -> tuple[str, int]:
    """The muted topic (empty for the whole conversation) and the page in the value of `UNMUTE`."""
    page, _, topic = value.partition(" ")
    return topic, int(page) if page.isdecimal() else 1


def _build_unmute_buttons(mutes: Sequence[Mute], page: int) -> list[Element | None]:
    wide = [mute for mute in mutes if mute.kind is not MuteKind.EVENT]
    return [
        button("Unmute", f"{UNMUTE}_{number}", f"{page} {mute.subject}".strip())
        for number, mute in enumerate(wide)
    ]


def _make_pauses(value: str) -> dict[str, str]:
    return {f"{name} {value}": label for name, label in _PAUSES.items()}


def _format_since(subscription: Subscription) -> str:
    who = mention_person(subscription.created_by)
    return f"since {format_moment(subscription.created_at)}" + (f" by {who}" if who else "")


def _format_pauses(subscription: Subscription, now: datetime) -> str:
    until, paused_at = subscription.paused_until, subscription.paused_at
    paused = f"\nPaused until {format_moment(until)}." if until and until > now else ""
    if paused_at is None:
        return paused
    reason = escape(subscription.paused_reason)
    again = f"{bold('Resume')} ends the pause."
    since = format_moment(paused_at)
    return f"{paused}\n:warning: paused since {since}: {reason}. {again}"
