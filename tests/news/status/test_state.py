"""A story states the day of a measure, whether it is collected, and how much it matters."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.news.state import CollectionEffect as C
from bot.news.state import EventState, Severity
from bot.news.state import EventStatus as S
from tests.news.examples import READER

WEDNESDAY = date(2026, 3, 11)


def read_state(title: str, text: str = "", published: date | None = WEDNESDAY) -> EventState:
    return READER.understand(title, text, published).state


@pytest.mark.parametrize(
    ("title", "status", "day"),
    [
        ("US to charge 20% tariff on Peruvian copper from 1 August", S.ANNOUNCED, "2026-08-01"),
        ("US to charge 20% tariff on Peruvian copper from Aug. 1, 2026", S.ANNOUNCED, "2026-08-01"),
        ("US imposes 20% tariffs on Peru, effective immediately", S.IN_FORCE, "2026-03-11"),
        ("US tariffs on Peru take effect Friday", S.ANNOUNCED, "2026-03-13"),
        ("US tariffs on Peru take effect today", S.IN_FORCE, "2026-03-11"),
        ("US tariffs on Peru took effect on Monday", S.IN_FORCE, "2026-03-09"),
        ("US tariffs on Peru take effect at midnight on Thursday", S.ANNOUNCED, "2026-03-12"),
        ("US imposes tariffs on Peru starting tomorrow", S.ANNOUNCED, "2026-03-12"),
        ("US tariffs on Peru to take effect in 90 days", S.ANNOUNCED, "2026-06-09"),
        ("US imposes tariffs on Peru starting in two weeks", S.ANNOUNCED, "2026-03-25"),
        ("US tariffs on Peru take effect next month", S.ANNOUNCED, None),
        ("US tariffs on Peru will take effect in May", S.ANNOUNCED, None),
        ("US wants a deal by 9 July, announces tariffs on Peru", S.ANNOUNCED, None),
        ("US imposes tariffs on Peru, Trump said on 9 March", S.ANNOUNCED, None),
        ("US delays tariffs on Peru to 9 July", S.DELAYED, "2026-07-09"),
        ("US postpones tariffs on Peru until 1 January", S.DELAYED, "2027-01-01"),
        ("US duty of 20% on Peru moves to 9 July", S.DELAYED, "2026-07-09"),
        ("US duty on Peru to go from 10% to 20% on 4 June", S.ANNOUNCED, "2026-06-04"),
        ("US delays tariffs on Peru by a month", S.DELAYED, None),
        ("US tariffs on Peru expire on 22 July", S.ENDED, "2026-07-22"),
        ("US threatens 20% tariffs on Peru from 1 June", S.THREATENED, "2026-06-01"),
        ("US and Peru hold trade talks from 1 June", S.TALKS, None),
    ],
)
def test_a_day_counts_from_the_day_of_publication(title: str, status: S, day: str | None) -> None:
    state = read_state(title)
    assert state.status is status
    assert state.effective == (date.fromisoformat(day) if day else None)


def test_the_text_states_the_day_if_the_title_does_not() -> None:
    text = "The duties take effect on 2 April, the ministry said. It met on 1 March."
    assert read_state("Hanoi raises tariffs on glass", text).effective == date(2026, 4, 2)


@pytest.mark.parametrize(
    ("title", "text", "status"),
    [
        (
            "Chilean wine: 50,000 bottles at 5% under the US deal",
            "The tariff was 20% before.",
            S.DEAL,
        ),
        ("Chilean wine: 50,000 bottles face a US tariff of 5%", "", None),
        ("Lima tariff talks: what Norway and Peru have agreed", "", S.DEAL),
        ("Lima tariff talks: what Norway and Peru want", "", S.TALKS),
        ("Lima tariff talks", "Norway and Peru agreed to cut tariffs on fish to 4%.", S.DEAL),
        ("Lima tariff talks", "They met. Norway and Peru agreed to cut tariffs.", S.TALKS),
        ("Lima tariff talks", "Norway could lower its tariffs on fish.", S.TALKS),
    ],
)
def test_the_content_of_a_deal_is_a_deal(title: str, text: str, status: S | None) -> None:
    assert read_state(title, text).status is status


@pytest.mark.parametrize(
    ("title", "text", "day"),
    [
        (
            "Hanoi raises its duty on glass to 12%",
            "It lifts the duty from 5% to 12% on 2 April, the ministry said on 10 March.",
            "2026-04-02",
        ),
        (
            "Hanoi raises its duty on glass again",
            "It went from 5% to 12% on 2 April and goes up to 15% from 20 April.",
            "2026-04-20",
        ),
        (
            "Hanoi raises its duty on glass from 12% to 15%",
            "It goes up to 15% from 20 April, after a rise to 12% on 2 April.",
            "2026-04-20",
        ),
        (
            "Hanoi raises its duty on glass to 15%",
            "The duty on tiles went to 9% on 2 April.",
            None,
        ),
        (
            "Hanoi lowers its duty on glass",
            "The duty falls to half for 90 days from 14 May.",
            "2026-05-14",
        ),
        (
            "Hanoi raises its duty on glass",
            "The ministry raised it with effect from 12 April.",
            "2026-04-12",
        ),
        ("Hanoi raises its duty on glass", "The ministry met for two days in May.", None),
        ("Hanoi raises duty on glass to 12% on 2 April, to 15% on 20 April", "", "2026-04-20"),
    ],
)
def test_the_day_of_the_new_rate_is_the_first_day(title: str, text: str, day: str | None) -> None:
    assert read_state(title, text).effective == (date.fromisoformat(day) if day else None)


def test_without_a_day_of_publication_only_full_dates_count() -> None:
    title = "US imposes tariffs on Peru from 1 August"
    assert read_state(title, published=None).effective is None
    assert read_state(f"{title} 2026", published=None).effective == date(2026, 8, 1)
    assert read_state("US tariffs on Peru take effect Friday", published=None).effective is None


def test_the_last_day_of_the_calendar_has_no_successor() -> None:
    state = read_state("US tariffs on Peru take effect tomorrow", published=date.max)
    assert state.effective is None


@pytest.mark.parametrize(
    ("title", "text", "status", "effect", "day"),
    [
        # A ruling alone says nothing about the money.
        ("Trade court strikes down US tariffs", "", S.UNLAWFUL, None, None),
        (
            "Trade court strikes down US tariffs",
            "The tariffs remain in place while the government appeals.",
            S.UNLAWFUL,
            C.COLLECTED,
            None,
        ),
        (
            "Trade court strikes down US tariffs",
            "Customs has stopped collecting the duties, the agency said.",
            S.UNLAWFUL,
            C.NOT_COLLECTED,
            None,
        ),
        (
            "US customs to stop collecting emergency tariffs from 24 March",
            "The court ruled the tariffs illegal.",
            S.UNLAWFUL,
            C.CHANGES,
            "2026-03-24",
        ),
        (
            "Court rules US tariffs illegal but leaves them in place",
            "",
            S.UNLAWFUL,
            C.COLLECTED,
            None,
        ),
        (
            "US customs to halt collection of emergency tariffs on Friday",
            "",
            S.SUSPENDED,
            C.CHANGES,
            "2026-03-13",
        ),
        (
            "Trade court strikes down US tariffs",
            "Customs will stop collecting the duties, a lawyer said.",
            S.UNLAWFUL,
            None,
            None,
        ),
        (
            "Trade court strikes down US tariffs",
            "Importers hope that customs stops collecting the duties.",
            S.UNLAWFUL,
            None,
            None,
        ),
        (
            "Trade court strikes down US tariffs",
            "Customs could stop collecting the duties in May.",
            S.UNLAWFUL,
            None,
            None,
        ),
        (
            "Syrup Importers v. United States: section 122 does not authorize duties on syrup",
            "Slip Op. 26-31. The court sets them aside and forbids their collection.",
            S.UNLAWFUL,
            C.NOT_COLLECTED,
            None,
        ),
        (
            "Syrup Importers v. Bessent: duties on syrup exceed the trade act",
            "No. 26-19. The judge orders refunds to all importers.",
            S.UNLAWFUL,
            C.NOT_COLLECTED,
            None,
        ),
        (
            "Syrup Importers v. United States: opinion of the trade court",
            "Slip Op. 26-31. The trade court finds that the duties on syrup go beyond the act.",
            S.UNLAWFUL,
            None,
            None,
        ),
        (
            "Syrup Importers v. Bessent: judge holds duties on syrup unlawful",
            "The judge reads the law narrowly. Relief is only for one firm and is on hold.",
            S.UNLAWFUL,
            C.COLLECTED,
            None,
        ),
        (
            "Trade court strikes down US tariffs",
            "The judgment is under a stay pending appeal.",
            S.UNLAWFUL,
            C.COLLECTED,
            None,
        ),
        (
            "Syrup Importers v. Bessent: firms claim that the duties on syrup are unlawful",
            "",
            None,
            None,
            None,
        ),
        # A stay of a ruling leaves the duty in force.
        (
            "Appeals court pauses ruling against US tariffs",
            "",
            S.STAYED,
            C.COLLECTED,
            None,
        ),
    ],
)
def test_collection_is_stated_or_unknown(
    title: str, text: str, status: S | None, effect: C | None, day: str | None
) -> None:
    state = read_state(title, text)
    assert (state.status, state.collection) == (status, effect)
    assert state.collection_from == (date.fromisoformat(day) if day else None)


@pytest.mark.parametrize(
    ("title", "severity"),
    [
        ("US imposes 25% tariffs on all countries", Severity.BREAKING),
        ("US imposes 25% tariffs on the EU", Severity.BREAKING),
        ("US doubles tariffs on steel", Severity.BREAKING),
        ("Trade court strikes down US reciprocal tariffs", Severity.BREAKING),
        ("US imposes 25% tariffs on Lesotho", Severity.NOTABLE),
        ("China imposes tariffs on Canadian peas", Severity.NOTABLE),
        ("EU puts anti-dumping duties on Chinese steel", Severity.NOTABLE),
        ("US threatens 25% tariffs on the EU", Severity.NOTABLE),
        ("US threatens tariffs on Peruvian grapes", Severity.ROUTINE),
        ("US and China hold trade talks", Severity.ROUTINE),
        ("EU slams US tariffs", Severity.ROUTINE),
    ],
)
def test_severity_follows_from_status_and_reach(title: str, severity: Severity) -> None:
    assert read_state(title).severity is severity


@pytest.mark.parametrize(
    ("title", "text", "status"),
    [
        # The text counts only if the title reports nothing.
        ("Trump speaks on trade", "The US imposes tariffs on Peru, he said.", S.ANNOUNCED),
        ("US threatens tariffs on Peru", "It imposed tariffs on Chile on Monday.", S.THREATENED),
        ("Peru slams US tariffs", "The US imposes tariffs on Peru.", None),
        # Background of the text is not news.
        ("Peruvian exporters meet over tariffs", "The US had imposed tariffs on Peru.", None),
        ("Peru's exports fall", "Demand fell after the US imposed tariffs on Peru.", None),
        ("Peru's minister speaks on tariffs", "He spoke as the US imposes tariffs on Peru.", None),
    ],
)
def test_the_act_in_the_title_comes_first(title: str, text: str, status: S | None) -> None:
    assert read_state(title, text).status is status


@pytest.mark.parametrize(
    ("title", "status"),
    [
        ("US raises tariffs on Peru, threatens more", S.ANNOUNCED),
        ("US threatens tariffs on Peru, suspends duties on Chile", S.THREATENED),
        ("After court ruling, US suspends tariffs on Peru", S.SUSPENDED),
        ("At talks in Lima, Peru suspends tariffs on US corn", S.SUSPENDED),
        ("Peru holds talks with US as tariffs take effect", S.TALKS),
        ("Shipments stop as US imposes tariffs on Peru", S.ANNOUNCED),
        ("US imposes tariffs on Peru, but will it last?", S.ANNOUNCED),
        ("US suspends threatened tariffs on Peru", S.SUSPENDED),
        ("US lifts tariffs on Peru, EU welcomes move", S.ENDED),
    ],
)
def test_the_first_act_of_a_title_decides(title: str, status: S) -> None:
    assert read_state(title).status is status


@given(
    st.text(st.characters(exclude_categories=[])),
    st.text(st.characters(exclude_categories=[])),
    st.dates(),
)
def test_any_text_has_a_state(title: str, text: str, published: date) -> None:
    state = read_state(f"US tariffs {title}", f"They take effect {text}", published)
    assert state.severity in Severity


@pytest.mark.parametrize("unit", ["tariff ", "as ", "court rules ", "take effect on ", "(", "1 "])
def test_long_texts_are_read_up_to_a_limit(unit: str) -> None:
    long = unit * 20_000
    assert read_state(f"US imposes tariffs on Peru {long}", long).status is S.ANNOUNCED
