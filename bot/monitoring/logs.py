"""The format of the log: text for a terminal, or one JSON object per line.

The records of the bot and of all libraries take the same way:

    logging record | context    the feed or the delivery that the task works on
                   | exception  the traceback, without values of variables
                   | redact     no tokens, passwords and addresses of webhooks
                   | render     text or JSON, without control characters

The code logs with `logging`, so that modules do not depend on the format. `bind_to_log` adds fields
to all records of a block.
"""

import logging
import sys
import traceback
from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import NamedTuple, TextIO, cast

import structlog
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, ExcInfo, WrappedLogger

from bot.monitoring.redaction import Redactor

_QUIET = {
    "alembic": logging.WARNING,
    "apscheduler": logging.ERROR,
    "psycopg.pool": logging.ERROR,
}
"""At INFO, alembic logs every step of an upgrade. At WARNING, apscheduler logs each run that it
skips because the previous run has not ended, and psycopg.pool each connection that fails, while
`bot.store.outage` logs one line."""
_LOGGERS_WITH_TEXTS = (
    "aiohttp",
    "asyncio",
    "bot.commands",
    "bot.http_server",
    "bot.mcp",
    "bot.runtime.watch",
    "bot.slack",
    "mcp",
    "slack_bolt",
    "slack_sdk",
)
"""The loggers of the packages that handle texts of people. The message of an unexpected error there
may quote such a text, so the log has only the type of the error and the lines of the code."""
_LONGEST_CHAIN = 20
"""Maximum errors that are shown of a chain of causes."""
_LONGEST_MESSAGE = 2_000
_LONGEST_TRACEBACK = 20_000
_CONTROL = {
    code: f"\\u{code:04x}"
    for code in (*range(32), *range(127, 160), *range(0x2028, 0x202F), *range(0x2066, 0x206A))
}
"""Characters that would change the terminal, begin a new line or reorder the text."""
_CONTROL_BUT_LINES = {code: text for code, text in _CONTROL.items() if chr(code) not in "\t\n"}


def bind_to_log(**fields: object) -> AbstractContextManager[None]:
    """Adds the fields to all records that the current task logs within the block."""
    return cast("AbstractContextManager[None]", bound_contextvars(**fields))


class LogFormat(NamedTuple):
    """What the log looks like."""

    is_json: bool
    has_color: bool


def choose_format(setting: str, is_terminal: bool, environ: Mapping[str, str]) -> LogFormat:
    """The format for `setting`, which is "json", "text", or "auto": text on a terminal, otherwise
    JSON. The log has colors on a terminal, unless NO_COLOR is set (see https://no-color.org)."""
    is_json = setting == "json" or (setting == "auto" and not is_terminal)
    return LogFormat(is_json, is_terminal and not environ.get("NO_COLOR"))


def set_up_logs(
    level: str,
    *,
    is_json: bool,
    has_color: bool = False,
    secrets: Collection[str] = (),
    stream: TextIO | None = None,
) -> logging.Handler:
    """Writes all log records of the process to `stream`, by default stderr, in one format.

    `secrets` are values that no line may contain. A handler of an earlier call is replaced.
    """
    redactor = Redactor(secrets)
    handler = _LogHandler(stream or sys.stderr)
    handler.setFormatter(_build_formatter(redactor, is_json, has_color))
    root = logging.getLogger()
    for old in tuple(root.handlers):
        if isinstance(old, _LogHandler):
            root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    for name, least in _QUIET.items():
        logging.getLogger(name).setLevel(least)
    return handler


class _LogHandler(logging.StreamHandler[TextIO]):
    """Writes records. One that cannot be formatted is reported without its arguments, which may
    contain a secret."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - a method of logging
        text = f"unreadable log record, line {record.lineno} of {record.module}"
        report = logging.LogRecord(record.name, record.levelno, "", 0, text, None, None)
        try:
            self.stream.write(self.format(report) + self.terminator)
        except (OSError, ValueError):
            # The stream is closed or broken, so there is no place left for a report.
            return


def _build_formatter(redactor: Redactor, is_json: bool, has_color: bool) -> logging.Formatter:
    def redact(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        return {name: _redact_value(value, redactor) for name, value in event.items()}

    renderer = structlog.processors.JSONRenderer() if is_json else _build_text_renderer(has_color)
    return ProcessorFormatter(
        foreign_pre_chain=[
            merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[
            _cut_asyncio,
            _format_exception,
            ProcessorFormatter.remove_processors_meta,
            _shorten,
            redact,
            *([] if is_json else [_escape_control]),
            renderer,
        ],
    )


def _build_text_renderer(has_color: bool) -> structlog.dev.ConsoleRenderer:
    return structlog.dev.ConsoleRenderer(colors=has_color, pad_event_to=0)


def _cut_asyncio(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Leaves the first line of what asyncio logs. The others have the task's arguments and the
    error's message."""
    if event.get("logger") == "asyncio":
        event["event"] = str(event["event"]).partition("\n")[0]
    return event


def _format_exception(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Replaces the exception of the record by its traceback as text."""
    found: ExcInfo | None = event.pop("exc_info", None)
    if found and found[1] is not None:
        logger = str(event.get("logger", ""))
        may_quote_people = any(f"{logger}.".startswith(f"{name}.") for name in _LOGGERS_WITH_TEXTS)
        errors = _list_errors(found[1], with_messages=not may_quote_people)
        event["exception"] = "\nAfter this error:\n".join(errors)
    return event


def _list_errors(error: BaseException, *, with_messages: bool) -> Iterator[str]:
    """The tracebacks of an error and of its causes, the first cause first."""
    chain: list[BaseException] = [error]
    while len(chain) < _LONGEST_CHAIN:
        last = chain[-1]
        cause = last.__cause__ or (None if last.__suppress_context__ else last.__context__)
        if cause is None or cause in chain:
            break
        chain.append(cause)
    for each in reversed(chain):
        frames = "".join(traceback.format_tb(each.__traceback__))
        name = _name_error(each, with_message=with_messages)
        yield f"Traceback (most recent call last):\n{frames}{name}"


def _name_error(error: BaseException, *, with_message: bool) -> str:
    kind = type(error)
    is_builtin = kind.__module__ == "builtins"
    name = kind.__qualname__ if is_builtin else f"{kind.__module__}.{kind.__qualname__}"
    if not with_message:
        return name
    try:
        return f"{name}: {error}"
    except Exception:
        # A library's error may fail to describe itself.
        return name


def _shorten(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Cuts texts that would fill the log, such as the body of a response."""
    for name, value in event.items():
        if isinstance(value, str):
            most = _LONGEST_TRACEBACK if name == "exception" else _LONGEST_MESSAGE
            if len(value) > most:
                event[name] = f"{value[:most]}… ({len(value)} characters)"
    return event


def _redact_value(value: object, redactor: Redactor) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): _redact_value(each, redactor) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_redact_value(each, redactor) for each in value]
    return redactor.redact(str(value))


def _escape_control(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Replaces control characters. Of the traceback, indents the lines, so that none of them looks
    like a record."""
    for name, value in event.items():
        if name == "exception":
            lines = str(value).translate(_CONTROL_BUT_LINES).splitlines()
            event[name] = "\n".join(f"    {line}" for line in lines)
        elif isinstance(value, str):
            event[name] = value.translate(_CONTROL)
    return event
