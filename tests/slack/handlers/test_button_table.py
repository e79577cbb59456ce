"""Every button of the bot's messages has a handler, and proposal buttons require an operator."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.commands.permissions import OperatorAction
from bot.slack.handlers.buttons import BUTTONS
from bot.slack.handlers.menus import ALERT_CHOICES, ANSWER_CHOICES
from bot.slack.views import alerts, data_checks, proposals
from bot.slack.views.entry import home
from bot.slack.views.events import exclusions
from bot.slack.views.events.digest import SHOW_MISSED
from bot.slack.views.events.touched import SHOW_TOUCHED
from bot.slack.views.lines import table as line_table
from bot.slack.views.rates import short
from bot.slack.views.replies import CHECK_PRODUCT, DETAILS, RUN
from bot.slack.views.subscriptions import form as subscription_form
from bot.slack.views.subscriptions import list as subscription_list
from bot.slack.views.subscriptions import outcomes
from tests.slack.samples import ROOT

IDS = {
    **{name: value for name, value in vars(alerts).items() if name.isupper()},
    **{name: value for name, value in vars(proposals).items() if name.isupper()},
    "UNDO_CONFIRM": data_checks.UNDO_CONFIRM,
    "SHARE": short.SHARE,
    "MORE": alerts.MORE,
    "CHECK_PRODUCT": CHECK_PRODUCT,
    "DETAILS": DETAILS,
    "ADD": subscription_list.ADD,
    "EDIT": subscription_list.EDIT,
    "RESUME": subscription_list.RESUME,
    "REMOVE": subscription_list.REMOVE,
    "PREVIEW": subscription_form.PREVIEW,
    "UNSUBSCRIBE": outcomes.UNSUBSCRIBE,
    "APPLY": exclusions.APPLY,
    "UPLOAD_LINES": line_table.UPLOAD_LINES,
    "REMOVE_LINES": line_table.REMOVE_LINES,
    "ASK": home.ASK,
    "SHOW_TOUCHED": SHOW_TOUCHED,
    "PROPOSALS": home.PROPOSALS,
}


def used_action_ids() -> Iterator[str]:
    """The names of the constants that views use as action ids of buttons."""
    for file in Path(ROOT / "bot" / "slack" / "views").rglob("*.py"):
        text = file.read_text("utf-8")
        yield from re.findall(r"overflow\(\s*([A-Z_]+)", text)
        yield from re.findall(r'button\(\s*(?:f?"[^"]*"|[^,()]*),\s*(?:alerts\.)?([A-Z_]+)', text)


def test_every_button_has_a_handler() -> None:
    names = set(used_action_ids())
    assert len(names) > 10
    assert {IDS[name] for name in names} <= BUTTONS.keys()


def test_every_choice_of_an_alert_has_a_handler() -> None:
    choices = {value for name, value in vars(alerts).items() if name.endswith("_CHOICE")}
    assert choices == set(ALERT_CHOICES)


def test_every_choice_of_an_answer_has_a_handler() -> None:
    choices = {value for name, value in vars(short).items() if name.endswith("_CHOICE")}
    assert choices == set(ANSWER_CHOICES)
    assert short.MORE in BUTTONS


def test_every_numbered_command_button_has_a_handler() -> None:
    patterns = [key for key in BUTTONS if isinstance(key, re.Pattern)]
    [pattern] = [key for key in patterns if key.match(f"{RUN}_0")]
    assert pattern.match(f"{RUN}_12")
    assert not pattern.match(f"{RUN}_x")


@pytest.mark.parametrize(
    "action_id",
    [
        f"{SHOW_MISSED}_2",
        f"{exclusions.PREVIEW}_0",
        f"{alerts.MUTE_TOPIC}_tariff",
        f"{outcomes.UNMUTE_TOPIC}_tariff",
    ],
)
def test_every_button_of_a_page_or_a_topic_has_one_handler(action_id: str) -> None:
    patterns = [key for key in BUTTONS if isinstance(key, re.Pattern)]
    assert len([key for key in patterns if key.search(action_id)]) == 1


def test_only_operators_may_use_the_buttons_of_a_proposal() -> None:
    for action_id, route in BUTTONS.items():
        name = action_id if isinstance(action_id, str) else action_id.pattern.removeprefix("^")
        decides = name.startswith(
            (
                home.PROPOSALS,
                "rate_approve",
                "rate_edit",
                "rate_reject",
                "rate_take",
                data_checks.CONFIRM,
            )
        )
        assert (route.act is OperatorAction.DECIDE_ON_RATES) == decides
