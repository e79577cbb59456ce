"""Checks Slack ids in arguments. Each function returns the id or raises click.UsageError."""

import re

import click


def check_user(value: str) -> str:
    """The id of a person."""
    return _check(value, "[UW]", "a Slack user, such as U024BE7LH")


def check_channel(value: str) -> str:
    """The id of a channel."""
    return _check(value, "[CG]", "a channel, such as C024BE91L")


def check_team(value: str) -> str:
    """The id of a workspace."""
    return _check(value, "T", "a workspace, such as T024BE7LH")


def _check(value: str, first: str, what: str) -> str:
    if not re.fullmatch(f"{first}[A-Z0-9]{{2,30}}", value):
        raise click.UsageError(f"{value} is not the id of {what}.")
    return value
