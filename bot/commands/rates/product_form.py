"""The form *Check a product*: its fields, and the question that they ask."""

import re
from datetime import date
from decimal import Decimal

from bot.errors import TariffwireError
from bot.parties import WORLD
from bot.rates.ledger import Ledger
from bot.rates.model.goods import format_code
from bot.rates.question.product.parsed import ParsedProduct
from bot.rates.question.query import QueryKind, RateQuery
from bot.rates.question.value import MAX_VALUE
from bot.text.single_line import to_single_line
from bot.values import Frozen

USMCA, COLUMN_2 = "usmca", "column 2"
NO_CLAIM = "none"
CLAIMS = {NO_CLAIM: "None", USMCA: "USMCA", COLUMN_2: "Column 2"}
"""What an importer can claim for the goods, with the names in the form."""
IMPORTER = "US"
"""The importing country of the claims, and of a form that nothing fills in."""

MOST_GOODS = 200
"""Maximum characters of the goods."""

_AMOUNT = re.compile(r"[0-9]{1,13}(?:\.[0-9]{1,2})?")
_CLAIM_WORDS = {
    USMCA: re.compile(r"\b(?:under |with )?(?:the )?usmca\b", re.IGNORECASE),
    COLUMN_2: re.compile(r"\bcol(?:umn|\.)? (?:2|two)\b", re.IGNORECASE),
}
_USMCA_ORIGINS = frozenset({"CA", "MX"})
_OLDEST, _LATEST = date(1990, 1, 1), date(2100, 1, 1)


class ProductForm(Frozen):
    """The values of the form as people enter them. Fields that are not filled in are empty."""

    imposer: str = IMPORTER
    partner: str = ""
    goods: str = ""
    """Words or an HS code."""
    day: str = ""
    """In ISO format."""
    claim: str = NO_CLAIM
    value: str = ""
    """The entered value in dollars."""


class ProductFormRefused(TariffwireError):
    """Raised for a form with invalid fields; `problems` maps each such field to cause and cure."""

    def __init__(self, problems: dict[str, str]) -> None:
        self.problems = problems
        field, cause = next(iter(problems.items()))
        super().__init__(field, cause)


def fill_product_form(query: RateQuery, ledger: Ledger) -> ProductForm:
    """The form with the values of a question."""
    goods, claim = to_single_line(query.product or ""), NO_CLAIM
    named = ledger.reader.read_any(goods).claims if goods else ()
    for one, words in _CLAIM_WORDS.items():
        if one in named:
            goods, claim = " ".join(words.sub(" ", goods).split()), one
    imposer = query.imposer if query.imposer in ledger.list_imposers() else None
    return ProductForm(
        imposer=imposer or IMPORTER,
        partner=query.partner if query.partner not in (None, WORLD, imposer) else "",
        goods=goods[:MOST_GOODS],
        day=query.on.isoformat() if query.on else "",
        claim=claim,
        value=f"{query.value:f}" if query.value is not None else "",
    )


def read_product_form(form: ProductForm, ledger: Ledger) -> RateQuery:
    """The question that the form asks. Raises ProductFormRefused."""
    problems: dict[str, str] = {}
    if form.imposer not in ledger.list_imposers():
        problems["imposer"] = "We have no duties of this economy. Choose one of the list."
    if form.partner not in ledger.parties:
        problems["partner"] = "Choose the origin of the goods."
    elif form.partner == form.imposer:
        problems["partner"] = "Choose another economy than the importing country."
    wanted = ledger.reader.read_any(form.goods)
    problem = _find_goods_problem(form, wanted, ledger)
    if problem:
        problems["goods"] = problem
    if form.claim not in CLAIMS:
        problems["claim"] = "Choose one of the claims."
    elif form.claim != NO_CLAIM and form.imposer != IMPORTER:
        problems["claim"] = "These claims are for imports into the United States. Choose None."
    elif form.claim == USMCA and form.partner not in _USMCA_ORIGINS:
        problems["claim"] = "USMCA is for goods of Canada and Mexico. Choose None."
    day, value = _read_day(form.day), _read_value(form.value)
    if form.day and day is None:
        problems["day"] = f"Choose a day from {_OLDEST.year} to {_LATEST.year}."
    if form.value and value is None:
        problems["value"] = "Enter an amount of US dollars, such as 9000 or 9,000.50."
    claims = [form.claim] if form.claim != NO_CLAIM else []
    if problems:
        raise ProductFormRefused(problems)
    return RateQuery(
        kind=QueryKind.PAIR,
        imposer=form.imposer,
        partner=form.partner,
        product=" ".join([to_single_line(form.goods), *claims]),
        on=day,
        value=value,
    )


def _find_goods_problem(form: ProductForm, wanted: ParsedProduct, ledger: Ledger) -> str:
    """The reason why the goods cannot be checked, with the cure; empty if there is none."""
    if not form.goods.strip():
        return "Enter goods, such as solar cells, or an HS code, such as 8507.60."
    if not (wanted.goods or wanted.codes):
        names = ledger.reader.suggest_names(wanted)
        similar = f" Did you mean {' or '.join(names)}?" if names else ""
        cure = "Try other words, or an HS code, such as 8507.60."
        return f"Not goods that we know.{similar} {cure}"
    if code := ledger.find_unknown_code(form.imposer, wanted):
        return f"The tariff schedule has no {format_code(code)}. Check the code, or enter words."
    return ""


def _read_day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if _OLDEST <= day <= _LATEST else None


def _read_value(text: str) -> Decimal | None:
    plain = text.strip().removeprefix("$").replace(",", "").strip()
    if not _AMOUNT.fullmatch(plain):
        return None
    value = Decimal(plain)
    return value if 0 < value <= MAX_VALUE else None
