"""The command line uses approved rates in answers, lists them and exports them as YAML."""

import asyncio
import shutil
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
from bot.runtime.config_loader import load_book, load_files
from bot.store.read_only import approved_rates
from bot.store.upgrade import upgrade
from tests import shipped
from tests.journeys.bot_process import environment, run_to_end
from tests.shipped import PARTIES
from tests.store.opened import open_store

pytestmark = pytest.mark.journey

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
ANA = Operator(id="U1", name="ana")
CONFIG = Path(__file__).parents[3] / "config"


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


async def approve(folder: Path, *amendments: Amendment) -> str:
    """Saves the amendments as approved, in a database in `folder`; returns the database URL."""
    address = f"sqlite:///{folder / 'tariffwire.db'}"
    await upgrade(address)
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
    return address


async def test_an_approved_rate_counts_and_is_listed(tmp_path: Path) -> None:
    await approve(tmp_path, amendment("a1"))
    env = environment(tmp_path)
    code, reported = await run_to_end(
        ("rate", "us on china", "--on", "2026-12-01", "--long"), env, tmp_path
    )
    assert code == 0
    assert "40%" in reported
    assert "Approved by ana on 2026-11-25 from Wire, 2026-11-25" in reported
    code, reported = await run_to_end(("rates", "proposals"), env, tmp_path)
    assert code == 0
    assert "a1  approved" in reported
    assert "approved by ana (U1) on Wire: us-cn-301-forced-labor 40% from 1 Dec 2026" in reported


async def test_an_export_is_printed_or_goes_to_one_file(tmp_path: Path) -> None:
    await approve(tmp_path, amendment("a1"))
    env = environment(tmp_path)
    code, printed = await run_to_end(("rates", "export"), env, tmp_path)
    assert code == 0
    assert "- id: a1\n  imposer: US" in printed
    code, _ = await run_to_end(("rates", "export", "--out", "new.yaml"), env, tmp_path)
    assert code == 0
    assert (tmp_path / "new.yaml").read_text().strip() == printed.strip()


async def test_an_export_into_a_folder_adds_to_approved_yaml(tmp_path: Path) -> None:
    await approve(tmp_path, amendment("a1"))
    shutil.copytree(CONFIG, tmp_path / "config")
    env = environment(tmp_path) | {"TARIFFWIRE_CONFIG_DIR": str(tmp_path / "config")}
    rates = tmp_path / "config" / "rates"
    export = ("rates", "export", "--out", str(rates))
    code, _ = await run_to_end(export, env, tmp_path)
    assert code == 0
    code, reported = await run_to_end(export, env, tmp_path)
    assert (code, "nothing to export" in reported) == (0, True)
    await approve(tmp_path, amendment("a2", "CN", "cn-us-2025-universal"))
    code, reported = await run_to_end(export, env, tmp_path)
    assert code == 0, reported
    made = [amendment("a1"), amendment("a2", "CN", "cn-us-2025-universal")]
    files = load_files(rates, PARTIES)
    assert load_book(rates, PARTIES) == build_overlay(files, made, PARTIES).book


async def test_an_amendment_that_no_longer_fits_is_reported(tmp_path: Path) -> None:
    await approve(tmp_path, amendment("a1", measure="us-gone"))
    code, reported = await run_to_end(("rates", "export"), environment(tmp_path), tmp_path)
    assert code == 0
    assert "skipped us-gone" in reported


async def test_the_fast_reader_returns_the_same_amendments_as_the_store(tmp_path: Path) -> None:
    made = [amendment("a2"), amendment("a1")]
    address = await approve(tmp_path, *made)
    # In a thread, because `approved_rates` starts its own event loop.
    assert list(await asyncio.to_thread(approved_rates, address)) == made
    assert build_overlay(shipped.book(), made, PARTIES).applied


def test_without_a_database_there_are_no_approved_rates(tmp_path: Path) -> None:
    assert approved_rates(f"sqlite+aiosqlite:///{tmp_path / 'none.db'}") == ()
    (tmp_path / "old.db").touch()
    assert approved_rates(f"sqlite:///{tmp_path / 'old.db'}") == ()


def test_a_broken_database_is_reported(tmp_path: Path) -> None:
    (tmp_path / "broken.db").write_bytes(b"no database at all, but long enough to be one" * 30)
    with pytest.raises(StoreError, match="broken"):
        approved_rates(f"sqlite:///{tmp_path / 'broken.db'}")


async def test_a_question_is_answered_even_if_the_database_is_broken(tmp_path: Path) -> None:
    (tmp_path / "tariffwire.db").write_bytes(b"no database at all, but long enough to be one" * 30)
    code, reported = await run_to_end(("rate", "us on china"), environment(tmp_path), tmp_path)
    assert code == 0
    assert "are missing from this answer" in reported
    assert "12.5%" in reported
