"""Answers as plain text."""

from datetime import date

from bot.rates.answer.build import ask
from bot.rates.ledger import Ledger
from bot.render.text import lines, sentence


def test_one_sentence_says_who_what_how_much_and_when(ledger: Ledger) -> None:
    (one,) = ask("us on china", ledger, date(2026, 10, 7))

    assert sentence(one) == (
        "United States on China, goods in general: 12.5 % additional ad valorem on 2026-10-07."
    )


def test_the_sentence_carries_the_warning(ledger: Ledger, today: date) -> None:
    (one,) = ask("us on china", ledger, today)

    assert "12.5 % additional ad valorem on 2026-10-07. Mind: " in sentence(one)


def test_no_total_is_said_with_the_average(ledger: Ledger, today: date) -> None:
    (one,) = ask("japan on vietnam", ledger, today)

    assert "no total can be given" in sentence(one)
    assert "MFN average of Japan: 5.17 % (2018" in sentence(one)


def test_the_lines_lead_with_the_warning_and_name_basis_dates_and_source(
    ledger: Ledger, today: date
) -> None:
    (one,) = ask("us on china", ledger, today)
    told = lines(one)

    assert told[0].startswith("! The ledger's sources")
    assert told[1] == "United States on China, goods in general, 2026-10-07: 12.5 %"
    made_of = told[told.index("made of:") + 1]
    assert "12.5 %; Section 301; in force since 2026-07-24" in made_of
    assert "https://www.federalregister.gov" in made_of
    assert told[-1] == "sources read up to 2026-10-07"


def test_what_began_after_its_sources_were_read_is_said_to_be_due(
    ledger: Ledger, today: date
) -> None:
    (one,) = ask("canada on us steel", ledger, today)
    told = lines(one)

    [surtax] = [line for line in told if "Surtax on American steel and aluminium: 50 %" in line][:1]
    assert "due from 2026-09-08, as its sources foresaw" in surtax
    assert any(line.startswith("last change: 2026-09-08, as foreseen, ") for line in told)
    assert any("was due on 2026-09-08; not checked since" in line for line in told)
    assert told[-1] == "sources read up to 2026-09-05"
    assert not any("in force since 2026-09-08" in line for line in told)


def test_a_struck_down_duty_of_the_past_reads_as_charged_then_void(
    ledger: Ledger, today: date
) -> None:
    (one,) = ask("us on china on 2025-06-01", ledger, today)

    assert any(
        "charged 2025-05-14 to 2026-02-23, void since 2026-02-20" in line for line in lines(one)
    )


def test_the_steel_entry_shows_its_sum(ledger: Ledger, today: date) -> None:
    (one,) = ask("us on china on 2026-09-15", ledger, today, product="steel")
    told = "\n".join(lines(one))

    assert "Section 232, steel: 50 %" in told
    assert "base rate of 7326.90.86" in told
    assert "2.9 %" in told
    assert "77.9 %" in told
    assert "not on goods that pay Section 232, steel" in told
