"""One format for all log records, without secrets, texts of people and control characters."""

import asyncio
import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bot.monitoring.logs import LogFormat, bind_to_log, choose_format, set_up_logs

TOKEN = "xoxb-1-2-abcdef"
SECRET = "a very secret value"
Start = Callable[..., io.StringIO]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts logging to a buffer, which it returns."""
    root = logging.getLogger()
    level, handlers = root.level, []

    def open_log(**options: Any) -> io.StringIO:
        stream = io.StringIO()
        given = {"is_json": True, "secrets": [SECRET], **options}
        handlers.append(set_up_logs("INFO", stream=stream, **given))
        return stream

    yield open_log
    for handler in handlers:
        root.removeHandler(handler)
    root.setLevel(level)


@pytest.mark.parametrize(
    ("setting", "is_terminal", "environ", "expected"),
    [
        ("auto", False, {}, LogFormat(is_json=True, has_color=False)),
        ("auto", True, {}, LogFormat(is_json=False, has_color=True)),
        ("auto", True, {"NO_COLOR": "1"}, LogFormat(is_json=False, has_color=False)),
        ("auto", True, {"NO_COLOR": ""}, LogFormat(is_json=False, has_color=True)),
        ("text", False, {}, LogFormat(is_json=False, has_color=False)),
        ("json", True, {"NO_COLOR": "1"}, LogFormat(is_json=True, has_color=False)),
    ],
)
def test_the_format_depends_on_the_terminal_unless_it_is_chosen(
    setting: str, is_terminal: bool, environ: dict[str, str], expected: LogFormat
) -> None:
    assert choose_format(setting, is_terminal, environ) == expected


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def fail(message: str) -> None:
    raise ValueError(message)


def test_a_line_of_json_has_the_message_and_the_context(start: Start) -> None:
    stream = start()
    with bind_to_log(feed="wire"):
        logging.getLogger("bot.pipeline").warning("feed %s: %d new", "wire", 3)
    logging.getLogger("some.library").info("hello")
    first, second = lines(stream)
    assert first.pop("timestamp").endswith("Z")
    assert first == {
        "event": "feed wire: 3 new",
        "feed": "wire",
        "level": "warning",
        "logger": "bot.pipeline",
    }
    assert second["logger"] == "some.library"
    assert "feed" not in second


async def test_the_context_belongs_to_one_task(start: Start) -> None:
    stream, log = start(), logging.getLogger("bot.x")

    async def work(feed: str) -> None:
        with bind_to_log(feed=feed):
            await asyncio.sleep(0)
            await asyncio.to_thread(log.info, feed)

    await asyncio.gather(work("a"), work("b"))
    assert {(each["event"], each["feed"]) for each in lines(stream)} == {("a", "a"), ("b", "b")}


@pytest.mark.parametrize("is_json", [True, False])
def test_no_record_shows_a_secret(start: Start, is_json: bool) -> None:
    stream, log = start(is_json=is_json), logging.getLogger("bot.feeds")
    log.warning("the token %s", TOKEN)
    log.warning(f"the value {SECRET}")
    log.warning("headers %s", {"Authorization": f"Bearer {TOKEN}", "x": [SECRET]})
    with bind_to_log(address=f"https://hooks.slack.com/services/{TOKEN}", values=[SECRET]):
        log.info("bound")
    try:
        fail(f"{TOKEN} and {SECRET}")
    except ValueError:
        log.exception("failed")
    log.info("trace", stack_info=True)
    text = stream.getvalue()
    assert "abcdef" not in text
    assert SECRET not in text
    assert "ValueError" in text


class Broken:
    def __str__(self) -> str:
        raise RuntimeError(TOKEN)


@pytest.mark.parametrize(("text", "value"), [("%s", Broken()), ("%d", TOKEN), ("%s %s", TOKEN)])
def test_a_record_that_cannot_be_formatted_is_reported_without_its_values(
    start: Start, text: str, value: object
) -> None:
    stream = start()
    # Not through a logger, because pytest's own handlers would raise the error.
    record = logging.LogRecord("bot.x", logging.INFO, "x.py", 7, text, (value,), None)
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler) and handler.stream is stream:
            handler.handle(record)
    [line] = lines(stream)
    assert line["event"] == "unreadable log record, line 7 of x"
    assert TOKEN not in stream.getvalue()


def test_a_broken_stream_does_not_stop_the_bot(start: Start) -> None:
    stream = start()
    stream.close()
    logging.getLogger("bot").warning("hello")


@pytest.mark.parametrize(
    "name", ["bot.slack.background", "bot.commands", "asyncio", "slack_bolt.App"]
)
def test_an_error_about_a_persons_text_is_logged_without_it(start: Start, name: str) -> None:
    stream, typed = start(), "duty on my secret product"
    try:
        try:
            fail(typed)
        except ValueError as error:
            raise KeyError(typed) from error
    except KeyError:
        logging.getLogger(name).exception("error 1a2b while answering")
    assert typed not in stream.getvalue()
    trace = lines(stream)[0]["exception"]
    assert trace.count("Traceback") == 2
    assert "ValueError" in trace
    assert "in fail" in trace


async def test_a_task_that_fails_alone_is_logged_without_its_text(start: Start) -> None:
    stream, typed = start(), "duty on my secret product"
    loop = asyncio.get_running_loop()
    task = loop.create_task(asyncio.to_thread(fail, typed))
    await asyncio.wait({task})
    context = {"message": "Task exception was never retrieved", "future": task}
    loop.default_exception_handler({**context, "exception": task.exception()})
    assert typed not in stream.getvalue()
    assert "never retrieved" in lines(stream)[0]["event"]


@pytest.mark.parametrize("is_json", [True, False])
def test_a_hostile_text_cannot_forge_a_line(start: Start, is_json: bool) -> None:
    stream = start(is_json=is_json)
    hostile = "x\n2026-01-01T00:00:00Z [error] forged\r\x1b[31m\u202e\x9b\u2028"
    logging.getLogger("bot.feeds").warning("a title: %s", hostile)
    try:
        fail(hostile)
    except ValueError:
        logging.getLogger("bot.feeds").exception("failed")
    text = stream.getvalue()
    assert not set("\r\x1b\u202e\x9b\u2028") & set(text)
    assert not any(line.startswith("2026-01-01T") for line in text.splitlines())


def test_a_long_text_is_cut(start: Start) -> None:
    stream = start()
    logging.getLogger("bot").warning("%s", "x" * 100_000)
    assert len(stream.getvalue()) < 3_000


def test_text_has_colors_only_if_asked(start: Start) -> None:
    plain, colored = start(is_json=False), io.StringIO()
    logging.getLogger("bot").warning("hello")
    assert "[warning  ] hello [bot]" in plain.getvalue()
    assert "\x1b" not in plain.getvalue()
    colored = start(is_json=False, has_color=True)
    logging.getLogger("bot").warning("hello")
    assert "\x1b[" in colored.getvalue()


def test_a_second_set_up_replaces_the_first(start: Start) -> None:
    first, second = start(), start()
    logging.getLogger("bot").warning("hello")
    assert first.getvalue() == ""
    assert len(lines(second)) == 1
