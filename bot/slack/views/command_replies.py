"""Renders the replies of the command service as messages."""

from dataclasses import replace

from bot import COMMAND
from bot.commands import replies
from bot.commands.lines import replies as line_replies
from bot.commands.permissions import OperatorAction
from bot.commands.rates.replies import CalendarFile, CardList, RateAnswers, RateCalendar, RateCard
from bot.commands.request import CommandRequest, Reply
from bot.errors import SlackError
from bot.parties import Parties
from bot.rates.model.answer import TotalBasis
from bot.render.cards import describe_card_state
from bot.render.dates.spells import describe_spells
from bot.render.unread import describe_unread
from bot.render.words import describe_checked_period, format_calendar_title
from bot.slack.blockkit import limits
from bot.slack.blockkit.blocks import (
    Message,
    actions,
    assemble,
    button,
    context,
    count_characters,
    section,
)
from bot.slack.blockkit.mrkdwn import bold, escape, mention_person, quote_text
from bot.slack.views import alerts, feeds
from bot.slack.views.entry.help import make_help_buttons, render_help, render_short_help
from bot.slack.views.events import exclusions
from bot.slack.views.events.digest import render_missed
from bot.slack.views.events.following import render_following
from bot.slack.views.lines.table import render_lines, render_removed, render_to_import
from bot.slack.views.proposals import render_proposal_list
from bot.slack.views.rates import card
from bot.slack.views.rates.calendar import render_calendar
from bot.slack.views.rates.comparison import render_comparison
from bot.slack.views.rates.history import render_history
from bot.slack.views.rates.short import is_one_answer, render_short_answer
from bot.slack.views.rates.table import render_rates_table
from bot.slack.views.reminders import (
    add_deadlines,
    render_deadlines,
    render_quiet_week_switch,
    render_reminder_switch,
)
from bot.slack.views.replies import RUN, render_notice
from bot.slack.views.story_lists import render_latest
from bot.slack.views.subscriptions import outcomes
from bot.slack.views.subscriptions.list import render_subscriptions
from bot.text.single_line import to_single_line

_COVERAGE = (
    "Covered: additional duties of the United States, China, the European Union, Canada and "
    "Mexico, by goods, HS code or law. Not covered: antidumping and countervailing duties, "
    "drawback, tariff-rate quotas, AGOA and GSP."
)
"""What the ledger covers, for a question that was not understood."""


def render_reply(reply: Reply, request: CommandRequest, parties: Parties) -> Message:
    """The message for a reply to the request."""
    match reply:
        case replies.Help():
            return render_short_help() if reply.is_short else render_help()
        case RateAnswers():
            message = _render_rates(reply)
            if reply.as_table:
                message = render_rates_table(reply.answers, parties, message)
            unread = describe_unread(reply.query, parties)
            message = _add_unread(message, unread)
            if reply.answers and reply.answers[0].basis is TotalBasis.GOODS:
                # Says what became of a law that the question names and the total has no more.
                for ended in reversed(reply.ended):
                    state = f"{ended.card.title}: {describe_card_state(ended)}"
                    message = _add_unread(message, state[:1].upper() + state[1:])
            return _add_spells(message, reply, parties)
        case RateCalendar():
            message = _render_calendar(reply, parties)
            return _add_unread(message, describe_unread(reply.query, parties))
        case RateCard():
            if reply.query.sources:
                return card.render_card_details(reply.facts)
            message = card.render_card(reply.facts, reply.query, parties, reply.others)
            return _add_unread(message, describe_unread(reply.query, parties))
        case CardList():
            return card.render_card_list(reply.cards, reply.query.law)
        case CalendarFile():
            title = title_calendar(reply, parties)
            return render_notice(f"{escape(title, 200)}: nothing in our data.")
        case replies.Subscribed():
            return outcomes.render_subscribed(reply, request, parties)
        case replies.Unsubscribed():
            return outcomes.render_unsubscribed(reply, request, parties)
        case replies.ConfirmUnsubscribe():
            return outcomes.render_confirmation(reply, parties)
        case replies.ProposedExclusions():
            return exclusions.render_proposed(reply, parties)
        case replies.PreviewedExclusion():
            return exclusions.render_preview(reply, parties)
        case replies.FollowedEvents():
            return render_following(reply, parties)
        case replies.SubscriptionList():
            return render_subscriptions(reply, parties)
        case replies.SubscriptionChanged() | replies.SubscriptionRemoved():
            return outcomes.render_changed(reply, request, parties)
        case (
            replies.NoSuchSubscription()
            | replies.SubscriptionRefused()
            | replies.TooManyHere()
            | replies.AlreadySubscribed()
            | replies.LinesMissing()
            | replies.NotAMember()
        ):
            return outcomes.render_refusal(reply, parties)
        case replies.Muted() | replies.Unmuted():
            return outcomes.render_mute(reply, request)
        case replies.MissedStories():
            return render_missed(reply, parties)
        case replies.LatestStories():
            return render_latest(reply, parties)
        case replies.ReminderSwitch():
            return render_reminder_switch(reply, request.user)
        case replies.QuietWeekSwitch():
            return render_quiet_week_switch(reply, request.user)
        case replies.FeedStatusList():
            return feeds.render_feed_list(reply)
        case replies.FeedAdded():
            return feeds.render_feed_added(reply.feed)
        case replies.FeedRemoved():
            return feeds.render_feed_removed(reply.feed_id)
        case replies.FeedResumed():
            return feeds.render_feed_resumed(reply.feed_id)
        case replies.FeedRefused():
            return feeds.render_feed_refused(reply.error)
        case line_replies.LinesPage():
            return render_lines(reply, parties)
        case line_replies.LinesToImport():
            return render_to_import(reply)
        case line_replies.RemovedLines():
            return render_removed(reply)
        case line_replies.LinesRefusal():
            return render_notice(escape(reply.cause))
        case replies.ProposalList():
            return render_proposal_list(reply, parties)
        case replies.NotUnderstood():
            return _render_suggestions(reply)
        case replies.Clarification():
            return _render_clarification(reply)
        case replies.TooManyRequests():
            return render_notice(
                f"That was more than {reply.per_minute} requests in a minute. "
                f"Ask again in {reply.wait_s} s."
            )
        case replies.OperatorsOnly():
            return render_operators_only(reply.act, reply.user)
        case _:
            return _render_preference(reply)


def _render_calendar(reply: RateCalendar, parties: Parties) -> Message:
    if reply.topics:
        return render_deadlines(reply, parties)
    return add_deadlines(render_calendar(reply, parties), reply)


def _render_rates(reply: RateAnswers) -> Message:
    # The days of a percentage are a sentence, so its history stays behind a button.
    shows_history = reply.query.history and reply.query.percent is None
    history = render_history(reply.answers, reply.query) if shows_history else None
    if history is not None:
        return history
    if is_one_answer(reply.query, reply.answers):
        return render_short_answer(reply)
    return render_comparison(reply.answers, reply.query, reply.today, reply.cards)


def render_operators_only(act: OperatorAction, user: str) -> Message:
    """Says that only operators may do this, and how a person becomes an operator."""
    setting = "people whose Slack id is in the bot's setting `TARIFFWIRE_OPERATORS`"
    match act:
        case OperatorAction.CHANGE_FEEDS:
            return render_notice(
                f"Only operators add, remove and resume feeds: {setting}. "
                f"Everyone can see the feeds with `{COMMAND} feeds`."
            )
        case OperatorAction.DECIDE_ON_RATES:
            return render_notice(
                f"Only operators decide on rates: {setting}. Yours is `{escape(user, 40)}`; "
                "ask the person who runs the bot to add it."
            )


def title_calendar(file: CalendarFile, parties: Parties) -> str:
    """The title of a calendar file, as plain text."""
    return f"Deadlines: {file.about}" if file.about else format_calendar_title(file.query, parties)


def render_calendar_comment(file: CalendarFile, user: str, parties: Parties) -> str:
    """The comment on a calendar file that is shared in a conversation, as markup."""
    who = mention_person(user)
    kinds = "duties that begin or end, and other deadlines" if file.entries else "deadlines"
    what = f"{_count_dates(file)} for your calendar: {kinds}."
    asked = f"Requested by {who}." if who else ""
    title = escape(title_calendar(file, parties), 300)
    return " ".join(
        filter(
            None, (f"{title}: {what}", asked, escape(describe_checked_period(file.checked_period)))
        )
    )


def render_calendar_shared(file: CalendarFile, error: SlackError | None = None) -> Message:
    """Says that the calendar file was shared in the conversation. If `error` is set, says why it
    was not."""
    if error is None:
        return render_notice(
            f"A calendar file with {_count_dates(file)} is above. Open it to add them to yours."
        )
    cure = f" {escape(error.cure)}." if error.cure else ""
    return render_notice(f"The calendar could not be shared: {escape(error.cause)}.{cure}")


def _count_dates(file: CalendarFile) -> str:
    count = len(file.entries) + len(file.deadlines)
    return f"{count} date{'s' if count > 1 else ''}"


def _render_suggestions(reply: replies.NotUnderstood) -> Message:
    offered = list(dict.fromkeys(reply.suggestions))[:5]
    what = cause = escape(reply.cause)
    if reply.word:
        what = f"I did not understand {quote_text(reply.word)}: {cause}."
    text = f"{what} Did you mean one of these?" if offered else what
    row = actions(
        *(
            button(f"{COMMAND} {to_single_line(each)}", f"{RUN}_{n}", each)
            for n, each in enumerate(offered)
        )
    )
    listed = ", ".join(f"`{COMMAND} {escape(each, 80)}`" for each in offered)
    # Without suggestions, the examples of the help are offered.
    row = row or make_help_buttons()
    covered = _COVERAGE if reply.about_rates else ""
    tail = context(covered, f"`{COMMAND} help` shows what I can do.")
    return assemble(f"{text} {listed}".strip(), [section(text), *row, tail])


def _render_clarification(reply: replies.Clarification) -> Message:
    """The question back, with a button for each reading."""
    row = actions(
        *(
            button(to_single_line(label), f"{RUN}_{n}", command)
            for n, (label, command) in enumerate(reply.options)
        )
    )
    # Descriptions of headings have commas.
    listed = "; ".join(escape(label, 80) for label, _ in reply.options)
    question = escape(reply.question, 300)
    return assemble(f"{question} {listed}", [section(bold(question)), *row])


def _add_unread(message: Message, unread: str, most: int = 300) -> Message:
    """The message, with what the question says and its figure does not take into account."""
    room = limits.MESSAGE_CHARACTERS - count_characters(message.blocks)
    if not unread or len(message.blocks) >= limits.MESSAGE_BLOCKS or len(unread) > room:
        return message
    # Below the title and the figure, which are the first two lines.
    blocks = (*message.blocks[:2], context(escape(unread, most)), *message.blocks[2:])
    instead = message.instead
    return replace(
        message,
        blocks=blocks,
        text=f"{message.text}\n{unread}"[: limits.NOTICE_CHARACTERS],
        instead=_add_unread(instead, unread, most) if instead is not None else None,
    )


def _add_spells(message: Message, reply: RateAnswers, parties: Parties) -> Message:
    """The message with the days of the percentage that the question names: below the figure of
    goods, and above other answers."""
    sentences = describe_spells(reply.spells, reply.query, parties)
    if not sentences:
        return message
    of_goods = bool(reply.query.product and reply.spells and reply.answers)
    if of_goods and reply.answers[0].basis is TotalBasis.GOODS:
        return _add_unread(message, "\n".join(sentences), 800)
    lines = "\n".join(escape(one, 200) for one in sentences)
    instead = message.instead
    return replace(
        _put_first(lines, message),
        instead=_put_first(lines, instead) if instead is not None else None,
    )


def _put_first(lines: str, message: Message) -> Message:
    """The message with one more paragraph at its top, if there is room for it."""
    room = limits.MESSAGE_CHARACTERS - count_characters(message.blocks)
    if len(message.blocks) >= limits.MESSAGE_BLOCKS or len(lines) > room:
        return message
    text = f"{lines}\n{message.text}"[: limits.NOTICE_CHARACTERS]
    return replace(message, text=text, blocks=(section(lines), *message.blocks))


def _render_preference(reply: Reply) -> Message:
    """Confirms that an event was followed or that a story was called not relevant, with a button,
    or that an event was unfollowed."""
    undo = None
    match reply:
        case replies.EventFollowed():
            verb = "Following" if reply.is_new else "Already following"
            text = f"{verb}. Updates will come to you by direct message. "
            text += f"`{COMMAND} following` lists what you follow."
            undo = button("Unfollow", alerts.UNFOLLOW, reply.event_id)
        case replies.MarkedNotRelevant(title=""):
            text = "This story is no longer saved."
        case replies.MarkedNotRelevant():
            noted = "Noted" if reply.is_new else "Noted before"
            text = f"{noted}: {quote_text(reply.title, 150)} is not relevant here. Thank you. The "
            text += "people who run this bot can see it. The subscriptions here stay as they are."
            undo = button("Fewer like this", alerts.FEWER, reply.event_id)
        case _:
            text = "Stopped following this event."
    return Message(text, (section(text), *actions(undo)))
