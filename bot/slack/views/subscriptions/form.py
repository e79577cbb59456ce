"""The modals of subscriptions: the form, the question about another subscription, the result, and
the day until which one pauses.

The id of each block of the form is the name of a field of `SubscriptionForm`, so that Slack shows
an error at the field that causes it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from bot.alerts.subscriptions.model import Subscription
from bot.commands.subscriptions.form import (
    BREAKING,
    DECIDED,
    LINES,
    LONGEST_TEXT,
    OFFICIAL,
    WEEKDAYS,
    SubscriptionForm,
)
from bot.errors import SlackError
from bot.news.state import Severity
from bot.parties import Parties
from bot.slack.blockkit.blocks import Block, Message, actions, button, section
from bot.slack.blockkit.forms import (
    View,
    checkboxes,
    day_input,
    make_input,
    make_modal,
    menu,
    radio_buttons,
    read_values,
    text_input,
)
from bot.slack.blockkit.mrkdwn import bold, link_channel
from bot.slack.views.entry.results import select_for_view
from bot.slack.views.subscriptions.describe import describe_criteria
from bot.slack.views.subscriptions.lines import explain_filter
from bot.values import Frozen, Topic

FORM, QUESTION, RESULT = "subscription_form", "subscription_question", "subscription_result"
"""The callback ids of the modals. The private metadata of all is a `FormState`."""
PAUSE_FORM = "subscription_pause_form"
"""The callback id of the form for a pause."""
PREVIEW = "subscription_preview"
"""The action id of *Preview* in the form."""
KEEP, REPLACE = "keep", "replace"
"""The answers to the question."""
LIMITS = "limits"
"""The block id of the checkboxes with *My lines*."""
PAUSE_UNTIL = "until"
"""The block id of the day in the form for a pause."""

_NONE = "-"
"""Stands for no choice, because Slack allows no empty value."""
_TITLE, _EDIT_TITLE = "Choose what you get", "Edit a subscription"
_LONGEST_METADATA = 3_000
_CHOICES = ("topics", LIMITS, "quiet")
_SEVERITIES = {
    Severity.ROUTINE.value: "All stories",
    Severity.NOTABLE.value: "Notable and breaking stories",
    Severity.BREAKING.value: "Breaking stories only",
}
_FREQUENCIES = {
    "instant": "At once",
    "hourly": "One digest an hour",
    "daily": "One digest a day",
    "weekly": "One digest a week",
}
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class FormState(Frozen):
    """What the modals know: whose subscription it is, and the values of the form."""

    conversation: str
    """The conversation that gets the stories."""
    opened_at: datetime
    """When the form was opened."""
    opened_in: str = ""
    """The conversation in which the form was opened, if it may be another one."""
    subscription: str = ""
    """The id of the subscription that is edited; empty for a new one."""
    needs_invitation: bool = False
    has_lines: bool = False
    """Whether the conversation had a line list when the form was opened."""
    others: tuple[str, ...] = ()
    """The ids of the subscriptions that the question is about."""
    form: SubscriptionForm = SubscriptionForm()


def render_form(state: FormState, user: str, preview: Sequence[Block] = ()) -> View:
    """The form with the values of `state`, and below it what a preview found."""
    form = state.form
    place = "you" if state.conversation == user else link_channel(state.conversation)
    blocks = [
        section(f"Stories go to {place}. Only those that match all filters below are sent."),
        *_render_filters(form, explain_filter(state.conversation, has_lines=state.has_lines)),
        *_render_times(form),
        *actions(button("Preview", PREVIEW)),
        *preview,
    ]
    title = _EDIT_TITLE if state.subscription else _TITLE
    kept = state.model_copy(update={"form": SubscriptionForm()})
    metadata = kept.model_dump_json(exclude_defaults=True)
    return make_modal(
        title, blocks, close="Cancel", submit="Save", callback_id=FORM, metadata=metadata
    )


class FormOutdated(SlackError):
    """Raised for a modal of another version of the bot."""


def read_form(view: Mapping[str, Any]) -> FormState:
    """What a submitted form says. Raises FormOutdated."""
    values = {name: value for name, value in read_values(view).items() if value and value != _NONE}
    chosen: dict[str, object] = {
        name: values[name] for name in SubscriptionForm.model_fields if name in values
    }
    for name in _CHOICES:
        chosen[name] = tuple(filter(None, values.get(name, "").split(",")))
    try:
        form = SubscriptionForm.model_validate(chosen)
    except ValidationError as error:
        raise FormOutdated(FORM, "fields of another version") from error
    return read_state(view).model_copy(update={"form": form})


def read_state(view: Mapping[str, Any]) -> FormState:
    """What a modal knows. Raises FormOutdated."""
    try:
        return FormState.model_validate_json(str(view.get("private_metadata") or ""))
    except ValidationError as error:
        raise FormOutdated(FORM, "metadata of another version") from error


def render_question(
    state: FormState,
    wider: Sequence[Subscription],
    narrower: Sequence[Subscription],
    parties: Parties,
) -> View | None:
    """Asks what to do with subscriptions that cover the new one, or that it covers.

    Returns None if the values are too long to be kept meanwhile.
    """
    others = wider or narrower
    named = "\n".join(f"• {describe_criteria(one.criteria, parties)}" for one in others[:5])
    if wider:
        question, replace = "Narrow to this?", "Narrow: replace it with the new one"
        text = f"{bold(question)} This subscription here sends all of these stories already:"
    else:
        question, replace = "Keep both?", "Replace it with the new one"
        text = f"{bold(question)} The new subscription also sends all stories of this one:"
    if len(others) > 1:
        text = text.replace("This subscription here sends", "These subscriptions here send")
        text = text.replace("of this one", "of these")
        replace = replace.replace(" it ", " them ")
    choices = {KEEP: "Keep both", REPLACE: replace}
    asked = state.model_copy(update={"others": tuple(one.id for one in others)})
    metadata = asked.model_dump_json(exclude_defaults=True)
    if len(metadata) > _LONGEST_METADATA:
        return None
    blocks = [
        section(f"{text}\n{named}"),
        make_input("answer", "What to do", radio_buttons(choices, KEEP)),
    ]
    return make_modal(
        _TITLE, blocks, close="Cancel", submit="Save", callback_id=QUESTION, metadata=metadata
    )


def wants_replacement(view: Mapping[str, Any]) -> bool:
    """Whether the answer to the question is to replace the other subscriptions."""
    return read_values(view).get("answer") == REPLACE


def render_saved(message: Message, preview: Sequence[Block]) -> View:
    """Shows the saved subscription, and the messages that it would have sent."""
    return make_modal("Saved", [*select_for_view(message), *preview])


def render_refused(message: Message, state: FormState) -> View:
    """Says why nothing was saved. *Back* shows the form again with its values."""
    metadata = state.model_dump_json(exclude_defaults=True)
    fits = len(metadata) <= _LONGEST_METADATA
    return make_modal(
        "Not saved",
        select_for_view(message),
        submit="Back" if fits else "",
        callback_id=RESULT if fits else "",
        metadata=metadata,
    )


def render_pause_form(state: FormState) -> View:
    """Asks until which day a subscription pauses."""
    day = day_input(PAUSE_UNTIL, "Pause until", "", "Stories come again from this day on")
    return make_modal(
        "Pause",
        [day],
        close="Cancel",
        submit="Pause",
        callback_id=PAUSE_FORM,
        metadata=state.model_dump_json(exclude_defaults=True),
    )


def read_pause_form(view: Mapping[str, Any]) -> tuple[FormState, str]:
    """The subscription, and the day in ISO format."""
    return read_state(view), read_values(view).get(PAUSE_UNTIL, "")


def _render_filters(form: SubscriptionForm, about_lines: str) -> list[Block]:
    topics = {topic.value: topic.label.capitalize() for topic in Topic}
    limits = {
        DECIDED: "Decisions, no threats or talks",
        OFFICIAL: "Official sources",
        LINES: "My lines: stories that touch them",
    }
    pairs = "us china: both. us, china: either. us on china: US duties on China."
    return [
        make_input("topics", "Topics", checkboxes(topics, form.topics), "None: all", optional=True),
        _text("economies", "Economies", form.economies, pairs),
        _text("goods", "Goods or HS codes", form.goods, "For example: steel, solar cells, 8507"),
        _text("words", "With one of these words", form.words, "Separated by commas"),
        _text("without", "Without these words", form.without, "Separated by commas"),
        make_input(LIMITS, "Only", checkboxes(limits, form.limits), about_lines, optional=True),
        make_input("severity", "Importance", menu(_SEVERITIES, form.severity)),
    ]


def _render_times(form: SubscriptionForm) -> list[Block]:
    hours = {str(hour): f"{hour}:00" for hour in range(24)}
    at = {_NONE: "Default hour", **hours}
    quiet = {_NONE: "None", **hours}
    weekdays = {str(number): name for number, name in enumerate(_WEEKDAYS)}
    options = {WEEKDAYS: "Weekdays only", BREAKING: "Breaking stories come at any time"}
    zone = "A city, such as Tokyo. Empty: the default time zone"
    return [
        make_input("frequency", "How often", menu(_FREQUENCIES, form.frequency)),
        make_input("weekday", "Day of weekly digests", menu(weekdays, form.weekday), optional=True),
        make_input("hour", "Hour of digests", menu(at, form.hour or _NONE), optional=True),
        _text("zone", "Time zone", form.zone, zone),
        make_input(
            "quiet_from",
            "Quiet from",
            menu(quiet, form.quiet_from or _NONE),
            "Stories wait until the quiet hours end",
            optional=True,
        ),
        make_input("quiet_to", "Quiet until", menu(quiet, form.quiet_to or _NONE), optional=True),
        make_input("quiet", "Quiet times", checkboxes(options, form.quiet), optional=True),
    ]


def _text(field: str, label: str, value: str, hint: str) -> Block:
    return text_input(field, label, value, hint, optional=True, longest=LONGEST_TEXT)
