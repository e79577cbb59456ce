"""Questions as people type them, with the facts that the answer must have.

The day is 30 November 2026, and the rates are the shipped ones. The kinds of questions are those of
the collected ones, with other economies, laws, goods and months.
"""

import pytest

from bot.commands import replies
from bot.commands.rates.replies import RateAnswers, RateCard
from bot.rates.cards.facts import DutyState
from bot.rates.question.query import QueryKind
from tests.commands.facts import BANNED, Asks, Days, Expected, both, check, each, rate, shown, us
from tests.commands.typed import type_question

COLLECTED, ENDED = DutyState.CHARGED, DutyState.ENDED
STRUCK_DOWN, BEGINS = DutyState.NOT_COLLECTED, DutyState.SCHEDULED
FORCED_LABOR = "us-cn-301-forced-labor"
BASIC_232 = {"us-232-steel": "50", "us-232-aluminium": "50", "us-232-copper": "50"}
CHANGES, UPCOMING = QueryKind.CHANGES, QueryKind.UPCOMING


def days(kind: QueryKind, first: str, last: str, *has: tuple[str, str]) -> Days:
    return Days(kind, first, last, frozenset(has))


GOODS: dict[str, Expected] = {
    "games from china": us("CN", "12.5-20", FORCED_LABOR, base="0"),
    "laptops from china": us("CN", "0", leaves={FORCED_LABOR: "goods_exempt"}),
    "3926.90.99 china": us("CN", "20", FORCED_LABOR, "us-cn-301-list-4a", base="5.3"),
    "9403.60.80 vietnam": us("VN", "12.5-25", base="0"),
    "drones from china": us("CN", "62.5-137.5", "us-cn-301-list-1", FORCED_LABOR),
    "jeans from bangladesh": us("BD", "10", "us-bd-301-forced-labor", base="0-16.6"),
    "watches from switzerland": us("CH", "12.5", "us-ch-301-forced-labor", base="0-14"),
    "coffee from brazil": us("BR", "0", leaves={"us-br-301": "goods_exempt"}),
    "aluminum from uae": us("AE", "50", "us-232-aluminium"),
    "copper pipes from chile": us("CL", "50", "us-232-copper"),
    "beef from argentina": us("AR", "0", leaves={"us-ar-301-forced-labor": "goods_exempt"}),
    "generic medicines from india": us("IN", "0", leaves={"us-232-pharma": "goods_exempt"}),
    "wine from canada": us("CA", BANNED),
    "olive oil from spain": us("ES", "10", "us-eu-301-forced-labor"),
    "us china 3926.90.99": both(rate("US", "CN", "20", base="5.3"), rate("CN", "US", "10")),
}
LAWS_OF_A_PAIR: dict[str, Expected] = {
    "what is the 301 rate on brazil": us("BR", "37.5", "us-br-301", "us-br-301-forced-labor"),
    "what is the section 301 rate on nicaragua": us(
        "NI", "12.5", "us-ni-301-forced-labor", leaves={"us-ni-301": "nothing_charged"}
    ),
    "301 rate on vietnam": us("VN", "12.5", "us-vn-301-forced-labor"),
    "us eu section 232": both(
        rate("US", "EU", "10-50", rows={**BASIC_232, "us-232-autos-eu": "15"})
    ),
    "uk section 232": us("GB", "7.5-50", rows={"us-232-steel-uk": "25", "us-232-autos-gb": "7.5"}),
    "us korea section 232": both(
        rate("US", "KR", "10-50", rows={**BASIC_232, "us-232-autos-kr": "15"})
    ),
    "does mexico still pay the fentanyl tariff": us(
        "MX",
        "0",
        leaves={"us-mx-ieepa-fentanyl": "struck_down"},
        ended={"us-mx-ieepa-fentanyl": "2026-02-23"},
    ),
    "does china still pay reciprocal tariffs": us(
        "CN", "0", ended={"us-cn-ieepa-reciprocal": "2026-02-23"}
    ),
    "does india still pay the russian oil tariff": us(
        "IN",
        "0",
        leaves={"us-in-ieepa-russia-oil": "ended"},
        ended={"us-in-ieepa-russia-oil": "2026-02-06"},
    ),
}
CARDS: dict[str, Expected] = {
    "section 338": shown(
        "section-338",
        COLLECTED,
        rates={
            "us-ca-338-alcohol": (COLLECTED, "50"),
            "us-ca-338-import-ban": (DutyState.BANNED, ""),
        },
        events=frozenset({"section-338-began", "section-338-changed"}),
    ),
    "section 201": shown(
        "section-201",
        COLLECTED,
        rates={
            "us-201-quartz-in-quota": (COLLECTED, "25"),
            "us-201-quartz-over-quota": (COLLECTED, "50"),
            "us-201-solar": (ENDED, "14"),
        },
        days=frozenset({"2027-08-15"}),
    ),
    "section 301": shown(
        "section-301",
        COLLECTED,
        rates={
            "us-br-301": (COLLECTED, "25"),
            "us-ni-301": (BEGINS, "10"),
            "us-cn-301-list-4a": (COLLECTED, "7.5"),
        },
        days=frozenset({"2027-01-01", "2027-06-23"}),
    ),
    "section 337": shown("section-337", covered=False),
    "reciprocal tariffs": shown("reciprocal", STRUCK_DOWN, since="2026-02-24"),
    "section 122 refunds": shown("refunds", labels=frozenset({"Section 122"})),
    "refund of liquidated ieepa entries": shown(
        "refunds", events=frozenset({"ieepa-final-entries-appeal"})
    ),
    "can i file a protest": shown("refunds", labels=frozenset({"Later but within 180 days"})),
    "can we still claim usmca": shown("usmca", labels=frozenset({"Frees from"})),
    "is the forced labor duty still in force": shown(
        "section-301-forced-labor",
        COLLECTED,
        since="2026-07-24",
        events=frozenset({"forced-labor-argued", "forced-labor-more-briefs"}),
    ),
    "are ieepa tariffs still collected": shown("ieepa", STRUCK_DOWN, since="2026-02-24"),
    "what happened with the 800 dollar exemption": shown("de-minimis", since="2025-08-29"),
    "are the fentanyl duties still collected": shown(
        "fentanyl", STRUCK_DOWN, rates={"us-ca-ieepa-fentanyl": (STRUCK_DOWN, "35")}
    ),
    "is antidumping included": shown("antidumping", covered=False),
    "agoa": shown("preferences", covered=False, days=frozenset({"2026-12-31"})),
    "secondary tariffs": shown("russia-energy-act", events=frozenset({"russia-energy-act"})),
}
PERCENTS: dict[str, Expected] = {
    "is the 25% still on": Asks("25%"),
    "is the 50% still on": Asks("50%", ("Section 232 steel", "Section 232 semi-finished copper")),
    "is the 15% still on": Asks("15%"),
    "when did the 125% tariff end": Asks("125%", ("Reciprocal tariff on China",)),
    "is the 40% brazil tariff still in force": us("BR", "37.5", "us-br-301"),
    "when did the 50% tariff on brazil end": us("BR", "37.5"),
    "when did the 20% fentanyl tariff end": both(
        rate("US", "CN", "0"), ended=("20", "2025-11-09", "10")
    ),
    "when did the 10% section 122 surcharge end": both(
        rate("US", "WORLD", "0"), ended=("10", "2026-07-23", "0")
    ),
    "when did the 25% fentanyl tariff start": Asks("25%", ("on Canada", "on Mexico")),
    "when did the 40% transshipment tariff end": shown("transshipment"),
    "is the 50% steel tariff still on": Asks("50%", ("Section 232 steel",)),
}
COMPARISONS: dict[str, Expected] = {
    "us japan vs korea vs eu": both(
        rate("US", "JP", "12.5"), rate("US", "KR", "12.5"), rate("US", "EU", "10")
    ),
    "us thailand vs indonesia vs malaysia": both(
        rate("US", "TH", "12.5"), rate("US", "ID", "10"), rate("US", "MY", "10")
    ),
    "us mexico vs canada": both(rate("US", "MX", "10"), rate("US", "CA", "10", up_to="160")),
    "china vs mexico steel": each(rate("US", "CN", "50-75"), rate("US", "MX", "50")),
    "mexico vs canada trucks": each(
        rate("US", "MX", "25", "us-232-trucks-buses"), rate("US", "CA", "25")
    ),
    "which is cheaper, thailand or malaysia": each(
        rate("US", "TH", "12.5"), rate("US", "MY", "10")
    ),
    "who pays less, japan or korea": each(rate("US", "JP", "12.5"), rate("US", "KR", "12.5")),
    "cheapest of vietnam, indonesia and bangladesh for shoes": each(
        rate("US", "VN", "12.5"), rate("US", "ID", "10"), rate("US", "BD", "10")
    ),
}
PERIODS: dict[str, Expected] = {
    "what changed in august 2026": days(
        CHANGES,
        "2026-08-01",
        "2026-08-31",
        ("2026-08-15", "us-201-quartz-in-quota"),
        ("2026-08-22", "us-ca-338-broad"),
    ),
    "what changed in september 2026": days(
        CHANGES,
        "2026-09-01",
        "2026-09-30",
        ("2026-09-03", "us-232-drones"),
        ("2026-09-29", "us-ca-338-import-ban"),
    ),
    "what changed in february 2026": days(
        CHANGES,
        "2026-02-01",
        "2026-02-28",
        ("2026-02-24", "us-cn-ieepa-reciprocal"),
        ("2026-02-24", "us-122-surcharge"),
        ("2026-02-07", "us-in-ieepa-russia-oil"),
    ),
    "what changes in december": days(
        UPCOMING, "2026-12-01", "2026-12-31", ("2026-12-31", "us-ht-preferences")
    ),
    "what changes in february 2027": days(
        UPCOMING, "2027-02-01", "2027-02-28", ("2027-02-09", "us-232-drone-parts")
    ),
    "upcoming 2027": days(
        UPCOMING,
        "2027-01-01",
        "2027-12-31",
        ("2027-01-01", "us-ni-301"),
        ("2027-06-23", "us-cn-301-legacy-chips"),
        ("2027-08-15", "us-201-quartz-in-quota"),
    ),
    "upcoming next quarter": days(
        UPCOMING, "2027-01-01", "2027-03-31", ("2027-01-05", "us-232-aircraft")
    ),
    "us brazil last year": both(rate("US", "BR", totals="0-50"), rate("BR", "US")),
    "us india last month": both(rate("US", "IN", totals="10-10"), rate("IN", "US")),
    "us canada in 2025": both(rate("US", "CA", totals="0-35"), rate("CA", "US")),
}
DAYS_AHEAD: dict[str, Expected] = {
    "cabinets from china on 2027-01-02": us(
        "CN", "75", "us-232-kitchen-cabinets", "us-cn-301-list-3", scheduled=True
    ),
    "sofas from germany on 2027-01-15": us("DE", "15", "us-232-furniture-deals"),
    "sofas from germany tomorrow": us("DE", "15", "us-232-furniture-deals", on="2026-12-01"),
    "solar cells from malaysia on 2026-12-05": us(
        "MY", "25", "us-232-polysilicon-derivatives", "us-my-301-forced-labor", scheduled=True
    ),
}
CLAIMS: dict[str, Expected] = {
    "cars from canada under usmca": us("CA", "0-25", leaves={"us-232-autos": "depends"}),
    "trucks from mexico under usmca": us("MX", "0-25"),
    "steel from canada under usmca": us("CA", "50-100", "us-232-steel"),
    "lumber from canada under usmca": us("CA", "10", "us-232-lumber-furniture"),
    "auto parts from mexico without usmca": us("MX", "25", "us-232-auto-parts"),
    "t-shirts from mexico not usmca": us("MX", "10", "us-mx-301-forced-labor"),
}
NOT_COVERED: dict[str, Expected] = {
    "steel china anti-dumping": us(
        "CN", "50-75", "us-232-steel", uncovered=frozenset({"antidumping duties"})
    ),
    "solar panels from vietnam countervailing duties": us(
        "VN", "12.5", uncovered=frozenset({"countervailing duties"})
    ),
    "shrimp from india antidumping": us("IN", "10", uncovered=frozenset({"antidumping duties"})),
}
POLITE: dict[str, Expected] = {
    "us vietnam pls": both(rate("US", "VN", "12.5"), rate("VN", "US")),
    "could you give me the rate for us thailand thanks": both(
        rate("US", "TH", "12.5"), rate("TH", "US")
    ),
    "hi there whats the tariff on japan please": us("JP", "12.5"),
    "what does japan pay on cars": us("JP", "15", "us-232-autos-jp"),
}
OTHER_IMPORTERS: dict[str, Expected] = {
    "china on us soybeans": both(rate("CN", "US", "10", "cn-us-2025-universal")),
    "canada on us steel": both(rate("CA", "US", "50", "ca-us-steel-aluminium")),
    "eu china electric cars": both(
        rate("EU", "CN", "35.3", "eu-cn-ev-cvd-others"), rate("CN", "EU")
    ),
    "mexico china cars": both(rate("MX", "CN", "50", "mx-world-cars"), rate("CN", "MX")),
}
MEANT: dict[str, Expected] = {
    "is india still at 50%, or should we shift our towel sourcing to turkey": each(
        us("IN", "10").answers[0], us("TR", "12.5").answers[0]
    ),
    "how much more do we pay on chinese toddler car seats than in jan 2025": us(
        "CN", "37.5", "us-cn-301-list-3", totals="25-170"
    ),
    "nothing about usmca please, just what's left on canada without it: potash, maple syrup": each(
        us("CA", "0").answers[0], us("CA", "10", "us-ca-301-forced-labor").answers[0]
    ),
    "when do us duties on mature-node chips from china begin": days(
        UPCOMING, "2026-11-10", "2031-11-30", ("2027-06-23", "us-cn-301-legacy-chips")
    ),
}
EVERY = (
    GOODS | LAWS_OF_A_PAIR | CARDS | PERCENTS | COMPARISONS | PERIODS | DAYS_AHEAD | CLAIMS
) | (NOT_COVERED | POLITE | OTHER_IMPORTERS | MEANT)


@pytest.mark.parametrize(("text", "expected"), EVERY.items())
async def test_a_question_is_answered_with_its_facts(text: str, expected: Expected) -> None:
    check(await type_question(text), expected)


@pytest.mark.parametrize("text", ["is the 10% still on", "is the 50% still on"])
async def test_each_option_of_a_question_back_gets_a_duty_or_its_card(text: str) -> None:
    asked = await type_question(text)
    assert isinstance(asked, replies.Clarification)
    for label, command in asked.options:
        match await type_question(command):
            case RateCard(facts=facts):
                measures = {one.name for row in facts.rows for one in row.measures}
            case RateAnswers(answers=answers):
                named = [one for each in answers for one in (*each.components, *each.not_counted)]
                measures = {one.measure for one in named}
            case other:
                pytest.fail(f"{command}: {other}")
        assert any(label.split(",")[0] in one for one in measures), (label, measures)
