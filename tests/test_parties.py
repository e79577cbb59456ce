"""Which words name an economy or a bloc, and which similar words name none."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ConfigError, UnknownParty
from bot.parties import Parties
from bot.runtime.config.loader import load_parties
from tests.shipped import PARTIES

ROOT = Path(__file__).parents[1]
MFN_BASELINE = ROOT / ".." / "shared" / "rates" / "mfn_baseline.csv"


def codes_in(text: str) -> list[str]:
    return [mention.code for mention in PARTIES.find_mentions(text)]


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("us", "US"),
        ("U.S.", "US"),
        ("usa", "US"),
        ("america", "US"),
        ("🇺🇸", "US"),
        ("prc", "CN"),
        ("China's", "CN"),
        ("uk", "GB"),
        ("the Netherlands", "NL"),
        ("Türkiye", "TR"),
        ("turkey", "TR"),
        ("Cote d'Ivoire", "CI"),
        ("côte d’ivoire", "CI"),
        ("eu", "EU"),
        ("🇪🇺", "EU"),
        ("korea", "KR"),
        ("all countries", "WORLD"),
        ("everyone", "WORLD"),
    ],
)
def test_a_word_names_its_party(word: str, code: str) -> None:
    party = PARTIES.find(word)
    assert party is not None
    assert party.code == code


@pytest.mark.parametrize("word", ["", "steel", "chnia", "tariff", "🍞", ":smile:", "<!channel>"])
def test_no_other_word_names_a_party(word: str) -> None:
    assert PARTIES.find(word) is None


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("chnia", "China"),
        ("germny", "Germany"),
        ("vietman", "Vietnam"),
        ("austrlia", "Australia"),
        ("untied states", "United States"),
        ("switz", "Switzerland"),
    ],
)
def test_a_misspelled_name_suggests_the_nearest_name_first(word: str, name: str) -> None:
    assert PARTIES.suggest(word)[0] == name


def test_a_word_unlike_any_name_gets_no_suggestion() -> None:
    assert PARTIES.suggest("subscribe") == ()


def test_an_unknown_code_is_an_error_with_a_suggestion() -> None:
    with pytest.raises(UnknownParty) as caught:
        PARTIES.get("chnia")
    assert "China" in caught.value.suggestions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("US-China talks resume, EU watches", ["US", "CN", "EU"]),
        ("They told us that Turkey's exports grew", ["TR"]),
        ("A turkey for all of us", []),
        ("South Korea and North Korea", ["KR", "KP"]),
        ("Korea's exporters", ["KR"]),
        ("Latin American markets and the South China Sea", []),
        ("US$200 and HK$30", []),
        ("CHINA RAISES DUTIES ON AMERICAN GOODS", ["CN", "US"]),
        ("New Mexico, not Mexico", ["MX"]),
        ("Papua New Guinea, Guinea-Bissau and Guinea", ["PG", "GW", "GN"]),
        ("Beijing and Brussels meet in London", ["CN", "EU"]),
        ("London answers Brussels", ["GB", "EU"]),
        ("Akazawa arrives in Washington", ["JP", "US"]),
        ("Šefčovič calls Lutnick", ["EU", "US"]),
        ("Georgia and Armenia sign a customs pact", ["GE", "AM"]),
        ("A car plant in Georgia, near Savannah", []),
        ("Economist Chad Bown counts the duties", []),
        ("Michael Jordan sells shoes", []),
        ("Jordan cuts duties", ["JO"]),
        ("🇺🇸 and 🇨🇳", ["US", "CN"]),
        ("Bosnia and Herzegovina; Trinidad & Tobago; St. Lucia", ["BA", "TT", "LC"]),
    ],
)
def test_parties_are_found_in_the_order_of_the_text(text: str, expected: list[str]) -> None:
    assert codes_in(text) == expected


def test_a_mention_has_its_position_in_the_text() -> None:
    text = "The European Union’s answer"
    (mention,) = PARTIES.find_mentions(text)
    assert text[mention.start : mention.end] == mention.words == "European Union"


def test_a_member_is_covered_by_its_bloc() -> None:
    assert PARTIES.list_codes("DE") == ("DE", "EU")
    assert PARTIES.list_codes("US") == ("US",)


def test_every_party_has_a_flag_and_is_found_by_its_own_words() -> None:
    for party in PARTIES:
        assert party.flag
        assert PARTIES.find(party.code) == party
        assert PARTIES.find(party.name) == party
        assert PARTIES.find(party.flag) in (party, None)
    assert len(PARTIES.get("EU").members) == 27


@given(st.text())
def test_any_text_can_be_searched(text: str) -> None:
    for mention in PARTIES.find_mentions(text):
        assert text[mention.start : mention.end] == mention.words
    PARTIES.find(text)
    PARTIES.suggest(text)


def test_the_same_word_for_two_parties_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "parties.yaml"
    path.write_text("parties:\n- {code: AA, name: Ay}\n- {code: BB, name: Bee, aliases: [ay]}\n")
    with pytest.raises(ConfigError, match="'ay' is AA and BB"):
        load_parties(path)


def test_an_empty_list_of_parties_finds_nothing() -> None:
    empty = Parties(())
    assert empty.find_mentions("US and China") == ()
    assert empty.suggest("china") == ()


def test_every_economy_with_a_general_rate_is_known() -> None:
    if not MFN_BASELINE.exists():
        pytest.skip("the baseline of general rates is missing")
    listed = [line.split(",")[0] for line in MFN_BASELINE.read_text().splitlines()[1:]]
    assert [code for code in listed if code not in PARTIES] == []
