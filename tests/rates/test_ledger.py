"""The measures that a made-up ledger has for a pair of economies."""

from datetime import date
from decimal import Decimal

import pytest

from bot.parties import WORLD
from bot.rates.answer.select import RateContext, build_layer
from bot.rates.model.goods import Fit, Good
from bot.rates.model.measure import Measure, Status
from bot.rates.model.warnings import Exclusion, Reason
from bot.rates.question.product.parsed import ParsedProduct
from bot.rates.stacking import Layer
from tests.rates.made import START, ledger, rate, sheet, talk, written

DAY = date(2026, 6, 1)
APRIL, MAY, JUNE, JULY = (date(2026, month, 1) for month in (4, 5, 6, 7))
TALKS = ledger(
    sheet(),
    talks=[
        talk(JULY, "US", "CN", "EU"),
        talk(APRIL, "US", "CN"),
        talk(MAY, "US", "EU"),
        talk(JUNE, "CN", "EU"),
    ],
)


@pytest.mark.parametrize(
    ("imposer", "partner", "days"),
    [
        ("US", "CN", [APRIL, JULY]),
        ("US", "EU", [MAY, JULY]),
        ("EU", "US", [MAY, JULY]),
        ("US", "DE", [MAY, JULY]),
        ("DE", "CN", [JUNE, JULY]),
        ("US", WORLD, []),
    ],
)
def test_the_talks_of_a_pair_are_those_with_both_parties(
    imposer: str, partner: str, days: list[date]
) -> None:
    assert [each.on for each in TALKS.get_pair(imposer, partner).talks] == days


def test_several_files_can_have_words_for_the_same_legal_basis() -> None:
    both = ledger(
        sheet(bases={"Section 301": ["unfair trade"]}),
        sheet(imposer="CN", bases={"Section 301": ["retaliation act"], "Order 5": []}),
    )
    for words in ("unfair trade", "retaliation act", "section 301"):
        assert both.reader.names.find_bases(words) == ("Section 301",)
    assert both.reader.names.find_bases("order 5") == ("Order 5",)


LAYERS = ledger(
    sheet(
        written("a", {"percent": 10, "to": JUNE}, {"percent": 25, "from": JULY}, general=True),
        written("quota", {"not_for": ["CN"]}, general=True),
        written(
            "steel",
            {},
            scope={"goods": ["steel"]},
            exempt=[
                {"scope": {"goods": ["pipes"]}, "why": "on a list", "from": START, "to": MAY},
            ],
        ),
        written("world", {}, partners=[WORLD], exceptions=["DE"], general=True),
        written("planned", {"percent": None, "status": "announced"}),
    ),
    sheet(written("bloc", {}, partners=["US"], general=True), imposer="EU"),
    goods=[
        Good(id="steel", name="steel"),
        Good(id="pipes", name="pipes", part_of=("steel",)),
        Good(id="wine", name="wine"),
    ],
)
CHINA = frozenset({"CN"})
PIPES = ParsedProduct("pipes", goods=("pipes",))


def test_a_pair_has_the_measures_on_the_partner() -> None:
    assert {each.id for each in LAYERS.get_pair("US", "CN").measures} == {
        *("a", "quota", "steel", "world", "planned")
    }
    assert [each.id for each in LAYERS.get_pair("US", "EU").measures] == ["world"]
    assert [each.id for each in LAYERS.get_pair("US", "DE").measures] == []
    assert [each.id for each in LAYERS.get_pair("DE", "US").measures] == ["bloc"]
    assert LAYERS.get_pair("CN", "US").measures == ()


def layer(
    measure: Measure, charged: frozenset[str], day: date, wanted: ParsedProduct | None, fit: Fit
) -> Layer | None:
    """The layer that a measure gives for these charged partners, this day and these goods."""
    fits = {measure.id: fit}
    context = RateContext(LAYERS, "US", "CN", day, wanted, (measure,), charged, fits)
    return build_layer(context, measure)


def test_a_measure_is_a_layer_only_on_its_days_and_goods() -> None:
    one = next(each for each in LAYERS.measures if each.id == "a")
    assert layer(one, CHINA, date(2025, 12, 31), None, Fit.NAMED) is None
    assert layer(one, CHINA, date(2026, 6, 2), None, Fit.NAMED) is None
    assert layer(one, CHINA, DAY, None, Fit.NONE) is None
    for day, percent in ((DAY, Decimal(10)), (JULY, Decimal(25))):
        found = layer(one, CHINA, day, None, Fit.PARTIAL)
        assert found is not None
        assert (found.period.percent, found.fit, found.exclusion) == (percent, Fit.PARTIAL, None)


def test_a_partner_with_its_own_quota_is_exempt() -> None:
    one = next(each for each in LAYERS.measures if each.id == "quota")
    free = layer(one, CHINA, DAY, None, Fit.NAMED)
    charged = layer(one, frozenset({"DE", "EU"}), DAY, None, Fit.NAMED)
    assert free is not None
    assert free.exclusion == Exclusion(Reason.PARTNER_EXEMPT)
    assert charged is not None
    assert charged.exclusion is None


def test_exempt_goods_are_exempt_during_the_exemption_only() -> None:
    one = next(each for each in LAYERS.measures if each.id == "steel")
    freed = []
    for day in (START, MAY, date(2026, 5, 2)):
        found = layer(one, CHINA, day, PIPES, Fit.NAMED)
        assert found is not None
        freed.append(found.exclusion is not None)
    assert freed == [True, True, False]


def test_every_measure_of_the_pair_has_a_fit() -> None:
    assert LAYERS.get_fits("US", "CN", PIPES) == {
        "a": Fit.NAMED,
        "quota": Fit.NAMED,
        "steel": Fit.HEADING,
        "world": Fit.NAMED,
        "planned": Fit.NONE,
    }
    assert LAYERS.get_fits("US", "CN", None)["steel"] is Fit.NONE


def test_an_announced_rate_is_not_charged() -> None:
    made = ledger(sheet(written("a", rate(10, status="announced"))))
    [period] = made.measures[0].periods
    assert (period.status, period.is_charged) == (Status.ANNOUNCED, False)
