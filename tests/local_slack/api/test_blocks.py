"""blocks.validate says of blocks, messages and views whether Slack would accept them."""

import json
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.local_slack.bots import modal, section

WRONG = {"type": "ticker"}


@pytest.mark.parametrize(
    "content",
    [
        {"blocks": [section("x")]},
        {"message": {"text": "x", "blocks": [section("x")]}},
        {"view": modal(section("x"))},
    ],
)
async def test_valid_content_is_accepted(web: AsyncWebClient, content: dict[str, Any]) -> None:
    given = {name: json.dumps(value) for name, value in content.items()}
    assert (await web.api_call("blocks.validate", params=given))["ok"]


@pytest.mark.parametrize(
    ("content", "pointer"),
    [
        ({"blocks": [section("x"), WRONG]}, "/1/type"),
        ({"message": {"text": "x", "blocks": [WRONG]}}, "/blocks/0/type"),
        ({"view": modal(WRONG)}, "/blocks/0/type"),
    ],
)
async def test_invalid_content_is_refused_with_the_place(
    web: AsyncWebClient, content: dict[str, Any], pointer: str
) -> None:
    given = {name: json.dumps(value) for name, value in content.items()}
    with pytest.raises(SlackApiError) as caught:
        await web.api_call("blocks.validate", params=given)
    [name] = content
    assert caught.value.response["error"] == f"invalid_{name}"
    [error] = caught.value.response["errors"]
    assert (error["pointer"], error["message"]) == (pointer, "unsupported type: ticker")


async def test_exactly_one_kind_of_content_is_taken(web: AsyncWebClient) -> None:
    for given in ({}, {"blocks": "[]", "message": "{}"}):
        with pytest.raises(SlackApiError, match="invalid_arguments"):
            await web.api_call("blocks.validate", params=given)


async def test_content_that_is_no_object_is_refused(web: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError, match="invalid_message"):
        await web.api_call("blocks.validate", params={"message": "[]"})
