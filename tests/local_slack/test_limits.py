"""The local workspace enforces Slack's limits: it accepts a value at a limit, but none above."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.local_slack.api.call import ApiError
from bot.local_slack.blocks.validation import Surface, check_blocks
from tests.local_slack.bots import actions, button, modal, mrkdwn, plain, section, text_input

Blocks = list[dict[str, Any]]


def cell(text: str) -> dict[str, Any]:
    return {"type": "raw_text", "text": text}


def table(rows: int, columns: int = 1, text: str = "x") -> dict[str, Any]:
    return {"type": "table", "rows": [[cell(text)] * columns for _ in range(rows)]}


def chart(points: int = 3, series: int = 1, title: str = "Rates") -> dict[str, Any]:
    labels = [f"day {n}" for n in range(points)]
    data = [{"label": label, "value": 12.5} for label in labels]
    return {
        "type": "data_visualization",
        "title": title,
        "chart": {
            "type": "line",
            "series": [{"name": f"series {n}", "data": data} for n in range(series)],
            "axis_config": {"categories": labels},
        },
    }


def select(options: int) -> dict[str, Any]:
    choices = [{"text": plain(f"{n}"), "value": f"{n}"} for n in range(options)]
    return {"type": "static_select", "action_id": "pick", "options": choices}


def groups(count: int, options: int = 1, label: int = 1) -> dict[str, Any]:
    group = {"label": plain("x" * label), "options": select(options)["options"]}
    return {"type": "static_select", "action_id": "pick", "option_groups": [group] * count}


def radio(options: int) -> dict[str, Any]:
    return {**select(options), "type": "radio_buttons"}


def overflow(options: int = 1, value: int = 1, url: int = 30) -> dict[str, Any]:
    option = {"text": plain("x"), "value": "x" * value, "url": "https://x.example/".ljust(url, "x")}
    return {"type": "overflow", "action_id": "menu", "options": [option] * options}


def header(length: int) -> dict[str, Any]:
    return {"type": "header", "text": plain("x" * length)}


def fields(count: int, length: int = 1) -> dict[str, Any]:
    return {"type": "section", "fields": [mrkdwn("x" * length)] * count}


def context(count: int) -> dict[str, Any]:
    return {"type": "context", "elements": [mrkdwn("x")] * count}


def named(length: int) -> dict[str, Any]:
    return {"type": "divider", "block_id": "x" * length}


LIMITS: dict[str, tuple[Blocks, Blocks]] = {
    "blocks of a message": ([{"type": "divider"}] * 50, [{"type": "divider"}] * 51),
    "text of a section": ([section("x" * 3000)], [section("x" * 3001)]),
    "fields of a section": ([fields(10)], [fields(11)]),
    "text of a field": ([fields(1, 2000)], [fields(1, 2001)]),
    "text of a header": ([header(150)], [header(151)]),
    "elements of a context": ([context(10)], [context(11)]),
    "elements of actions": ([actions(*[button()] * 25)], [actions(*[button()] * 26)]),
    "text of a button": ([actions(button("x" * 75))], [actions(button("x" * 76))]),
    "value of a button": (
        [actions(button(value="x" * 2000))],
        [actions(button(value="x" * 2001))],
    ),
    "address of a button": (
        [actions(button(url="https://x.example/".ljust(3000, "x")))],
        [actions(button(url="https://x.example/".ljust(3001, "x")))],
    ),
    "action_id": (
        [actions(button(action_id="x" * 255))],
        [actions(button(action_id="x" * 256))],
    ),
    "block_id": ([named(255)], [named(256)]),
    "options of a menu": ([actions(select(100))], [actions(select(101))]),
    "groups of a menu": ([actions(groups(100))], [actions(groups(101))]),
    "options of a group": ([actions(groups(1, 100))], [actions(groups(1, 101))]),
    "label of a group": ([actions(groups(1, label=75))], [actions(groups(1, label=76))]),
    "radio buttons": ([actions(radio(10))], [actions(radio(11))]),
    "options of an overflow menu": ([actions(overflow(5))], [actions(overflow(6))]),
    "value of an option": ([actions(overflow(value=150))], [actions(overflow(value=151))]),
    "address of an option": ([actions(overflow(url=3000))], [actions(overflow(url=3001))]),
    "rows of a table": ([table(100)], [table(101)]),
    "columns of a table": ([table(1, 20)], [table(1, 21)]),
    "text of a table": ([table(1, 10, "x" * 1000)], [table(1, 10, "x" * 1001)]),
    "tables of a message": ([table(1)], [table(1), table(1)]),
    "points of a chart": ([chart(20)], [chart(21)]),
    "series of a chart": ([chart(2, 6)], [chart(2, 7)]),
    "title of a chart": ([chart(title="x" * 50)], [chart(title="x" * 51)]),
    "charts of a message": ([chart(), chart()], [chart(), chart(), chart()]),
}


@pytest.mark.parametrize("limit", LIMITS)
async def test_a_limit_is_exact(limit: str, web: AsyncWebClient) -> None:
    within, over = LIMITS[limit]
    posted = await web.chat_postMessage(channel="#general", text="x", blocks=within)
    assert posted["ok"]
    with pytest.raises(SlackApiError) as refused:
        await web.chat_postMessage(channel="#general", text="x", blocks=over)
    answer = refused.value.response
    assert answer["error"] == "invalid_blocks"
    assert all("json-pointer:/blocks" in line for line in answer["response_metadata"]["messages"])
    assert len((await web.conversations_history(channel=await general(web)))["messages"]) == 1


async def general(web: AsyncWebClient) -> str:
    listed = (await web.conversations_list())["channels"]
    return next(str(one["id"]) for one in listed if one["name"] == "general")


WRONG: dict[str, tuple[Blocks, str]] = {
    "an unknown type": (
        [{"type": "ticker"}],
        "unsupported type: ticker [json-pointer:/blocks/0/type]",
    ),
    "no type": ([{}], "missing required field: type [json-pointer:/blocks/0]"),
    "an empty section": (
        [{"type": "section"}],
        "missing required field: text [json-pointer:/blocks/0]",
    ),
    "an unknown field": (
        [actions(button(colour="red"))],
        "invalid additional property: colour [json-pointer:/blocks/0/elements/0]",
    ),
    "a long header": (
        [header(151)],
        "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
    ),
    "empty text": (
        [section("")],
        "must be more than 0 characters [json-pointer:/blocks/0/text/text]",
    ),
    "one action_id twice": (
        [actions(button(action_id="a"), button(action_id="a"))],
        "`action_id` 'a' already exists for this block [json-pointer:/blocks/0/elements]",
    ),
    "a menu with options and groups": (
        [actions({**groups(1), **select(1)})],
        "must have either options or option_groups [json-pointer:/blocks/0/elements/0]",
    ),
    "labels that are no category": (
        [{**chart(2), "chart": {**chart(2)["chart"], "axis_config": {"categories": ["x", "y"]}}}],
        "data labels must match the categories [json-pointer:/blocks/0/chart]",
    ),
}


@pytest.mark.parametrize("mistake", WRONG)
async def test_an_error_in_blocks_has_slacks_message_and_pointer(
    mistake: str, web: AsyncWebClient
) -> None:
    blocks, words = WRONG[mistake]
    with pytest.raises(SlackApiError) as refused:
        await web.chat_postMessage(channel="#general", text="x", blocks=blocks)
    assert refused.value.response["errors"] == [words]


async def test_a_message_has_a_total_budget(
    web: AsyncWebClient,
) -> None:
    blocks = [section("x" * 2700) for _ in range(4)]
    await web.chat_postMessage(channel="#general", text="x", blocks=blocks)
    with pytest.raises(SlackApiError, match="msg_blocks_too_long"):
        await web.chat_postMessage(channel="#general", text="x", blocks=[*blocks, *blocks[:1]])


@pytest.mark.parametrize(
    ("view", "pointer"),
    [
        (modal(table(1)), "/view/blocks/0/type"),
        (modal(section("x"), title=plain("x" * 25)), "/view/title/text"),
        (modal(section("x"), submit=plain("x" * 25)), "/view/submit/text"),
        (modal(section("x"), private_metadata="x" * 3001), "/view/private_metadata"),
        (modal(section("x"), callback_id="x" * 256), "/view/callback_id"),
        (modal(*[{"type": "divider"}] * 101), "/view/blocks"),
        (modal(section("x" * 3001)), "/view/blocks/0/text/text"),
        (modal(text_input(), submit=None), "/view"),
        ({"type": "home", "blocks": [section("x")], "title": plain("x")}, "/view"),
    ],
)
async def test_an_invalid_view_is_refused(
    view: dict[str, Any], pointer: str, web: AsyncWebClient
) -> None:
    with pytest.raises(SlackApiError) as refused:
        await web.views_open(trigger_id="1.2.3", view=view)
    answer = refused.value.response
    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"]["messages"][0].endswith(f"[json-pointer:{pointer}]")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "text", "elements", "fields", "rows", "chart", "title", "x"]),
            inner
            | st.sampled_from(["section", "actions", "table", "rich_text", "mrkdwn", "button"]),
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(JSON, st.sampled_from(["message", "modal", "home"]))
def test_any_json_is_accepted_or_refused_as_blocks(raw: Any, surface: Surface) -> None:
    try:
        taken = check_blocks(raw, surface)
    except ApiError as refusal:
        error, messages = refusal.error, refusal.messages
    else:
        error, messages = "", ()
        assert all(block["block_id"] for block in taken)
    assert (error, bool(messages)) in (
        ("", False),
        ("invalid_blocks", True),
        ("invalid_blocks_format", False),
    )
