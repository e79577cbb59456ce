"""A file is read in a process that can be ended."""

import pytest

from bot.errors import LinesRefused
from bot.lines.files.isolated import read_file_isolated
from bot.lines.files.reading import read_file
from tests.lines.files.hostile import HEADER, row, workbook


async def test_the_rows_are_those_of_the_file() -> None:
    content = workbook()
    assert await read_file_isolated("a.xlsx", content) == read_file("a.xlsx", content)


async def test_the_reason_of_a_refusal_comes_from_the_process() -> None:
    with pytest.raises(LinesRefused) as caught:
        await read_file_isolated("a.csv", b"price\n3\n")
    assert caught.value.thing == "a.csv"
    assert "header" in caught.value.cause


async def test_a_file_that_takes_too_long_is_refused() -> None:
    # Reading takes seconds, so the limit passes while the process reads, also on a busy machine.
    rows = (row(number, ["8507.60.00"] * 8) for number in range(2, 19_000))
    long = workbook(row(1, HEADER) + "".join(rows))
    with pytest.raises(LinesRefused, match="seconds"):
        await read_file_isolated("a.xlsx", long, deadline_s=0.01)


async def test_a_large_file_starts_no_process() -> None:
    with pytest.raises(LinesRefused, match="MB"):
        await read_file_isolated("a.xlsx", bytes(50_000_000), deadline_s=0.01)
