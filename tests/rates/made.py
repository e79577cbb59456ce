"""A made-up ledger and its parts, so that each test states every value it depends on."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from bot.parties import WORLD, Parties, Party
from bot.rates.files.schema import ImposerFile, MfnFile
from bot.rates.files.validate import RatesFiles
from bot.rates.ledger import Ledger
from bot.rates.model.goods import Fit, Good, GoodsFile
from bot.rates.model.law import Effect, EventsFile, LegalEvent, Talk
from bot.rates.model.measure import Measure, RatePeriod, Source, Status
from bot.rates.model.warnings import Exclusion
from bot.rates.stacking import Layer

START = date(2026, 1, 1)
CHECKED = date(2026, 10, 2)
SOURCE = Source(text="Gazette", url="https://gazette.example/1")

PARTIES = Parties(
    [
        Party(code="US", name="United States", alpha3="USA"),
        Party(code="CN", name="China", alpha3="CHN"),
        Party(code="DE", name="Germany", alpha3="DEU"),
        Party(code="EU", name="European Union", members=("DE",)),
        Party(code=WORLD, name="all partners"),
    ]
)


def period(percent: float | str | None = 10, **fields: Any) -> RatePeriod:
    """A rate in force from the start of 2026 with no end, unless `fields` says otherwise."""
    given = {
        "from": START,
        "percent": None if percent is None else Decimal(str(percent)),
        "status": Status.IN_FORCE,
        "source": SOURCE,
    }
    return RatePeriod.model_validate(given | fields)


def measure(measure_id: str, *periods: RatePeriod, **fields: Any) -> Measure:
    """A US duty on China. It applies to particular goods, unless `fields` says otherwise."""
    given = {
        "id": measure_id,
        "imposer": "US",
        "partners": ("CN",),
        "name": f"Duty {measure_id}",
        "legal_basis": "Section 1",
        "covers": "some goods",
        "applies_to_all_goods": False,
        "periods": periods,
        "source": SOURCE,
    }
    return Measure.model_validate(given | fields)


def layer(
    measure_id: str,
    percent: float | str | None = 10,
    fit: Fit = Fit.NAMED,
    *,
    exempt: Exclusion | None = None,
    status: Status = Status.IN_FORCE,
    **fields: Any,
) -> Layer:
    """A layer: a measure, its rate on a day, and how well it fits the goods."""
    rate = period(percent, status=status)
    return Layer(measure(measure_id, rate, **fields), rate, fit, exempt)


def written(measure_id: str, *periods: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    """A measure as a dict in the format of a rates file."""
    given = {
        "id": measure_id,
        "name": f"Duty {measure_id}",
        "legal_basis": "Section 1",
        "covers": "some goods",
        "partners": ["CN"],
        "source": "gazette",
        "periods": [rate(**each) for each in periods],
    }
    return given | fields


def rate(percent: float | None = 10, **fields: Any) -> dict[str, Any]:
    """A rate period as a dict in the format of a rates file."""
    given = {"from": START, "percent": percent, "status": "in_force", "source": "gazette"}
    return given | fields


def sheet(*measures: Mapping[str, Any], imposer: str = "US", **fields: Any) -> ImposerFile:
    """The rates file of one imposer; its coverage has all partners."""
    given = {
        "imposer": imposer,
        "coverage": [{"partners": [WORLD], "since": date(2018, 1, 1), "checked": CHECKED}],
        "sources": {"gazette": SOURCE},
        "measures": measures,
    }
    return ImposerFile.model_validate(given | fields)


def book(
    *sheets: ImposerFile,
    legal: Iterable[LegalEvent] = (),
    talks: Iterable[Talk] = (),
    goods: Sequence[Good] = (),
) -> RatesFiles:
    """All files of a ledger: these imposer files and the events and goods."""
    return RatesFiles(
        imposer_files={f"{one.imposer}.yaml": one for one in sheets},
        mfn=MfnFile(sources={}, baselines=()),
        goods=GoodsFile(goods=tuple(goods)),
        events=EventsFile(legal=tuple(legal), talks=tuple(talks)),
    )


def ledger(
    *sheets: ImposerFile,
    legal: Iterable[LegalEvent] = (),
    talks: Iterable[Talk] = (),
    goods: Sequence[Good] = (),
) -> Ledger:
    """A ledger made from these imposer files, with the economies of `PARTIES`."""
    return Ledger(book(*sheets, legal=legal, talks=talks, goods=goods), PARTIES)


def ruling(day: date, *affects: str) -> LegalEvent:
    """A court ruling that holds the measures in `affects` unlawful."""
    return LegalEvent(
        on=day,
        body="court",
        case="A v. B",
        what="held unlawful",
        effect=Effect.HELD_UNLAWFUL,
        affects=affects,
        source=SOURCE,
    )


def talk(day: date, *parties: str) -> Talk:
    """A round of talks between these economies."""
    return Talk(on=day, parties=parties, place="Geneva", outcome="They met.", source=SOURCE)
