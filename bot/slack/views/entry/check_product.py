"""The modal *Check a product*: the form, and the answer that replaces it.

The id of each block is the name of a field of `ProductForm`, so that Slack shows an error at the
field that causes it.
"""

from collections.abc import Mapping
from typing import Any

from bot import COMMAND
from bot.commands.rates.product_form import CLAIMS, MOST_GOODS, ProductForm
from bot.parties import WORLD, Parties
from bot.slack.blockkit.blocks import Message, context
from bot.slack.blockkit.forms import (
    View,
    day_input,
    make_input,
    make_modal,
    menu,
    radio_buttons,
    read_values,
    text_input,
)
from bot.slack.blockkit.mrkdwn import escape
from bot.slack.views.entry.results import select_for_view
from bot.slack.views.replies import CHECK_PRODUCT

FORM, ANSWER = "check_product_form", "check_product_answer"
"""The callback ids of the two modals. The private metadata of the second are the form's values."""
TITLE = "Check a product"

_MAIN_ORIGINS = ("CN", "MX", "CA", "VN", "EU", "JP", "KR", "TW", "IN", "TH", "GB", "CH", "BR", "MY")
_GROUPS = ("A-C", "D-J", "K-O", "P-Z")


def render_product_form(form: ProductForm, imposers: Mapping[str, str], parties: Parties) -> View:
    """The form with these values. `imposers` are the importing countries that can be chosen."""
    origin = menu(list_origins(parties), form.partner, "Choose or type a name")
    goods = "Words, such as solar cells, or an HS code, such as 8507.60"
    claim = "For imports into the United States"
    value = "In US dollars; needed for duties by value and fees"
    blocks = [
        make_input("imposer", "Importing country", menu(imposers, form.imposer)),
        make_input("partner", "Origin", origin, "Customs origin, not the country of shipment"),
        text_input("goods", "Goods or code", form.goods, goods, longest=MOST_GOODS),
        day_input("day", "Day", form.day, "Empty for today", optional=True),
        make_input("claim", "Claim", radio_buttons(CLAIMS, form.claim), claim),
        text_input("value", "Entered value", form.value, value, optional=True),
    ]
    return make_modal(TITLE, blocks, close="Cancel", submit="Check", callback_id=FORM)


def read_product_values(view: Mapping[str, Any]) -> ProductForm:
    """The submitted values."""
    values = read_values(view)
    return ProductForm(**{name: values.get(name, "") for name in ProductForm.model_fields})


def render_product_answer(
    message: Message, form: ProductForm, question: str, parties: Parties
) -> View:
    """The answer to the form, with the command that shows it in a conversation."""
    command = f"`{COMMAND} {escape(parties.spell_flags(question), 300)}`"
    share = f"To share it, or for all details: type {command} in a channel."
    return make_modal(
        TITLE,
        [*select_for_view(message, hidden=CHECK_PRODUCT), context(share)],
        submit="Change",
        callback_id=ANSWER,
        metadata=form.model_dump_json(),
    )


def list_origins(parties: Parties) -> dict[str, dict[str, str]]:
    """The economies as options of a menu: the main ones first, then all others by name."""
    main = {code: parties.get(code).name for code in _MAIN_ORIGINS if code in parties}
    groups: dict[str, dict[str, str]] = {"Main economies": main, **{name: {} for name in _GROUPS}}
    others = (one for one in parties if one.code not in main and one.code != WORLD)
    for party in sorted(others, key=lambda one: one.name):
        groups[_find_group(party.name)][party.code] = party.name
    return {name: options for name, options in groups.items() if options}


def _find_group(name: str) -> str:
    letter = name[0].upper()
    return next((each for each in _GROUPS if letter <= each[-1]), _GROUPS[-1])
