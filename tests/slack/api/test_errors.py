"""How each error from Slack is classified: retry, give up, or outcome unknown (no server)."""

from collections.abc import Mapping
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.errors import ConversationRefused, SendLater, SendRefused, WorkspaceRefused
from bot.slack.api.errors import (
    code,
    cure,
    names_blocks,
    passes,
    refuses_blocks,
    retry_after_s,
    status,
    still_uncertain,
    unanswered,
    verdict,
)

LAST = 8
"""The number of the attempt after which an unknown error counts as final."""


class Answer:
    """A response like slack_sdk's: `data` is a mapping, or text if the body was not JSON."""

    def __init__(
        self,
        error: str = "",
        http: int | None = 200,
        headers: Mapping[str, str] | None = None,
        **data: str,
    ) -> None:
        self.status_code = http
        self.headers = dict(headers or {})
        self.data: Any = {"ok": False, "error": error, **data}


def slack_error(response: Any) -> SlackApiError:
    return SlackApiError("failed", response)  # type: ignore[no-untyped-call]


def error_with(*given: Any, **fields: Any) -> SlackApiError:
    return slack_error(Answer(*given, **fields))


def verdict_values(error: SlackApiError, attempts: int = 1) -> tuple[object, ...]:
    """The class of the error; for SendLater also its wait in seconds and its two flags."""
    met = verdict(error, attempts)
    if not isinstance(met, SendLater):
        return (type(met),)
    return "later", met.after_s, met.uncertain, met.unanswered


REFUSED = (SendRefused,)
IN_CONVERSATION = (ConversationRefused,)
IN_WORKSPACE = (WorkspaceRefused,)
AGAIN = ("later", None, False, False)
OPEN = ("later", None, True, False)
NO_ANSWER = ("later", None, True, True)

LIMITED = ("ratelimited", "rate_limited", "message_limit_exceeded")
OUTCOME_UNKNOWN = ("internal_error", "fatal_error", "service_unavailable", "request_timeout")
WORKSPACE = (
    *("not_authed", "invalid_auth", "token_expired", "missing_scope", "not_allowed_token_type"),
    *("org_login_required", "team_added_to_org", "accesslimited", "enterprise_is_restricted"),
    *("account_inactive", "token_revoked", "team_access_not_granted", "ekm_access_denied"),
    "two_factor_setup_required",
)
CONVERSATION = (
    *("channel_not_found", "is_archived", "not_in_channel", "user_not_found", "user_disabled"),
    *("no_permission", "messages_tab_disabled", "is_inactive", "access_denied"),
    *("channel_is_limited_access", "posting_to_general_channel_denied"),
)
RESTRICTED = ("restricted_action", "restricted_action_read_only_channel")
MESSAGE = (
    *("cannot_reply_to_message", "thread_not_found", "restricted_action_thread_locked"),
    "restricted_action_non_threadable_channel",
)
BLOCKS = (
    *("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"),
    "invalid_attachments",
)


@pytest.mark.parametrize("attempts", [1, LAST, 99])
@pytest.mark.parametrize(
    ("slack_code", "expected"),
    [
        *((each, ("later", 30.0, False, False)) for each in LIMITED),
        *((each, OPEN) for each in OUTCOME_UNKNOWN),
        *((each, IN_WORKSPACE) for each in WORKSPACE),
        *((each, IN_CONVERSATION) for each in (*CONVERSATION, *RESTRICTED)),
        *((each, REFUSED) for each in (*MESSAGE, *BLOCKS)),
        ("invalid_arguments", REFUSED),
        ("invalid_metadata_format", REFUSED),
        ("", NO_ANSWER),
    ],
)
def test_a_known_code_is_handled_the_same_at_every_attempt(
    slack_code: str, attempts: int, expected: tuple[object, ...]
) -> None:
    assert verdict_values(error_with(slack_code), attempts) == expected


@pytest.mark.parametrize(
    ("attempts", "expected"), [(1, AGAIN), (LAST - 1, AGAIN), (LAST, REFUSED), (99, REFUSED)]
)
def test_an_unknown_code_is_retried_and_then_given_up(
    attempts: int, expected: tuple[object, ...]
) -> None:
    assert verdict_values(error_with("a_new_error"), attempts) == expected


@pytest.mark.parametrize(
    ("slack_code", "http", "attempts", "expected"),
    [
        # The HTTP status decides if the error code is unknown.
        ("a_new_error", 500, LAST, OPEN),
        ("a_new_error", 502, LAST, OPEN),
        ("a_new_error", 499, LAST, REFUSED),
        ("is_archived", 503, 1, OPEN),
        ("invalid_auth", 500, 1, OPEN),
        ("a_new_error", 429, LAST, ("later", 30.0, False, False)),
        ("", 429, 1, ("later", 30.0, False, False)),
        ("internal_error", 429, 1, ("later", 30.0, False, False)),
        ("", 502, 1, NO_ANSWER),
        ("", 200, 1, NO_ANSWER),
        ("", None, 1, NO_ANSWER),
        ("ratelimited", 500, 1, ("later", 30.0, False, False)),
    ],
)
def test_the_http_status_counts_as_well_as_the_code(
    slack_code: str, http: int | None, attempts: int, expected: tuple[object, ...]
) -> None:
    assert verdict_values(error_with(slack_code, http), attempts) == expected


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 30.0),
        ({"Retry-After": "7"}, 7.0),
        ({"retry-after": "7"}, 7.0),
        ({"RETRY-AFTER": "2.5"}, 2.5),
        # Spaces around the number are ignored.
        ({"Date": "Mon, 12 May 2025 09:00:00 GMT", "Retry-After": "7"}, 7.0),
        ({"X-Retry": "9", "Retry-After": "7", "Age": "3"}, 7.0),
        ({"Age": "3"}, 30.0),
        ({"Retry-After": "soon"}, 30.0),
        ({"Retry-After": ""}, 30.0),
        ({"Retry-After": "0"}, 1.0),
        ({"Retry-After": "-5"}, 1.0),
        ({"Retry-After": "1"}, 1.0),
        ({"Retry-After": "3600"}, 3600.0),
        ({"Retry-After": "86400"}, 3600.0),
    ],
)
def test_a_rate_limit_waits_for_retry_after(headers: dict[str, str], seconds: float) -> None:
    error = error_with("ratelimited", 429, headers)
    assert retry_after_s(error) == seconds
    assert verdict_values(error) == ("later", seconds, False, False)


def test_a_rate_limit_without_headers_waits_the_default_time() -> None:
    error = error_with("ratelimited", 429)
    error.response.headers = None
    assert retry_after_s(error) == 30.0


@pytest.mark.parametrize(
    ("response", "slack_code", "http"),
    [
        (Answer("is_archived", 403), "is_archived", 403),
        (Answer("", None), "", 0),
        ({"ok": False, "error": "is_archived"}, "is_archived", 0),
        ({"ok": False}, "", 0),
        ("<html>", "", 0),
    ],
)
def test_code_and_status_are_read_from_any_response(
    response: Any, slack_code: str, http: int
) -> None:
    error = slack_error(response)
    assert (code(error), status(error)) == (slack_code, http)


def test_the_status_attribute_of_aiohttp_counts_too() -> None:
    answer = Answer("a_new_error", None)
    answer.status = 502  # type: ignore[attr-defined]
    assert status(slack_error(answer)) == 502


@pytest.mark.parametrize("slack_code", BLOCKS)
def test_refused_blocks_are_recognized(slack_code: str) -> None:
    assert names_blocks(slack_code)
    assert refuses_blocks(error_with(slack_code))


@pytest.mark.parametrize(
    "slack_code", ["", "invalid_auth", "invalid_arguments", "blocks", *LIMITED]
)
def test_other_codes_are_not_taken_for_refused_blocks(slack_code: str) -> None:
    assert not names_blocks(slack_code)
    assert not refuses_blocks(error_with(slack_code))


@pytest.mark.parametrize(
    ("slack_code", "http", "expected"),
    [
        *((each, 200, True) for each in (*LIMITED, *OUTCOME_UNKNOWN)),
        *((each, 200, False) for each in (*WORKSPACE, *CONVERSATION, *MESSAGE, "a_new_error")),
        ("", 200, True),
        ("is_archived", 429, True),
        ("is_archived", 500, True),
        ("is_archived", 404, False),
    ],
)
def test_temporary_errors_are_recognized(slack_code: str, http: int, expected: bool) -> None:
    assert passes(error_with(slack_code, http)) is expected


@pytest.mark.parametrize("slack_code", [*WORKSPACE, *CONVERSATION, *MESSAGE])
def test_an_error_that_a_person_can_fix_has_a_cure(slack_code: str) -> None:
    assert cure(error_with(slack_code))
    assert cure(error_with(slack_code)) in str(verdict(error_with(slack_code), 1))


@pytest.mark.parametrize("slack_code", ["", "a_new_error", "internal_error", "ratelimited"])
def test_other_errors_have_no_cure(slack_code: str) -> None:
    assert cure(error_with(slack_code)) == ""


def test_a_missing_scope_is_named() -> None:
    assert "chat:write" in verdict(error_with("missing_scope", needed="chat:write"), 1).cause
    assert "None" not in verdict(error_with("missing_scope"), 1).cause


def test_a_call_without_a_response_is_uncertain() -> None:
    met = unanswered("timeout")
    assert (met.after_s, met.uncertain, met.unanswered) == (None, True, True)
    assert met.cause == "timeout"


@pytest.mark.parametrize(
    ("met", "expected"),
    [
        (SendRefused("never"), (None, True, False)),
        (SendLater(7.0, "limit"), (7.0, True, False)),
        (SendLater(None, "silence", unanswered=True), (None, True, True)),
    ],
)
def test_an_uncertain_delivery_stays_uncertain_after_a_failed_search(
    met: SendLater | SendRefused, expected: tuple[float | None, bool, bool]
) -> None:
    after = still_uncertain(met, "looking for it")
    assert isinstance(after, SendLater)
    assert (after.after_s, after.uncertain, after.unanswered) == expected
    assert after.cause == "looking for it"


@pytest.mark.parametrize("slack_code", ["is_archived", "token_revoked"])
def test_a_refusal_of_a_later_part_leaves_the_delivery_uncertain(slack_code: str) -> None:
    met = verdict(error_with(slack_code), 1, "C1")
    after = still_uncertain(met, "its second part")
    assert isinstance(met, ConversationRefused | WorkspaceRefused)
    assert isinstance(after, type(met))
    assert (met.uncertain, after.uncertain) == (False, True)
    assert after.cause == slack_code
