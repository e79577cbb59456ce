"""What each answer of Slack's means for a delivery, code by code; no server takes part."""

from collections.abc import Mapping
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.errors import SendLater, SendRefused
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
"""The attempt after which an unknown error is taken as final."""


class Answer:
    """An answer as slack_sdk hands it on: `data` is a mapping, or text where it was no JSON."""

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


def answered(response: Any) -> SlackApiError:
    return SlackApiError("failed", response)  # type: ignore[no-untyped-call]


def failed(*given: Any, **fields: Any) -> SlackApiError:
    return answered(Answer(*given, **fields))


def judged(error: SlackApiError, attempts: int = 1) -> tuple[object, ...]:
    """The verdict as values: its kind, and of a later try the wait and the two doubts."""
    met = verdict(error, attempts)
    if isinstance(met, SendRefused):
        return ("refused",)
    return "later", met.after_s, met.uncertain, met.unanswered


REFUSED = ("refused",)
AGAIN = ("later", None, False, False)
OPEN = ("later", None, True, False)
NO_ANSWER = ("later", None, True, True)

LIMITED = ("ratelimited", "rate_limited", "message_limit_exceeded")
OUTCOME_UNKNOWN = ("internal_error", "fatal_error", "service_unavailable", "request_timeout")
OPERATOR = (
    *("not_authed", "invalid_auth", "token_expired", "missing_scope", "not_allowed_token_type"),
    *("org_login_required", "team_added_to_org", "accesslimited", "messages_tab_disabled"),
)
NEVER = (
    *("channel_not_found", "is_archived", "not_in_channel", "user_not_found", "user_disabled"),
    *("account_inactive", "token_revoked", "team_access_not_granted", "ekm_access_denied"),
    *("no_permission", "cannot_reply_to_message", "thread_not_found"),
    *("restricted_action", "restricted_action_read_only_channel"),
)
BLOCKS = (
    *("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"),
    "invalid_attachments",
)


@pytest.mark.parametrize("attempts", [1, LAST, 99])
@pytest.mark.parametrize(
    ("said", "expected"),
    [
        *((each, ("later", 30.0, False, False)) for each in LIMITED),
        *((each, OPEN) for each in OUTCOME_UNKNOWN),
        *((each, ("later", 300.0, False, False)) for each in OPERATOR),
        *((each, REFUSED) for each in (*NEVER, *BLOCKS)),
        ("invalid_arguments", REFUSED),
        ("invalid_metadata_format", REFUSED),
        ("", NO_ANSWER),
    ],
)
def test_a_known_code_means_the_same_at_every_attempt(
    said: str, attempts: int, expected: tuple[object, ...]
) -> None:
    assert judged(failed(said), attempts) == expected


@pytest.mark.parametrize(
    ("attempts", "expected"), [(1, AGAIN), (LAST - 1, AGAIN), (LAST, REFUSED), (99, REFUSED)]
)
def test_an_unknown_code_is_tried_again_and_then_given_up(
    attempts: int, expected: tuple[object, ...]
) -> None:
    assert judged(failed("a_new_error"), attempts) == expected


@pytest.mark.parametrize(
    ("said", "http", "attempts", "expected"),
    [
        # The status goes before a code that says nothing.
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
def test_the_status_counts_beside_the_code(
    said: str, http: int | None, attempts: int, expected: tuple[object, ...]
) -> None:
    assert judged(failed(said, http), attempts) == expected


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 30.0),
        ({"Retry-After": "7"}, 7.0),
        ({"retry-after": "7"}, 7.0),
        ({"RETRY-AFTER": "2.5"}, 2.5),
        # Whatever stands before or after it.
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
def test_a_limit_waits_as_long_as_slack_says(headers: dict[str, str], seconds: float) -> None:
    error = failed("ratelimited", 429, headers)
    assert retry_after_s(error) == seconds
    assert judged(error) == ("later", seconds, False, False)


def test_an_answer_without_headers_waits_our_own_time() -> None:
    error = failed("ratelimited", 429)
    error.response.headers = None
    assert retry_after_s(error) == 30.0


@pytest.mark.parametrize(
    ("response", "said", "http"),
    [
        (Answer("is_archived", 403), "is_archived", 403),
        (Answer("", None), "", 0),
        ({"ok": False, "error": "is_archived"}, "is_archived", 0),
        ({"ok": False}, "", 0),
        ("<html>", "", 0),
    ],
)
def test_code_and_status_are_read_from_any_kind_of_answer(
    response: Any, said: str, http: int
) -> None:
    error = answered(response)
    assert (code(error), status(error)) == (said, http)


def test_a_status_by_another_name_counts_too() -> None:
    answer = Answer("a_new_error", None)
    answer.status = 502  # type: ignore[attr-defined]
    assert status(answered(answer)) == 502


@pytest.mark.parametrize("said", BLOCKS)
def test_blocks_that_are_refused_may_go_as_text(said: str) -> None:
    assert names_blocks(said)
    assert refuses_blocks(failed(said))


@pytest.mark.parametrize("said", ["", "invalid_auth", "invalid_arguments", "blocks", *LIMITED])
def test_other_codes_do_not_speak_of_blocks(said: str) -> None:
    assert not names_blocks(said)
    assert not refuses_blocks(failed(said))


@pytest.mark.parametrize(
    ("said", "http", "expected"),
    [
        *((each, 200, True) for each in (*LIMITED, *OUTCOME_UNKNOWN)),
        *((each, 200, False) for each in (*OPERATOR, *NEVER, "a_new_error")),
        ("", 200, True),
        ("is_archived", 429, True),
        ("is_archived", 500, True),
        ("is_archived", 404, False),
    ],
)
def test_a_question_may_be_answered_later(said: str, http: int, expected: bool) -> None:
    assert passes(failed(said, http)) is expected


@pytest.mark.parametrize("said", [*OPERATOR, *NEVER[:-2]])
def test_there_is_a_cure_for_what_a_person_can_mend(said: str) -> None:
    assert cure(failed(said))
    assert cure(failed(said)) in verdict(failed(said), 1).cause


@pytest.mark.parametrize("said", ["", "a_new_error", "internal_error", "ratelimited"])
def test_there_is_no_cure_for_the_rest(said: str) -> None:
    assert cure(failed(said)) == ""


def test_a_missing_scope_is_named() -> None:
    assert "chat:write" in verdict(failed("missing_scope", needed="chat:write"), 1).cause
    assert "None" not in verdict(failed("missing_scope"), 1).cause


def test_a_call_without_an_answer_may_have_arrived() -> None:
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
def test_what_was_uncertain_stays_so(
    met: SendLater | SendRefused, expected: tuple[float | None, bool, bool]
) -> None:
    after = still_uncertain(met, "looking for it")
    assert (after.after_s, after.uncertain, after.unanswered) == expected
    assert after.cause == "looking for it"
