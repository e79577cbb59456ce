"""The command line uses approved rates in answers, lists them and exports them as YAML."""

import asyncio
import shutil
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.proposals.approval.amendments import Amendment
from bot.proposals.approval.audit import AuditEntry, Decision, Operator, State
from bot.proposals.approval.overlay import build_overlay
from bot.proposals.model import Proposal, ReportSource
from bot.rates.model.measure import Source
from bot.runtime.config.loader import load_book
from bot.store.read_only import approved_rates
from tests import shipped
from tests.cli.runner import run
from tests.journeys.bot_process import environment
from tests.shipped import PARTIES
from tests.store.opened import open_store

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
ANA = Operator(id="U1", name="ana")


def amendment(name: str, imposer: str = "US", measure: str = "us-cn-301-forced-labor") -> Amendment:
    return Amendment(
        id=name,
        imposer=imposer,
        measure=measure,
        percent=Decimal(40),
        from_=date(2026, 12, 1),
        source=Source(text="Wire, 2026-11-25", url="https://wire.example/1"),
        published=NOW.date(),
        approved_by="ana",
        approved_on=NOW.date(),
    )


@pytest.fixture
def folder(blank_file: Path, tmp_path: Path) -> Path:
    """A folder with an empty database."""
    shutil.copyfile(blank_file, tmp_path / "tariffwire.db")
    return tmp_path


def approve(folder: Path, *amendments: Amendment) -> str:
    """Saves the amendments as approved, in the database in `folder`; returns the database URL."""
    address = f"sqlite:///{folder / 'tariffwire.db'}"
    asyncio.run(_approve(address, amendments))
    return address


async def _approve(address: str, amendments: Sequence[Amendment]) -> None:
    store = open_store(address)
    for one in amendments:
        said = Proposal(
            id=one.id,
            imposer=one.imposer,
            partner="CN",
            old_on=NOW.date(),
            new_percent=one.percent,
            why="40 % is said",
            said_by=(ReportSource(source="Wire", link="https://wire.example/1", published=NOW),),
            seen_at=NOW,
        )
        act = AuditEntry(
            proposal_id=one.id, at=NOW, by=ANA, what="approved", source="Wire", amendment=one
        )
        await store.proposals.keep([said], NOW)
        decision = Decision(state=State.APPROVED, by=ANA, at=NOW, amendment=one)
        assert await store.proposals.decide(one.id, decision, act)
    await store.database.close()


def test_an_approved_rate_counts_and_is_listed(folder: Path) -> None:
    approve(folder, amendment("a1"))
    question = ("rate", "us on china", "--on", "2026-12-01", "--long")
    done = run(*question, env=environment(folder))
    assert done.exit_code == 0
    assert "40%" in done.stdout
    assert "Approved by ana on 2026-11-25 from Wire, 2026-11-25" in done.stdout
    done = run("rates", "proposals", env=environment(folder))
    assert done.exit_code == 0
    assert "a1  approved" in done.stdout
    assert "approved by ana (U1) on Wire: us-cn-301-forced-labor 40% from 1 Dec 2026" in done.stdout


def test_an_export_is_printed_or_goes_to_one_file(folder: Path) -> None:
    approve(folder, amendment("a1"), amendment("a2", measure="us-gone"))
    printed = run("rates", "export", env=environment(folder))
    assert printed.exit_code == 0
    assert "- id: a1\n  imposer: US" in printed.stdout
    assert "skipped us-gone" in printed.stderr
    file = folder / "new.yaml"
    assert run("rates", "export", "--out", file, env=environment(folder)).exit_code == 0
    assert file.read_text() == printed.stdout


def test_an_export_into_a_folder_adds_to_approved_yaml(folder: Path) -> None:
    approve(folder, amendment("a1"))
    rates = folder / "config" / "rates"
    # Without the cards, because reading them takes as long as reading the rates.
    ignored = shutil.ignore_patterns("cards")
    shutil.copytree(shipped.CONFIG / "rates", rates, ignore=ignored)
    shutil.copy(shipped.CONFIG / "parties.yaml", folder / "config")
    env = environment(folder, TARIFFWIRE_CONFIG_DIR=str(folder / "config"))
    export = ("rates", "export", "--out", rates)
    assert run(*export, env=env).exit_code == 0
    done = run(*export, env=env)
    assert (done.exit_code, "nothing to export" in done.output) == (0, True)
    approve(folder, amendment("a2", "CN", "cn-us-2025-universal"))
    assert run(*export, env=env).exit_code == 0
    made = [amendment("a1"), amendment("a2", "CN", "cn-us-2025-universal")]
    before = shipped.book()._replace(cards={})
    assert load_book(rates, PARTIES) == build_overlay(before, made, PARTIES).book


def test_the_fast_reader_returns_the_same_amendments_as_the_store(folder: Path) -> None:
    made = [amendment("a2"), amendment("a1")]
    address = approve(folder, *made)
    assert list(approved_rates(address)) == made
    assert list(approved_rates(address.replace(".db", "%2Edb"))) == made
    assert build_overlay(shipped.book(), made, PARTIES).applied


def test_without_a_database_there_are_no_approved_rates(tmp_path: Path) -> None:
    assert approved_rates(f"sqlite+aiosqlite:///{tmp_path / 'none.db'}") == ()
    (tmp_path / "old.db").touch()
    assert approved_rates(f"sqlite:///{tmp_path / 'old.db'}") == ()


def test_a_broken_database_is_reported(tmp_path: Path) -> None:
    (tmp_path / "broken.db").write_bytes(b"no database at all, but long enough to be one" * 30)
    with pytest.raises(StoreError, match="broken"):
        approved_rates(f"sqlite:///{tmp_path / 'broken.db'}")


def test_a_question_is_answered_even_if_the_database_is_broken(tmp_path: Path) -> None:
    (tmp_path / "tariffwire.db").write_bytes(b"no database at all, but long enough to be one" * 30)
    done = run("rate", "us on china", env=environment(tmp_path))
    assert done.exit_code == 0
    assert "are missing from this answer" in done.stderr
    assert "12.5%" in done.stdout
