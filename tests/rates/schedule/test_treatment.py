"""Which column of the schedule sets the base duty of a line."""

from datetime import date

import pytest

from bot.rates.schedule.model import TariffLine, TradeProgram
from bot.rates.schedule.treatment import find_line_duty, name_claims, resolve_treatment
from tests.rates.schedule.made import header

DAY = date(2026, 7, 1)
LINE = TariffLine(
    "17019910", "3.6¢/kg", "20%", "Free (A,AU,S) 2.8% (JP) See 9822.05.20 (P+)", "", ""
)
PACT = TradeProgram(
    id="pact", name="Pact", names=("pact",), denials=("no pact",), symbols=("S",), partners=("MX",)
)
JAPAN = TradeProgram(
    id="japan", name="Japan deal", names=("deal",), symbols=("JP",), partners=("JP",)
)
CAFTA = TradeProgram(
    id="cafta", name="CAFTA", names=("cafta",), symbols=("P", "P+"), partners=("CR",)
)
OLD = TradeProgram(id="gsp", name="GSP", names=("gsp",), covered=False)
HEADER = header(programs=(PACT, JAPAN, CAFTA, OLD), column2={"RU": date(2022, 4, 9)})


@pytest.mark.parametrize(
    ("claim", "partner", "text"),
    [
        ("pact", "MX", "Free"),
        ("japan", "JP", "2.8%"),
        ("cafta", "CR", "See 9822.05.20"),
        ("agreement", "MX", "Free"),
        ("column 2", "MX", "20%"),
        ("not pact", "MX", "3.6¢/kg"),
        ("pact", "JP", "3.6¢/kg"),
        ("pact", "RU", "20%"),
    ],
)
def test_the_claim_and_the_partner_decide_the_column(claim: str, partner: str, text: str) -> None:
    found = resolve_treatment(HEADER, (claim,), {partner}, DAY, LINE)
    assert find_line_duty(LINE, found).text == text


def test_a_claim_is_refused_if_the_partner_or_the_line_does_not_qualify() -> None:
    assert resolve_treatment(HEADER, ("pact",), {"JP"}, DAY, LINE).refused == ("Pact",)
    bare = LINE._replace(special="Free (AU)")
    assert resolve_treatment(HEADER, ("pact",), {"MX"}, DAY, bare).refused == ("Pact",)
    free = bare._replace(general="Free")
    assert resolve_treatment(HEADER, ("pact",), {"MX"}, DAY, free).program == PACT
    assert resolve_treatment(HEADER, ("gsp",), {"MX"}, DAY, LINE).uncovered == ("GSP",)


def test_column_2_applies_from_its_first_day() -> None:
    assert not resolve_treatment(HEADER, (), {"RU"}, date(2022, 4, 8), LINE).column2
    assert resolve_treatment(HEADER, (), {"RU"}, date(2022, 4, 9), LINE).column2


def test_denials_and_names_are_different_claims() -> None:
    names = name_claims(HEADER)
    assert names["pact"] == ("pact",)
    assert names["not pact"] == ("no pact",)
    assert "not japan" not in names
