"""Which of the economies that a story names take part in its trade matter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.news.participants import choose_participants
from tests.news.examples import PARTIES, READER, story_text


def parties(title: str, text: str = "") -> tuple[str, ...]:
    return READER.understand(title, text).parties


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        # Two economies in the title: the lead adds none.
        ("Oslo and Bern sign a trade pact", "Vietnam had asked for the same terms.", ("NO", "CH")),
        ("Oslo signs a trade pact", "Vietnam had asked for it.", ("NO", "VN")),
        ("A trade pact is signed", "Norway and Vietnam are its members.", ("NO", "VN")),
        # The lead is two sentences long.
        ("Oslo raises a tariff", "It is on tea. It is high. Chile sells much tea.", ("NO",)),
        ("Oslo raises a tariff", "It is on tea. Chile sells much tea.", ("NO", "CL")),
        # Datelines
        ("Tariff on tea is delayed", "TEHRAN (Agency) - Norway delays its tariff.", ("NO",)),
        ("Tariff on tea is delayed", "Tehran delays its tariff.", ("IR",)),
        # Places of signatures and meetings
        ("Oslo to sign the Chilean trade pact in Iceland", "", ("NO", "CL")),
        ("Brussels welcomes the trade pact", "Its head flies to Peru to sign it.", ("EU",)),
        ("Oslo and Chilean envoys hold trade talks in Iceland", "", ("NO", "CL")),
        ("Norway opens trade talks in Iceland", "", ("NO", "IS")),
        # Disputed places
        ("UK halts trade talks with Israel over Gaza", "", ("GB", "IL")),
        ("Norway plans tariffs after Greenland threats by Chile", "", ("NO", "CL")),
        ("China drops trade talks with Norway after Taiwan visit", "", ("CN", "NO")),
        ("Kyiv wants Norway to keep Ukrainian steel free of tariffs", "", ("UA", "NO")),
        ("Taiwan signs a tariff deal with Norway", "", ("TW", "NO")),
        # Sellers of oil
        ("Trump doubles the tariff on India for its Russian oil", "", ("US", "IN")),
        ("Brussels plans a tariff on Russian oil", "", ("EU", "RU")),
        ("Russia raises its tariff on Norwegian salmon", "", ("RU", "NO")),
        ("Norway plans a tariff on Canadian oil", "", ("NO", "CA")),
        # Examples and comparisons
        ("Norway lowers tariffs", "It helps sellers of tea such as Chile and Kenya.", ("NO",)),
        ("Norway lowers tariffs", "In contrast to Chile, it acts alone.", ("NO",)),
        ("Norway lowers tariffs", "It acts alone, in contrast to Chile.", ("NO",)),
        ("Norway raises tariffs", "They hit nations including Chile.", ("NO", "CL")),
        # Members of a bloc
        ("EU ratifies a trade pact", "Austria and Poland voted against it.", ("EU",)),
        ("Austria votes against the EU trade pact", "", ("AT", "EU")),
        ("Poland wants a tariff on tea", "Austria is against it.", ("PL", "AT")),
        # The EU negotiates with Mercosur.
        ("Austria rejects the Mercosur deal", "", ("AT", "EU")),
        ("Norway signs the Mercosur deal", "", ("NO",)),
        # Publishers of notices
        ("Tariff on pipes (Chile and Oman)", "Canada Gazette, part II", ("CL", "OM", "CA")),
        ("Tariff on pipes (Chile and Oman)", "Canada sells many pipes.", ("CL", "OM")),
        # Laws and institutions of the United States
        ("Trade court hears the case on the Norwegian tariff", "", ("NO", "US")),
        ("Section 232 tariff on pipes is doubled", "", ("US",)),
        ("Senate votes against a tariff on tea", "", ("US",)),
        ("Senate of Chile votes against a tariff on tea", "", ("CL",)),
        ("Tea house fears a tariff", "", ()),
        # Newsletters
        ("Brussels delays a tariff", "Also in this newsletter: Chile votes.", ("EU",)),
        # Without any other economy, all mentions count.
        ("Tariffs are no answer to Russian oil", "", ("RU",)),
        ("Tariffs on tea", "It is old. It is black. Kenya sells it.", ("KE",)),
        ("Tariffs on tea", "", ()),
    ],
)
def test_the_parties_of_a_story_take_part_in_its_matter(
    title: str, text: str, expected: tuple[str, ...]
) -> None:
    assert parties(title, text) == expected


def test_the_euro_area_stands_for_the_eu() -> None:
    assert parties("Tariffs slow the euro area, survey says") == ("EU",)


@given(st.text(), st.text())
def test_participants_are_mentioned_or_implied(title: str, text: str) -> None:
    title, text = f"Poland and Mercosur {title}", f"China {text}"
    story = story_text(title, text)
    chosen = choose_participants(story, PARTIES)
    mentioned = {mention.code for mention in (*story.in_title, *story.in_text)}
    assert set(chosen) <= mentioned | {"EU", "US"}
    assert len(set(chosen)) == len(chosen)
