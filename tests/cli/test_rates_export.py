"""Approved rates are written into the rates files as a person would write them."""

import difflib
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cli.rates_export import with_rates
from bot.errors import ConfigError
from bot.proposals.approval.amendments import Amendment
from bot.proposals.approval.overlay import layered
from bot.rates.ledger import Ledger
from bot.rates.model.measure import Measure, Scope, Source
from bot.runtime.config_loader import load_book, load_parties

CONFIG = Path(__file__).parents[2] / "config"
PARTIES = load_parties(CONFIG / "parties.yaml")
BOOK = load_book(CONFIG / "rates", PARTIES)
SHIPPED = Ledger(BOOK, PARTIES)

# Notes come without control characters: see bot.proposals.approval.terms.
NOTES = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=30)


def amendment(key: str, **changes: Any) -> Amendment:
    given = {
        "id": key,
        "imposer": "US",
        "measure": "us-232-steel",
        "percent": Decimal("62.5"),
        "from_": date(2026, 12, 1),
        "source": Source(text='The "Wire": 1, {2}', url="https://wire.example/1"),
        "published": date(2026, 11, 25),
        "note": "Mind: #1 & 'that'.",
        "approved_by": "ana",
        "approved_on": date(2026, 11, 25),
    }
    return Amendment.model_validate(given | changes)


SEVERAL = [
    amendment("a1"),
    amendment("a2", measure="us-cn-301-forced-labor", percent=Decimal(40)),
    amendment("a3", measure="us-cn-301-forced-labor", from_=date(2027, 2, 1), percent=Decimal(60)),
    amendment(
        "a4",
        measure="",
        partners=("CN",),
        scope=Scope(goods=("cars",), hs=("8703",)),
        covers="cars",
        name="Section 338: cars, China",
        legal_basis="Section 338",
    ),
    amendment("a5", imposer="CN", measure="cn-us-2025-universal", percent=Decimal(34)),
    amendment("a6", measure="us-cn-ieepa-reciprocal", percent=Decimal(30)),
]


def written(*amendments: Amendment) -> dict[str, str]:
    """The files that change."""
    laid = layered(BOOK, amendments, PARTIES)
    assert laid.left_out == ()
    return {
        name: with_rates(name, (CONFIG / "rates" / name).read_text(), BOOK.sheets[name], sheet)
        for name, sheet in laid.book.sheets.items()
        if sheet != BOOK.sheets[name]
    }


def test_what_was_written_loads_as_the_ledger_it_came_from(tmp_path: Path) -> None:
    folder = tmp_path / "rates"
    shutil.copytree(CONFIG / "rates", folder)
    texts = written(*SEVERAL)
    assert set(texts) == {"cn.yaml", "us.yaml"}
    for name, text in texts.items():
        (folder / name).write_text(text)
    loaded = load_book(folder, PARTIES)
    assert loaded == layered(BOOK, SEVERAL, PARTIES).book
    # Once the files say so, nothing is left to lay over them.
    again = layered(loaded, SEVERAL, PARTIES)
    assert (again.held, again.left_out, again.book) == ((), (), loaded)


def test_all_else_stays_letter_for_letter() -> None:
    for name, text in written(*SEVERAL).items():
        old = (CONFIG / "rates" / name).read_text().splitlines()
        lines = list(difflib.ndiff(old, text.splitlines()))
        gone = [line for line in lines if line.startswith("- ")]
        # Periods that end earlier now, and the row that has rates of its own.
        assert 1 <= len(gone) <= 4
        assert all("from:" in line or "partner:" in line for line in gone)


def test_a_comment_stays_with_what_it_comments_on() -> None:
    text = written(amendment("a6", measure="us-cn-ieepa-reciprocal", percent=Decimal(30)))
    lines = text["us.yaml"].splitlines()
    at = lines.index("# --- China: Section 301, technology transfer, 2018 to 2019 lists")
    assert lines[at - 1] == ""
    assert "approved-a6" in lines[at - 2]


def test_a_file_that_says_something_else_is_not_written() -> None:
    laid = layered(BOOK, [amendment("a1")], PARTIES).book
    other = (CONFIG / "rates" / "us.yaml").read_text().replace("imposer: US", "imposer: CN")
    with pytest.raises(ConfigError, match="cannot be written"):
        with_rates("us.yaml", other, BOOK.sheets["us.yaml"], laid.sheets["us.yaml"])


@settings(max_examples=40, deadline=None)
@given(
    chosen=st.lists(st.sampled_from(SHIPPED.measures), min_size=1, max_size=4),
    days=st.integers(0, 800),
    note=NOTES,
)
def test_whatever_can_be_approved_can_be_written(
    chosen: list[Measure], days: int, note: str
) -> None:
    made = [
        amendment(
            f"a{number}",
            imposer=measure.imposer,
            measure=measure.id,
            from_=date.fromordinal(date(2026, 6, 1).toordinal() + days + number),
            note=note,
        )
        for number, measure in enumerate(chosen)
    ]
    held = layered(BOOK, made, PARTIES).held
    assert set(written(*held)) == {f"{one.imposer.lower()}.yaml" for one in held}


def test_a_rate_that_others_share_by_name_stays_theirs() -> None:
    shared = [m.id for m in SHIPPED.measures if m.id.endswith("-ieepa-reciprocal")][:3]
    for chosen in ([shared[0]], shared[:2], shared):
        made = [
            amendment(f"a{number}", measure=one, from_=date(2026, 12, 1))
            for number, one in enumerate(chosen)
        ]
        assert set(written(*made)) == {"us.yaml"}
