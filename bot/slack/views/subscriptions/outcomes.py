"""Renders the replies of commands about subscriptions and mutes."""

from bot import COMMAND
from bot.alerts.mutes import Mute, MuteKind
from bot.alerts.subscriptions.model import Subscription
from bot.commands import replies
from bot.commands.permissions import SubscriptionPolicy
from bot.commands.request import CommandRequest, Reply
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
from bot.slack.blockkit.mrkdwn import escape, format_moment, link_channel, mention_person
from bot.slack.views import alerts
from bot.slack.views.replies import render_notice
from bot.slack.views.subscriptions.describe import (
    SHORT_ID,
    describe_criteria,
    describe_mute,
    describe_subscription,
)
from bot.slack.views.subscriptions.lines import explain_missing

UNMUTE_TOPIC = "mute_topic_off"
UNSUBSCRIBE = "unsubscribe_confirmed"
"""The value of the button is the ids of the subscriptions and the arguments of `unsubscribe`."""
_MOST_CONFIRMED = 100
"""Maximum subscriptions that one button can end."""
_END = "|"
"""Ends the ids in the value of the button."""


def render_subscribed(
    reply: replies.Subscribed, request: CommandRequest, parties: Parties
) -> Message:
    """Says what the conversation gets from now on, or that it gets it already."""
    subscription = reply.subscription
    what, who = (
        describe_subscription(subscription, parties),
        mention_person(subscription.created_by),
    )
    note = ""
    if reply.ended_pause:
        note = "The pause of the subscriptions here ended. The queued messages are sent now."
    if not reply.is_new:
        text = f"Already subscribed: {what}."
    else:
        text = f"{who} subscribed: {what}." if who else f"Subscribed: {what}."
        if request.needs_invitation:
            note = (
                f"This channel is private. `/invite` me, so that I can post here. {note}".rstrip()
            )
    covering = ""
    if reply.covered_by:
        wider = describe_criteria(reply.covered_by[0].criteria, parties)
        covering = f"Another subscription here sends all of it already: {wider}."
    undo = f"To unsubscribe: `{COMMAND} unsubscribe {format_id(subscription)}`"
    return assemble(text, [section(text), context(note, covering, undo)])


def render_unsubscribed(
    reply: replies.Unsubscribed, request: CommandRequest, parties: Parties
) -> Message:
    """Says from what the conversation is unsubscribed."""
    is_all = reply.criteria == type(reply.criteria)()
    what = "everything" if is_all else describe_criteria(reply.criteria, parties)
    if not reply.count:
        text = f"Nothing changed: this conversation has no subscription to {what}."
        return assemble(text, [section(text), context(f"`{COMMAND} list` shows all of them.")])
    text = f"{mention_person(request.user)} unsubscribed this conversation from {what}."
    noun = "1 subscription" if reply.kept == 1 else f"{reply.kept} subscriptions"
    kept = f"Not changed: {noun} made by other people." if reply.kept else ""
    return assemble(text, [section(text), *([context(kept)] if kept else [])])


def render_confirmation(reply: replies.ConfirmUnsubscribe, parties: Parties) -> Message:
    """Asks whether to unsubscribe, with the subscriptions that this ends or changes."""
    ended = reply.subscriptions[:_MOST_CONFIRMED]
    count = len(ended)
    one = f"Unsubscribe this conversation? This ends or changes {count} "
    text = one + ("subscription" if count == 1 else "subscriptions") + " here:"
    lines = [section(f"• {describe_subscription(each, parties)}") for each in ended]
    value = f"{' '.join(each.id for each in ended)} {_END} {reply.arguments}"
    row = actions(button("Unsubscribe", UNSUBSCRIBE, value, style="danger"))
    return assemble(text, [section(text)], lines, row, _make_left_out)


def read_confirmed(value: str) -> tuple[tuple[str, ...], str]:
    """The ids and the arguments in the value of the button `UNSUBSCRIBE`."""
    ids, end, arguments = value.partition(_END)
    return (tuple(ids.split()), arguments.strip()) if end else ((), value)


def render_changed(
    reply: replies.SubscriptionChanged | replies.SubscriptionRemoved,
    request: CommandRequest,
    parties: Parties,
) -> Message:
    """Says what a subscription is now, or that it was removed."""
    who, subscription = mention_person(request.user), reply.subscription
    what = describe_subscription(subscription, parties)
    if isinstance(reply, replies.SubscriptionRemoved):
        text = f"{who} removed a subscription: {what}."
    elif (
        reply.kind is replies.SubscriptionChangeKind.PAUSED
        and subscription.paused_until is not None
    ):
        until = format_moment(subscription.paused_until)
        text = f"{who} paused a subscription until {until}: {what}."
    elif reply.kind is replies.SubscriptionChangeKind.RESUMED:
        text = f"{who} ended the pause of a subscription: {what}."
    else:
        text = f"{who} changed a subscription: {what}."
    return assemble(text, [section(text), context(f"`{COMMAND} list` shows all of them.")])


def render_refusal(reply: Reply, parties: Parties) -> Message:
    """Says why nothing was changed."""
    match reply:
        case replies.AlreadySubscribed():
            what = describe_subscription(reply.subscription, parties)
            return render_notice(
                f"Nothing was saved: another subscription has the same filters: {what}. "
                f"`{COMMAND} list` shows it as `{format_id(reply.subscription)}`."
            )
        case replies.LinesMissing():
            return render_notice(f"Nothing was saved. {explain_missing(reply.conversation)}")
        case replies.NotAMember():
            place = link_channel(reply.conversation)
            if reply.is_known:
                return render_notice(f"You are not in {place}, so you cannot change that there.")
            return render_notice(
                f"I cannot check whether you are in {place}. Use `{COMMAND}` there instead."
            )
        case replies.NoSuchSubscription():
            if not reply.id:
                return render_notice(
                    f"Which subscription? `{COMMAND} list` shows them with their ids, such as "
                    "`#3fa2c1`."
                )
            return render_notice(
                f"There is no subscription `#{escape(reply.id, 40)}` here. `{COMMAND} list` has "
                "them."
            )
        case replies.TooManyHere():
            return render_notice(
                f"This conversation has reached its limit of {reply.limit} subscriptions. "
                f"Remove one first: `{COMMAND} list` shows them."
            )
        case replies.SubscriptionRefused(policy=SubscriptionPolicy.MAKER):
            maker = mention_person(reply.maker)
            by = f"{maker}, who made it," if maker else "The person who made it"
            return render_notice(f"{by} or an operator can change this subscription.")
        case _:
            return render_notice("Only operators change subscriptions and mutes in channels.")


def render_mute(reply: replies.Muted | replies.Unmuted, request: CommandRequest) -> Message:
    """Names the mute that began, with a button that ends it, or the mute that ended."""
    who, what = mention_person(request.user), describe_mute(reply.mute)
    if isinstance(reply, replies.Unmuted):
        text = f"{who} unmuted {what} here. A button shows any missed stories."
        return Message(text, (section(text),))
    until = reply.mute.until
    end = f" until {format_moment(until)}" if until is not None else ""
    text = f"{who} muted {what} here{end}. Afterwards, a button shows the missed stories."
    return Message(text, (section(text), *actions(_build_undo(reply.mute, "Unmute"))))


def format_id(subscription: Subscription) -> str:
    """The beginning of the id, as people type it: `#3fa2c1`."""
    return f"#{subscription.id[:SHORT_ID]}"


def format_mute(mute: Mute) -> str:
    """What is muted and until when, as markup."""
    what = "an event" if mute.kind is MuteKind.EVENT else describe_mute(mute)
    until = f" until {format_moment(mute.until)}" if mute.until is not None else ""
    return f"Muted{until}: {what}."


def _build_undo(mute: Mute, label: str) -> Element | None:
    match mute.kind:
        case MuteKind.EVENT:
            return button(label, alerts.UNMUTE_EVENT, mute.subject)
        case MuteKind.TOPIC:
            return button(label, f"{UNMUTE_TOPIC}_{mute.subject}", mute.subject)
        case MuteKind.CONVERSATION:
            return button(label, alerts.UNMUTE)


def _make_left_out(count: int) -> Block:
    return context(f"… and {count} more.")
