"""Errors in config files name the file, the line and the key."""

from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from pydantic import Field

from bot.errors import ConfigError
from bot.runtime.config.yaml_file import read_model
from bot.values import Frozen


class Row(Frozen):
    id: str
    share: Decimal = Field(default=Decimal(0), le=100)


class Rows(Frozen):
    rows: tuple[Row, ...]


def read_rows(tmp_path: Path, text: str) -> Rows:
    file = tmp_path / "rows.yaml"
    file.write_text(text, encoding="utf-8")
    return read_model(file, Rows)


def test_decimals_stay_exact_and_norways_code_no_is_not_read_as_false(tmp_path: Path) -> None:
    rows = read_rows(tmp_path, "rows:\n  - id: NO\n    share: 12.50\n")
    assert rows.rows == (Row(id="NO", share=Decimal("12.50")),)
    assert str(rows.rows[0].share) == "12.50"


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ("rows:\n  - id: a\n    shaer: 1\n", 3, "rows.0.shaer"),
        ("rows:\n  - id: a\n  - share: 1\n", 3, "rows.1.id"),
        ("rows:\n  - id: a\n    share: 101\n", 3, "rows.0.share"),
        ("rows:\n  - id: a\n    id: b\n", 3, ""),
        ("rows:\n  - ? [a, b]\n    : c\n", 2, ""),
        ("rows:\n  - id: a\n    ? {b: c}\n    : d\n", 3, ""),
        ("rows: [\n", 2, ""),
        ("", 1, ""),
    ],
    ids=[
        "typo",
        "missing",
        "out of range",
        "twice",
        "list as key",
        "mapping as key",
        "not YAML",
        "empty",
    ],
)
def test_an_error_names_file_line_and_key(tmp_path: Path, text: str, line: int, key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_rows(tmp_path, text)
    assert (caught.value.line, caught.value.key) == (line, key)
    assert str(caught.value).startswith(f"{tmp_path / 'rows.yaml'}:{line}")
    assert "\n" not in str(caught.value)


BOMB = "\n".join(
    ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    + [f"{b}: &{b} [{', '.join([f'*{a}'] * 10)}]" for a, b in pairwise("abcdefghijk")]
)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (BOMB, "more than 1,000,000 values.* Repeat"),
        ("rows: &rows\n  - *rows\n", ":1: .* more than 100 levels deep.* Nest them less"),
        ("rows: !!str [a]", ":1: the tag !!str is not supported here. Remove the tag"),
        ("rows:\n- !!set {a, b}", ":2: the tag !!set is not supported here. Remove the tag"),
        ("rows:\n- id: !!bool maybe", ":2: the tag !!bool is not supported here. Remove the tag"),
        ("rows:\n- " + "[" * 900 + "]" * 900, ":2: .* more than 100 levels deep"),
        ("rows: " + "[" * 100_000, "exceeded maximum nesting depth"),
        ("rows:\n  - id: " + "9" * 5000, "not YAML that can be read"),
        ("# " + "x" * 5_000_000, "larger than 5,000,000 bytes"),
        ("rows: \x00", "not YAML that can be read"),
    ],
    ids=[
        "bomb",
        "itself",
        "tag of text",
        "tag of a set",
        "tag of a truth value",
        "deep",
        "deeper",
        "digits",
        "large",
        "control character",
    ],
)
def test_a_file_that_cannot_be_read_in_full_is_refused(
    tmp_path: Path, text: str, cause: str
) -> None:
    with pytest.raises(ConfigError, match=cause) as caught:
        read_rows(tmp_path, text)
    assert str(caught.value).startswith(str(tmp_path / "rows.yaml"))
    assert "\n" not in str(caught.value)


def test_an_alias_is_expanded(tmp_path: Path) -> None:
    rows = read_rows(tmp_path, "rows:\n  - &row {id: a, share: 1}\n  - *row\n")
    assert rows.rows == (Row(id="a", share=Decimal(1)),) * 2


def test_a_missing_file_is_reported_with_the_setting_to_check(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="TARIFFWIRE_CONFIG_DIR"):
        read_model(tmp_path / "absent.yaml", Rows)
