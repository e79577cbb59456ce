"""A session needs the token, ends after hours, and too many wrong tokens are refused."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.operators_page.access import MOST_FAILURES, SESSION, LoginResult, OperatorAccess
from tests.store.examples import NOON

TOKEN = "operators-token-1"


class Clock:
    def __init__(self) -> None:
        self.now = NOON


def test_only_the_token_opens_a_session() -> None:
    access = OperatorAccess(TOKEN, lambda: NOON)
    assert access.log_in(TOKEN) is LoginResult.OK
    for wrong in ("", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "\ud800", "é" * 500):
        assert access.log_in(wrong) is LoginResult.WRONG


def test_a_session_expires() -> None:
    clock = Clock()
    access = OperatorAccess(TOKEN, lambda: clock.now)
    cookie = access.open_session()
    assert access.is_open(cookie)
    clock.now += SESSION - timedelta(seconds=1)
    assert access.is_open(cookie)
    clock.now += timedelta(seconds=2)
    assert not access.is_open(cookie)


def test_another_process_accepts_the_session_and_another_token_does_not() -> None:
    cookie = OperatorAccess(TOKEN, lambda: NOON).open_session()
    assert OperatorAccess(TOKEN, lambda: NOON).is_open(cookie)
    assert not OperatorAccess("operators-token-2", lambda: NOON).is_open(cookie)


def test_a_changed_cookie_opens_nothing() -> None:
    access = OperatorAccess(TOKEN, lambda: NOON)
    expires, _, signature = access.open_session().partition(".")
    later = str(int(expires) + 1)
    for cookie in (expires, f"{expires}.", f"{later}.{signature}", f"{expires}.{signature}0", "."):
        assert not access.is_open(cookie)


@given(st.text(max_size=80))
def test_no_other_text_is_a_session(cookie: str) -> None:
    assert not OperatorAccess(TOKEN, lambda: NOON).is_open(cookie)


def test_many_wrong_tokens_are_refused_but_keep_no_operator_out() -> None:
    clock = Clock()
    access = OperatorAccess(TOKEN, lambda: clock.now)
    cookie = access.open_session()
    for _ in range(MOST_FAILURES):
        assert access.log_in("wrong") is LoginResult.WRONG
    assert access.log_in("wrong") is LoginResult.TOO_MANY
    assert access.log_in(TOKEN) is LoginResult.OK
    assert access.is_open(cookie)
    clock.now += timedelta(seconds=61)
    assert access.log_in("wrong") is LoginResult.WRONG


def test_a_clock_that_is_set_back_ends_the_limit() -> None:
    clock = Clock()
    access = OperatorAccess(TOKEN, lambda: clock.now)
    for _ in range(MOST_FAILURES):
        access.log_in("wrong")
    clock.now -= timedelta(days=1)
    assert access.log_in("wrong") is LoginResult.WRONG
