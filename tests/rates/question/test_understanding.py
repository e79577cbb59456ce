"""How questions as people type them are understood: the fields of the query, with shipped data.

The day is 30 November 2026."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import NoEconomyNamed, QueryError, UnclearQuestion, UnknownParty
from bot.parties import WORLD, Parties
from bot.rates.ledger import Ledger
from bot.rates.question.parse import parse_query
from bot.rates.question.query import QueryKind, RateQuery, Uncovered
from bot.rates.question.wording import FILLER

TODAY = date(2026, 11, 30)
SHARED = Path(__file__).parents[4] / "shared" / "cases" / "questions.tsv"


def query(kind: QueryKind, **fields: Any) -> RateQuery:
    for name in ("on", "since", "until"):
        if name in fields:
            fields[name] = date.fromisoformat(fields[name])
    for name in ("percent", "value"):
        if name in fields:
            fields[name] = Decimal(fields[name])
    return RateQuery(kind=kind, **fields)


def us(partner: str, *versus: str, **fields: Any) -> RateQuery:
    """A question that names only origins: the US is assumed to import."""
    kind = QueryKind.COMPARE if versus else QueryKind.PAIR
    fields |= {"versus": versus, "imposer_assumed": True}
    return query(kind, imposer="US", partner=partner, **fields)


def pair(imposer: str, partner: str, **fields: Any) -> RateQuery:
    return query(QueryKind.PAIR, imposer=imposer, partner=partner, **fields)


def both(imposer: str, partner: str, **fields: Any) -> RateQuery:
    return pair(imposer, partner, both_ways=True, **fields)


def charges(imposer: str, **fields: Any) -> RateQuery:
    """A question about the duties of one economy on goods or under a law."""
    return pair(imposer, WORLD, partner_implied=True, **fields)


def compare(imposer: str, partner: str, *versus: str, **fields: Any) -> RateQuery:
    return query(QueryKind.COMPARE, imposer=imposer, partner=partner, versus=versus, **fields)


def party(code: str, **fields: Any) -> RateQuery:
    return query(QueryKind.PARTY, partner=code, **fields)


def percentage(**fields: Any) -> RateQuery:
    return query(QueryKind.PERCENT, **fields)


def upcoming(**fields: Any) -> RateQuery:
    return query(QueryKind.UPCOMING, **fields)


def changes(**fields: Any) -> RateQuery:
    return query(QueryKind.CHANGES, **fields)


def card(name: str) -> RateQuery:
    return query(QueryKind.CARD, card=name)


SENTENCES: list[tuple[str, RateQuery]] = [
    ("vietnam", us("VN")),
    ("china", us("CN")),
    ("us", party("US")),
    ("china's tariffs", party("CN")),
    ("chinese tariffs", party("CN")),
    ("tariffs imposed by china", party("CN")),
    ("chinese tariffs on us goods", pair("CN", "US")),
    ("mexico on us", pair("MX", "US")),
    ("us goods into vietnam", pair("VN", "US")),
    ("us to china", pair("CN", "US")),
    ("china to us", pair("US", "CN")),
    ("american cars to japan", pair("JP", "US", product="cars")),
    ("tariffs on canada", us("CA")),
    ("canada tariffs", us("CA")),
    ("germany cars", us("DE", product="cars")),
    ("cars from germany", us("DE", product="cars")),
    ("how much duty do we pay on furniture from vietnam", us("VN", product="furniture")),
    ("can you tell us the tariff on china", us("CN")),
    ("tell us about china", us("CN")),
    ("CAN tariffs on steel", us("CA", product="steel")),
    ("US CAN steel", both("US", "CA", product="steel")),
    ("can we import steel from india", us("IN", product="steel")),
    (
        "could you please tell me what we pay on shoes from vietnam, thanks",
        us("VN", product="shoes"),
    ),
    ("hi, what is the tariff on toys from china?", us("CN", product="toys")),
    ("what's the us tariff on indian goods right now", pair("US", "IN")),
    ("is there a tariff on coffee from brazil", us("BR", product="coffee")),
    ("turkey", us("TR")),
    ("us turkey", both("US", "TR")),
    ("jordan shoes from vietnam", us("VN", product="jordan shoes")),
    ("swiss cheese from france", us("FR", product="swiss cheese")),
    ("swiss watches", us("CH", product="watches")),
    ("brazil nuts from bolivia", us("BO", product="brazil nuts")),
    ("is it in force on china", us("CN")),
    ("so what is my duty on steel from germany", us("DE", product="steel")),
    ("do i pay duty to import cars from japan", us("JP", product="cars")),
    ("who pays more china or vietnam", us("CN", "VN")),
    ("who pays less, the eu or the uk", us("EU", "GB")),
    ("does india still pay the russian oil tariff", us("IN", product="russian oil")),
    ("russian oil from russia", us("RU", product="oil")),
    ("steel china anti-dumping", us("CN", product="steel", uncovered=(Uncovered.ANTIDUMPING,))),
    ("which is lower, mexico or canada, for auto parts", us("MX", "CA", product="auto parts")),
    (
        "cheapest of vietnam, india, bangladesh for t-shirts",
        us("VN", "IN", "BD", product="t-shirts"),
    ),
    ("compare china vietnam india", us("CN", "VN", "IN")),
    ("compare us tariffs on china and vietnam", compare("US", "CN", "VN")),
    ("eu on china vs india", compare("EU", "CN", "IN")),
    ("steel from china and india", us("CN", "IN", product="steel")),
    ("steel from china or india into the eu", compare("EU", "CN", "IN", product="steel")),
    ("tariffs on korea and japan", us("KR", "JP")),
    ("chinese vs vietnamese furniture", us("CN", "VN", product="furniture")),
    ("us on china or vietnam", compare("US", "CN", "VN")),
    ("japan vs eu cars", us("JP", "EU", product="cars")),
    ("steel and aluminum from china", us("CN", product="steel and aluminum")),
    ("steel, aluminum and copper from canada", us("CA", product="steel, aluminum and copper")),
    ("auto parts from mexico without usmca", us("MX", product="auto parts without usmca")),
    ("non-usmca auto parts from canada", us("CA", product="non-usmca auto parts")),
    ("auto parts canada under usmca", us("CA", product="auto parts under usmca")),
    ("no usmca mexico cars", us("MX", product="no usmca cars")),
    ("8507.60 china", us("CN", product="8507.60")),
    ("850760 china", us("CN", product="850760")),
    ("8507 60 00 china", us("CN", product="8507 60 00")),
    ("hts 8507.60.00.20 from china", us("CN", product="hts 8507.60.00.20")),
    ("hs code 8507.60 from china", us("CN", product="hs code 8507.60")),
    ("chapter 85 china", us("CN", product="chapter 85")),
    ("china 84", us("CN", product="chapter 84")),
    ("us china 84", both("US", "CN", product="chapter 84")),
    ("84 from china", us("CN", product="chapter 84")),
    ("hs8507 china", us("CN", product="hs8507")),
    ("8507-60-00 china", us("CN", product="8507-60-00")),
    ("tarrif on china", us("CN")),
    ("aluminium from canada", us("CA", product="aluminium")),
    ("histroy us china", both("US", "CN", history=True)),
    ("is the 10% still on", percentage(percent=10, history=True)),
    ("is the 25% on canada still in force", us("CA", percent=25, history=True)),
    ("when did the 145% tariff end", percentage(percent=145, history=True)),
    ("when did the 145% tariff on china end", us("CN", percent=145, history=True)),
    ("was there a 50% tariff on brazil", us("BR", percent=50, history=True)),
    ("us china yesterday", both("US", "CN", on="2026-11-29")),
    ("us china tomorrow", both("US", "CN", on="2026-12-01")),
    ("us china in 30 days", both("US", "CN", on="2026-12-30")),
    ("us china 2025/12/31", both("US", "CN", on="2025-12-31")),
    ("us china july 2026", both("US", "CN", since="2026-07-01", until="2026-07-31")),
    ("us china 2025", both("US", "CN", since="2025-01-01", until="2025-12-31")),
    ("us china q3 2025", both("US", "CN", since="2025-07-01", until="2025-09-30")),
    ("us china since june", both("US", "CN", since="2026-06-01", until="2026-11-30")),
    ("us china since 2026-06-01", both("US", "CN", since="2026-06-01", until="2026-11-30")),
    ("us china before 2025-04-01", both("US", "CN", on="2025-03-31")),
    ("us china after 2026-01-01", both("US", "CN", since="2026-01-02", until="2026-11-30")),
    ("us china last month", both("US", "CN", since="2026-10-01", until="2026-10-31")),
    ("us china this year", both("US", "CN", since="2026-01-01", until="2026-12-31")),
    ("us china next month", both("US", "CN", since="2026-12-01", until="2026-12-31")),
    ("us china last week", both("US", "CN", since="2026-11-23", until="2026-11-29")),
    ("us china early 2025", both("US", "CN", since="2025-01-01", until="2025-04-30")),
    ("us china end of 2026", both("US", "CN", on="2026-12-31")),
    (
        "us china between may and july 2026",
        both("US", "CN", since="2026-05-01", until="2026-07-31"),
    ),
    (
        "us china from may 2025 to july 2026",
        both("US", "CN", since="2025-05-01", until="2026-07-31"),
    ),
    ("us china on dec 4", both("US", "CN", on="2026-12-04")),
    ("us china 14 may 2025", both("US", "CN", on="2025-05-14")),
    ("what changes tomorrow", upcoming(since="2026-12-01", until="2026-12-01")),
    ("what changed yesterday", changes(since="2026-11-29", until="2026-11-29")),
    ("what changes this week", upcoming(since="2026-11-30", until="2026-12-06")),
    ("what changed last week", changes(since="2026-11-23", until="2026-11-29")),
    (
        "what changed last month for china",
        changes(partner="CN", since="2026-10-01", until="2026-10-31"),
    ),
    ("what will change in january", upcoming(since="2027-01-01", until="2027-01-31")),
    ("what changes in january", upcoming(since="2027-01-01", until="2027-01-31")),
    ("changes in july 2026", changes(since="2026-07-01", until="2026-07-31")),
    ("changes in q3 2026", changes(since="2026-07-01", until="2026-09-30")),
    ("changes last 7 days", changes(since="2026-11-23", until="2026-11-30")),
    ("changes since june", changes(since="2026-06-01")),
    ("changes in 2025", changes(since="2025-01-01", until="2025-12-31")),
    ("upcoming next month", upcoming(since="2026-12-01", until="2026-12-31")),
    ("upcoming 2027", upcoming(since="2027-01-01", until="2027-12-31")),
    ("upcoming next 30 days", upcoming(since="2026-11-30", until="2026-12-30")),
    ("upcoming in 30 days", upcoming(since="2026-12-30", until="2026-12-30")),
    ("upcoming until march", upcoming(until="2027-03-31")),
    ("upcoming in december china", upcoming(partner="CN", since="2026-12-01", until="2026-12-31")),
    ("upcoming january steel", upcoming(product="steel", since="2027-01-01", until="2027-01-31")),
    ("upcoming before 2027-03-01", upcoming(until="2027-02-28")),
    ("when do tariffs on sofas go up", upcoming(product="sofas")),
    ("when does the 30% sofa tariff start", upcoming(product="sofa", percent=30)),
    ("when will the china truce end", upcoming(partner="CN")),
    ("what is coming up for canada", upcoming(partner="CA")),
    ("what's new on steel", changes(product="steel", since="2026-10-31")),
    ("anything coming on semiconductors", upcoming(product="semiconductors")),
    (
        "softwood lumber canada anti-dumping",
        us("CA", product="softwood lumber", uncovered=(Uncovered.ANTIDUMPING,)),
    ),
    (
        "countervailing duties on solar cells from vietnam",
        us("VN", product="solar cells", uncovered=(Uncovered.COUNTERVAILING,)),
    ),
    (
        "ad/cvd china steel",
        us(
            "CN",
            product="steel",
            uncovered=(
                Uncovered.ANTIDUMPING,
                Uncovered.COUNTERVAILING,
            ),
        ),
    ),
    ("duty drawback us china", both("US", "CN", uncovered=(Uncovered.DRAWBACK,))),
    ("tariff-rate quota sugar brazil", us("BR", product="sugar", uncovered=(Uncovered.QUOTA,))),
    ("agoa kenya textiles", us("KE", product="agoa textiles", uncovered=(Uncovered.AGOA,))),
    ("gsp india", us("IN", product="gsp", uncovered=(Uncovered.GSP,))),
    ("us china section 301", pair("US", "CN", product="section 301")),
    ("section 301 china", us("CN", product="section 301")),
    ("what is the 232 rate on eu cars", us("EU", product="232 cars")),
    ("canada countermeasures", pair("CA", "US")),
    ("china retaliation", pair("CN", "US")),
    ("china retaliatory tariffs on soybeans", pair("CN", "US", product="soybeans")),
    ("does china charge a tariff on us soybeans", pair("CN", "US", product="soybeans")),
    ("what does india charge on us apples", pair("IN", "US", product="apples")),
    ("does india charge a tariff on apples", charges("IN", product="apples")),
    ("how much does china pay", us("CN")),
    ("exports to vietnam", party("VN")),
    ("duty on exports to mexico", party("MX")),
    ("us exports to india", pair("IN", "US")),
    ("what does the eu charge on us steel", pair("EU", "US", product="steel")),
    ("what about mexico", us("MX")),
    ("duty on 500 pairs of shoes from Vietnam", us("VN", product="shoes")),
    ("a container of ceramic tiles from Spain", us("ES", product="ceramic tiles")),
    ("what's the tariff between the US and Japan", both("US", "JP")),
    ("Ch. 84 from Germany", us("DE", product="chapter 84")),
    ("chapters 72 and 73 from turkey", us("TR", product="chapter 72 and chapter 73")),
    ("8507 60 china", us("CN", product="8507 60")),
    ("hts#8544.42.9090 from VN", us("VN", product="hts#8544.42.9090")),
    ("pls advise duty on HTS 4202.92.3131 / CN", us("CN", product="hts 4202.92.3131")),
    ("origin VN / 6404.11", us("VN", product="6404.11")),
    ("landed 9403.60 from Malaysia incl. MFN", us("MY", product="landed 9403.60 incl mfn")),
    ("goods from Canada that don't qualify for usmca", us("CA", product="not usmca")),
    ("goods from Mexico which aren't usmca eligible", us("MX", product="not usmca")),
    ("steel from mexico that does not meet the usmca rules", us("MX", product="steel not usmca")),
    (
        "mexican tomatoes that qualify under usmca",
        us("MX", product="tomatoes under usmca"),
    ),
    ("Tariff for China-origin LED lamps", us("CN", product="led lamps")),
    ("vietnamese-made furniture", us("VN", product="furniture")),
    ("hand-made carpets from iran", us("IR", product="hand-made carpets")),
    ("goods of chinese origin shipped from mexico", us("CN", via=("MX",))),
    ("steel made in china shipped from vietnam", us("CN", product="steel", via=("VN",))),
    ("chinese toys via vietnam", us("CN", product="toys", via=("VN",))),
    ("steel shipped from canada", us("CA", product="steel")),
    ("french wine or italian wine", us("FR", "IT", product="wine")),
    ("mexico beer vs tequila", us("MX", product="beer, tequila")),
    ("steel vs aluminum from canada", us("CA", product="steel, aluminum")),
    ("who pays more on steel, japan or korea?", us("JP", "KR", product="steel")),
    ("cheapest of vietnam, india and laos for hats", us("VN", "IN", "LA", product="hats")),
    ("us mexico until the end of year", both("US", "MX", on="2026-12-31")),
    ("us china by end of year", both("US", "CN", on="2026-12-31")),
    ("us china end of last quarter", both("US", "CN", on="2026-09-30")),
    (
        "us china since beginning of the year",
        both("US", "CN", since="2026-01-01", until="2026-11-30"),
    ),
    ("us china 11/2025", both("US", "CN", since="2025-11-01", until="2025-11-30")),
    ("us china 4Q25", both("US", "CN", since="2025-10-01", until="2025-12-31")),
    ("us china Q4'25", both("US", "CN", since="2025-10-01", until="2025-12-31")),
    ("us china 2025 vs 2026", both("US", "CN", since="2025-01-01", until="2026-12-31")),
    ("tariffs on india in Q3", us("IN", since="2026-07-01", until="2026-09-30")),
    ("hearing aids from china", us("CN", product="hearing aids")),
    ("where do we stand with china", us("CN")),
    ("what do we pay on 50 kg of coffee from brazil", us("BR", product="coffee")),
    ("japan and korea", us("JP", "KR")),
    ("canada and mexico section 232", us("CA", "MX", product="section 232")),
    ("tariffs between japan and korea on cars", both("JP", "KR", product="cars")),
    ("wine from france and italy", us("FR", "IT", product="wine")),
    ("france", us("FR")),
    ("european union cars", us("EU", product="cars")),
    ("electric cars from china into the eu", pair("EU", "CN", product="electric cars")),
    ("ev from china to canada", pair("CA", "CN", product="ev")),
    ("tariff on chinese evs in mexico", pair("MX", "CN", product="evs")),
    ("us tariff on goods from the uk", pair("US", "GB")),
    ("uk cars within quota", us("GB", product="cars within quota")),
    ("steel derivative articles from india", us("IN", product="steel derivative articles")),
    ("furniture from viet nam", us("VN", product="furniture")),
    (
        "phones from china last year",
        us("CN", product="phones", since="2025-01-01", until="2025-12-31"),
    ),
    ("will tariffs on china change", upcoming(partner="CN")),
    ("tariffs china 2027", us("CN", since="2027-01-01", until="2027-12-31")),
    ("march 2025 countermeasure china", pair("CN", "US", product="march 2025 countermeasure")),
    ("2018 countermeasure china", pair("CN", "US", product="2018 countermeasure")),
    ("may i import cars from japan", us("JP", product="cars")),
    ("us china in may 2025", both("US", "CN", since="2025-05-01", until="2025-05-31")),
    ("does the us tariff canada", both("US", "CA")),
    ("is canada exempt", us("CA")),
    ("are there tariffs on mexico", us("MX")),
    ("is mexico still exempt under usmca", us("MX", product="usmca")),
    ("what tariffs does mexico pay", us("MX")),
    ("tariffs between us and china", both("US", "CN")),
    ("mexico canada", both("MX", "CA")),
    ("de minimis china", us("CN", product="de minimis")),
    ("is steel from us tariffed in canada", pair("CA", "US", product="steel")),
    ("us whiskey into canada", pair("CA", "US", product="whiskey")),
    ("american whiskey", party("US", product="whiskey", only_as_origin=True)),
    ("duties on us steel", party("US", product="steel", only_as_origin=True)),
    ("us steel", charges("US", product="steel")),
    ("japan 15%", us("JP", percent=15, history=True)),
    ("us japan 8703.23.01", both("US", "JP", product="8703.23.01")),
    ("ad valorem duty on china", us("CN")),
    ("ai chips from taiwan", us("TW", product="ai chips")),
    ("gin from uk", us("GB", product="gin")),
    ("trump tariffs on china", pair("US", "CN")),
    ("section 232 on japanese cars", us("JP", product="section 232 cars")),
    ("what's the tariff for importing bikes from taiwan to us", pair("US", "TW", product="bikes")),
    ("duty rate for hs 6109.10 from bangladesh", us("BD", product="hs 6109.10")),
    ("how much tax on laptops from china", us("CN", product="laptops")),
    ("is there an exemption for phones from china", us("CN", product="phones")),
    ("how high are tariffs on swiss goods", us("CH")),
    ("do tariffs on brazil still apply", us("BR")),
    ("any duties on coffee from colombia", us("CO", product="coffee")),
    ("chinese steel and aluminium duties", us("CN", product="steel and aluminium")),
    ("cars from japan, korea or germany", us("JP", "KR", "DE", product="cars")),
    ("which country has the lowest tariff: vietnam, thailand or mexico", us("VN", "TH", "MX")),
    ("vietnam or thailand furniture", us("VN", "TH", product="furniture")),
    ("eu vs uk", us("EU", "GB")),
    (
        "is mexico or canada cheaper for auto parts under usmca",
        us("MX", "CA", product="auto parts under usmca"),
    ),
    ("us vs china", both("US", "CN")),
    ("china vs us", both("CN", "US")),
    ("tariffs on china from mexico", pair("MX", "CN")),
    ("mexican tariffs on chinese cars", pair("MX", "CN", product="cars")),
    ("brazil tariffs", us("BR")),
    ("ev tariffs in the eu on china", pair("EU", "CN", product="ev")),
    ("lithium batteries china 2026-01-01", us("CN", product="lithium batteries", on="2026-01-01")),
    ("us china 8507.60.00 value 10000", both("US", "CN", product="8507.60.00", value=10000)),
    ("toys from china $5000", us("CN", product="toys", value=5000)),
    ("when did tariffs on canada start", us("CA", history=True)),
    ("how have us tariffs on china changed over time", pair("US", "CN", history=True)),
    (
        "how did us tariffs on china change in 2025",
        pair("US", "CN", since="2025-01-01", until="2025-12-31", history=True),
    ),
    (
        "what was the us tariff on china in april 2025",
        pair("US", "CN", since="2025-04-01", until="2025-04-30"),
    ),
    (
        "what will the tariff on china be in february",
        us("CN", since="2027-02-01", until="2027-02-28"),
    ),
    (
        "what will the tariff on sofas from vietnam be in 2027",
        us("VN", product="sofas", since="2027-01-01", until="2027-12-31"),
    ),
    ("were there tariffs on india in 2024", us("IN", since="2024-01-01", until="2024-12-31")),
    ("us china tariff as of 1 march 2025", both("US", "CN", on="2025-03-01")),
    ("rates on 24 july 2026 for canada", us("CA", on="2026-07-24")),
    ("what happens on 10 january", upcoming(since="2027-01-10", until="2027-01-10")),
    ("what happens on january 10 2027", upcoming(since="2027-01-10", until="2027-01-10")),
    ("what ends in december", upcoming(since="2026-12-01", until="2026-12-31")),
    ("what starts next week", upcoming(since="2026-12-07", until="2026-12-13")),
    ("deadlines next month", upcoming(since="2026-12-01", until="2026-12-31")),
    (
        "anything happening tomorrow with tariffs on eu",
        upcoming(partner="EU", since="2026-12-01", until="2026-12-01"),
    ),
    ("new tariffs this week", upcoming(since="2026-11-30", until="2026-12-06")),
    ("what tariffs start in january 2027", upcoming(since="2027-01-01", until="2027-01-31")),
    ("which tariffs expire in 2027", upcoming(since="2027-01-01", until="2027-12-31")),
    ("steel imports from mexico under usmca", us("MX", product="steel under usmca")),
    ("is usmca steel from canada exempt", us("CA", product="usmca steel")),
    ("refund on china ieepa", us("CN", product="refund ieepa")),
    ("exports of soybeans to china", pair("CN", "US", product="soybeans")),
    ("our exports to china of soybeans", pair("CN", "US", product="soybeans")),
    ("selling us beef to japan", pair("JP", "US", product="beef")),
    ("japanese tariffs on us beef", pair("JP", "US", product="beef")),
    ("vietnam vs us on steel", both("VN", "US", product="steel")),
    ("iron or steel from india", us("IN", product="iron or steel")),
    ("beer cans from mexico", us("MX", product="beer cans")),
    ("US imports of copper from Chile", pair("US", "CL", product="copper")),
    ("chile", us("CL")),
    ("oman aluminum", us("OM", product="aluminum")),
    ("mali", us("ML")),
    ("hong kong toys", us("HK", product="toys")),
    ("macau", us("MO")),
    ("taiwan semiconductors section 232", us("TW", product="semiconductors section 232")),
    ("tariff on goods of cuba", us("CU")),
    ("north korea", us("KP")),
    ("12.5% china", us("CN", percent="12.5", history=True)),
    ("15% japan cars", us("JP", product="cars", percent=15, history=True)),
    (
        "steel tariffs ending this year",
        changes(product="steel", since="2026-01-01", until="2026-12-31"),
    ),
    ("us china starting 2026-06-01", both("US", "CN", since="2026-06-01", until="2026-11-30")),
    ("upcoming dates in march", upcoming(since="2027-03-01", until="2027-03-31")),
]


@pytest.mark.parametrize(("text", "expected"), SENTENCES)
def test_a_sentence_is_understood(
    text: str, expected: RateQuery, parties: Parties, ledger: Ledger
) -> None:
    assert parse_query(text, parties, TODAY, ledger.reader) == expected


@pytest.mark.parametrize(
    ("text", "error", "offered"),
    [
        # Names of goods are no economies, even if they are spelt alike.
        ("turkey from canada", UnclearQuestion, "🇨🇦 0207"),
        ("chiaan", UnknownParty, "China"),
        ("us vitnm", UnknownParty, "Vietnam"),
        ("china and vietnam furniture", UnclearQuestion, "🇨🇳 vs 🇻🇳 furniture"),
        ("canada and china canola", UnclearQuestion, "🇨🇳 on 🇨🇦 canola"),
        ("us china tv mounts", UnclearQuestion, "🇺🇸 🇨🇳 all goods"),
        ("what is tariff on steel", UnclearQuestion, "🇺🇸 on 🇨🇦 steel"),
        ("when did section 122 start", NoEconomyNamed, "us china section 122"),
        ("antidumping", NoEconomyNamed, "us china"),
        ("compare eu and us tariffs on china", UnclearQuestion, "🇪🇺 on 🇨🇳"),
        ("us china on 03/04/2025", UnclearQuestion, "us china on 2025-03-04"),
        ("us china in june", UnclearQuestion, "us china in june 2027"),
    ],
)
def test_an_unclear_question_gets_suggestions(
    text: str, error: type[QueryError], offered: str, parties: Parties, ledger: Ledger
) -> None:
    with pytest.raises(error) as refused:
        parse_query(text, parties, TODAY, ledger.reader)
    found = refused.value
    match found:
        case UnknownParty():
            assert offered in found.suggestions
        case NoEconomyNamed():
            assert offered in found.questions
        case UnclearQuestion():
            assert offered in [command for _, command in found.options]
            assert len(found.options) <= 4


@pytest.mark.parametrize(
    "text",
    [
        "steel from everywhere except china",
        "all goods except steel from china",
        "toys not from china",
        "countries other than china",
        "us china chapter 99",
        "9903.88.03 china",
        "gizmos from china",
        "what is the meaning of life",
        "changes since whenever",
    ],
)
def test_nothing_that_was_not_understood_is_accepted(
    text: str, parties: Parties, ledger: Ledger
) -> None:
    with pytest.raises(QueryError) as refused:
        parse_query(text, parties, TODAY, ledger.reader)
    assert refused.value.cause


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("section 232", "section-232"),
        ("is the section 122 surcharge still in force", "section-122"),
        ("can i get a refund on ieepa duties", "refunds"),
    ],
)
def test_a_law_without_an_economy_is_a_card(
    text: str, name: str, parties: Parties, ledger: Ledger
) -> None:
    assert parse_query(text, parties, TODAY, ledger.reader, ledger.cards) == card(name)


def test_a_law_with_an_economy_is_a_question_about_rates(parties: Parties, ledger: Ledger) -> None:
    asked = parse_query("us japan section 232", parties, TODAY, ledger.reader, ledger.cards)
    assert asked == pair("US", "JP", product="section 232", cards=("section-232",))


def test_no_word_of_the_vocabulary_is_dropped_as_filler(ledger: Ledger) -> None:
    goods = {name for one in ledger.goods.by_id.values() for name in (one.name, *one.names)}
    measures = {name for one in ledger.measures for name in (one.name, *one.names)}
    words = {word for name in goods | measures for word in name.lower().split()}
    assert not words & FILLER


@given(st.text(st.sampled_from("usChina 0123456789.%$,-/ tofrmnsdeyw'"), max_size=300))
def test_hostile_text_is_understood_or_refused(parties: Parties, ledger: Ledger, text: str) -> None:
    try:
        found = parse_query(text, parties, TODAY, ledger.reader, ledger.cards)
    except QueryError:
        return
    assert found.kind in QueryKind


EXPECTED: dict[str, RateQuery] = {
    "toys from china": us("CN", product="toys"),
    "8544.42 china": us("CN", product="8544.42"),
    "us china vs vietnam vs india": compare("US", "CN", "VN", "IN"),
    "what is the 301 rate on china": us("CN", product="301", cards=("section-301",)),
    "us japan section 232": pair("US", "JP", product="section 232", cards=("section-232",)),
    "section 232": card("section-232"),
    "ieepa": card("ieepa"),
    "ieepa refunds": card("refunds"),
    "de minimis": card("de-minimis"),
    "usmca": card("usmca"),
    "is the section 122 surcharge still in force": card("section-122"),
    "is the 10% still on": percentage(percent=10, history=True),
    "can i get a refund on ieepa duties": card("refunds"),
    "does canada still pay the fentanyl tariff": us("CA", product="fentanyl", cards=("fentanyl",)),
    "korea vs japan cars": us("KR", "JP", product="cars"),
    "what changed in july 2026": changes(since="2026-07-01", until="2026-07-31"),
    "what changes next month": upcoming(since="2026-12-01", until="2026-12-31"),
    "upcoming january 2027": upcoming(since="2027-01-01", until="2027-01-31"),
    "sofas from vietnam on 2027-01-15": us("VN", product="sofas", on="2027-01-15"),
    "kitchen cabinets from malaysia on 2027-01-02": us(
        "MY", product="kitchen cabinets", on="2027-01-02"
    ),
    "car parts from mexico under usmca": us(
        "MX", product="car parts under usmca", cards=("usmca",)
    ),
    "auto parts from canada not usmca": us("CA", product="auto parts not usmca", cards=("usmca",)),
    "softwood lumber canada anti-dumping": us(
        "CA", product="softwood lumber", uncovered=(Uncovered.ANTIDUMPING,), cards=("antidumping",)
    ),
    "who pays more, vietnam or india": us("VN", "IN"),
    "us china last year": both("US", "CN", since="2025-01-01", until="2025-12-31"),
    "when did the 145% tariff end": percentage(percent=145, history=True),
    "shoes from vietnam": us("VN", product="shoes"),
    "us china pls": both("US", "CN"),
    "t-shirts from bangladesh": us("BD", product="t-shirts"),
}


@pytest.mark.parametrize(("text", "expected"), EXPECTED.items())
def test_a_question_of_the_trial_is_understood(
    text: str, expected: RateQuery, parties: Parties, ledger: Ledger
) -> None:
    assert parse_query(text, parties, TODAY, ledger.reader, ledger.cards) == expected


@pytest.mark.skipif(not SHARED.exists(), reason="needs the collected questions")
def test_every_collected_question_is_understood(parties: Parties, ledger: Ledger) -> None:
    with SHARED.open(encoding="utf-8") as lines:
        asked = [row["asked"] for row in csv.DictReader(lines, delimiter="\t")]
    assert asked
    for text in asked:
        if text.startswith("subscribe"):
            continue
        found = parse_query(text, parties, TODAY, ledger.reader, ledger.cards)
        assert found == EXPECTED.get(text, found), text
