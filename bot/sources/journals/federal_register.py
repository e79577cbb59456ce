"""Documents of the US Federal Register that name the tariff schedule.

GET {base}documents.json with `conditions[term]`, `conditions[type][]`,
`conditions[publication_date][gte]`, `fields[]`, `order`, `per_page` and `page` answers with
`{"count", "total_pages", "next_page_url", "results": [...]}`, without `results` if nothing matches.
No key is needed. Documented at federalregister.gov/developers/documentation/api/v1.

A document that changes a US duty amends the Harmonized Tariff Schedule and says so in its text,
which `conditions[term]` searches. Proposed rules are left out: they change nothing yet.
"""

import logging
from datetime import date

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from bot.errors import SourceError
from bot.sources.api import ApiModel, ApiUrl, SourceTools, parsed
from bot.text.plain import plain
from bot.values import Frozen

log = logging.getLogger(__name__)

NAME = "The Federal Register"
PER_PAGE = 50
MOST_PAGES = 6
_TERM = '"Harmonized Tariff Schedule"'
_TYPES = ("RULE", "NOTICE", "PRESDOCU")
_FIELDS = (
    "document_number",
    "title",
    "abstract",
    "type",
    "subtype",
    "publication_date",
    "signing_date",
    "effective_on",
    "html_url",
    "agencies",
)
_LONGEST_ABSTRACT = 4000


class JournalDocument(Frozen):
    """A document as a journal lists it; all texts are plain, not escaped for any output."""

    number: str = Field(min_length=1, max_length=40)
    """The journal's number of the document."""
    title: str = Field(min_length=1, max_length=500)
    abstract: str = Field(default="", max_length=5000)
    kind: str = Field(default="", max_length=60)
    """`Rule`, `Notice`, `Presidential Document`, or narrower: `Proclamation`."""
    published: date
    signed: date | None = None
    effective_on: date | None = None
    """The day in the journal's data; most orders state it only in their text."""
    names_schedule: bool = False
    """Whether the full text, which is not here, names the tariff schedule."""
    url: str = Field(pattern=r"^https?://\S+$", max_length=500)
    agencies: tuple[str, ...] = ()


class _Agency(ApiModel):
    name: str | None = None
    raw_name: str | None = None


class _Result(ApiModel):
    """A document as it is sent."""

    document_number: str
    title: str
    abstract: str | None = None
    type: str | None = None
    subtype: str | None = None
    publication_date: date
    signing_date: date | None = None
    effective_on: date | None = None
    html_url: str
    agencies: tuple[_Agency, ...] = ()


class _Page(ApiModel):
    total_pages: int = 0
    results: tuple[object, ...] = ()


_PAGE = TypeAdapter(_Page)


class FederalRegisterSettings(BaseModel):
    """The settings of this source."""

    federal_register_url: ApiUrl = "https://www.federalregister.gov/api/v1/"


class FederalRegister:
    """Lists documents by the day on which they were published."""

    name = NAME

    def __init__(self, settings: FederalRegisterSettings, tools: SourceTools) -> None:
        self._url, self._api = settings.federal_register_url, tools.api

    async def since(self, day: date, most_pages: int = MOST_PAGES) -> tuple[JournalDocument, ...]:
        """The documents published since `day`, newest first; raises SourceError.

        Documents that cannot be read are logged and left out.
        """
        found: dict[str, JournalDocument] = {}
        for page in range(1, most_pages + 1):
            answer = await self._api.get(NAME, f"{self._url}documents.json", _query(day, page))
            read = parsed(NAME, answer, _PAGE)
            for each in read.results[:PER_PAGE]:
                document = _document(each)
                if document is not None:
                    found[document.number] = document
            if page >= read.total_pages:
                break
        return tuple(found.values())


def _query(day: date, page: int) -> list[tuple[str, str]]:
    return [
        ("conditions[term]", _TERM),
        ("conditions[publication_date][gte]", day.isoformat()),
        *(("conditions[type][]", kind) for kind in _TYPES),
        *(("fields[]", field) for field in _FIELDS),
        ("order", "newest"),
        ("per_page", str(PER_PAGE)),
        ("page", str(page)),
    ]


_RESULT = TypeAdapter(_Result)


def _document(given: object) -> JournalDocument | None:
    try:
        result = parsed(NAME, given, _RESULT)
        names = (agency.name or agency.raw_name or "" for agency in result.agencies[:10])
        return JournalDocument(
            number=result.document_number,
            title=_one_line(result.title, 500),
            abstract=_one_line(result.abstract or "", _LONGEST_ABSTRACT),
            kind=_one_line(result.subtype or result.type or "", 60),
            published=result.publication_date,
            signed=result.signing_date,
            effective_on=result.effective_on,
            names_schedule=True,
            url=result.html_url,
            agencies=tuple(_one_line(name, 120) for name in names if name),
        )
    except (SourceError, ValidationError) as error:
        log.warning("%s: a document was left out: %s", NAME, str(error)[:200])
        return None


def _one_line(markup: str, limit: int) -> str:
    return " ".join(plain(markup, limit).split())
