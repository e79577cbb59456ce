"""Lists documents of the US Federal Register that name the tariff schedule.

GET {base}documents.json with `conditions[term]`, `conditions[type][]`,
`conditions[publication_date][gte]`, `fields[]`, `order`, `per_page` and `page` answers with
`{"count", "total_pages", "next_page_url", "results": [...]}`, without `results` if nothing matches.
No key is needed. Documented at federalregister.gov/developers/documentation/api/v1.

A document that changes a US duty amends the Harmonized Tariff Schedule and names it in its text, in
which `conditions[term]` searches. Proposed rules are left out, because they change no duty yet.
"""

import logging
from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter

from bot.errors import SourceError
from bot.sources.api import ApiModel, ApiUrl, SourceTools, parse_answer
from bot.text.plain import to_plain_text

log = logging.getLogger(__name__)

NAME = "The Federal Register"
PER_PAGE = 50
MOST_PAGES = 6
_TERM = '"Harmonized Tariff Schedule"'
_TYPES = ("RULE", "NOTICE", "PRESDOCU")


def _plain_text(longest: int) -> BeforeValidator:
    """A validator that makes plain text on one line of markup or None, at most `longest` long."""

    def convert(given: object) -> object:
        # Pydantic then refuses a value of another type.
        if not (given is None or isinstance(given, str)):
            return given
        return " ".join(to_plain_text(given or "", longest).split())

    return BeforeValidator(convert)


class JournalDocument(ApiModel):
    """A document as a journal lists it. All texts are plain text, not escaped for any output."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    number: str = Field(alias="document_number", min_length=1, max_length=40)
    """The document's number in the journal."""
    title: Annotated[str, _plain_text(500), Field(min_length=1)]
    abstract: Annotated[str, _plain_text(4000)] = ""
    type: Annotated[str, _plain_text(60)] = ""
    """`Rule`, `Notice` or `Presidential Document`."""
    subtype: Annotated[str, _plain_text(60)] = ""
    """A narrower type, such as `Proclamation`; often empty."""
    published: date = Field(alias="publication_date")
    signed: date | None = Field(alias="signing_date", default=None)
    effective_on: date | None = None
    """The day on which the document takes effect, if the journal's data states the day. Most orders
    state it only in their text.
    """
    names_schedule: bool = False
    """Whether the full text, which is not loaded, names the tariff schedule."""
    url: str = Field(alias="html_url", pattern=r"^https?://\S+$", max_length=500)


class _Page(ApiModel):
    total_pages: int = 0
    results: tuple[object, ...] = ()


_PAGE = TypeAdapter(_Page)


class FederalRegisterSettings(BaseModel):
    """The settings of this source."""

    federal_register_url: ApiUrl = Field(
        "https://www.federalregister.gov/api/v1/",
        description="The address of the Federal Register's API.",
    )


class FederalRegister:
    """Lists documents by the day on which they were published."""

    name = NAME

    def __init__(self, settings: FederalRegisterSettings, tools: SourceTools) -> None:
        self._url, self._api = settings.federal_register_url, tools.api

    async def list_since(
        self, day: date, most_pages: int = MOST_PAGES
    ) -> tuple[JournalDocument, ...]:
        """The documents published since `day`, newest first; raises SourceError.

        A document that cannot be read is logged and left out.
        """
        found: dict[str, JournalDocument] = {}
        for page in range(1, most_pages + 1):
            answer = await self._api.get(NAME, f"{self._url}documents.json", _make_query(day, page))
            read = parse_answer(NAME, answer, _PAGE)
            for each in read.results[:PER_PAGE]:
                document = _read_document(each)
                if document is not None:
                    found[document.number] = document
            if page >= read.total_pages:
                break
        return tuple(found.values())


def _make_query(day: date, page: int) -> list[tuple[str, str]]:
    return [
        ("conditions[term]", _TERM),
        ("conditions[publication_date][gte]", day.isoformat()),
        *(("conditions[type][]", kind) for kind in _TYPES),
        *(("fields[]", field) for field in _FIELDS),
        ("order", "newest"),
        ("per_page", str(PER_PAGE)),
        ("page", str(page)),
    ]


_DOCUMENT = TypeAdapter(JournalDocument)
_FIELDS = [
    field.alias or name
    for name, field in JournalDocument.model_fields.items()
    if name != "names_schedule"
]


def _read_document(given: object) -> JournalDocument | None:
    try:
        # `names_schedule` is True for every result, because the search is for the schedule's name.
        return parse_answer(NAME, given, _DOCUMENT).model_copy(update={"names_schedule": True})
    except SourceError as error:
        log.warning("%s: skipped a document: %s", NAME, str(error)[:200])
        return None
