"""Decides whether an official document changes duties, and makes a proposal from it.

The first rule that matches decides; the matched words are kept as evidence:
1. The title names something that changes no duties, such as a request for comments, a hearing, a
   petition or a proposed rule, and names no action: no.
2. The title is about antidumping or countervailing duties: no. These differ by company, and the
   ledger does not track them.
3. The title or abstract matches one of the patterns in `_ACTS`: yes, with the name of the pattern.
4. The document is signed by the President, and it is about tariffs or its full text names the
   tariff schedule: yes. Such documents rarely name the schedule without changing it.
5. Anything else: no.
"""

import re
from datetime import UTC, datetime, time
from typing import NamedTuple

from bot.news.reader import Reader, Understanding
from bot.news.status.dates import find_effective_day
from bot.proposals.build import propose_document
from bot.proposals.model import Proposal, ReportSource
from bot.rates.ledger import Ledger
from bot.sources.journals.federal_register import JournalDocument
from bot.text.dates import format_day
from bot.text.folding import fold_case
from bot.values import Topic

SOURCE = "Federal Register"
_IMPOSER = "US"
_HIGHEST_PERCENT = 1000

_ACTION = re.compile(
    r"\bnotices? of (?:\w+ ){0,3}?(?:modifications?|actions?|determinations?|exclusions?|"
    r"extensions?|implementation|adjustments?)\b"
)
_IDLE = re.compile(
    r"\b(?:requests? for (?:public )?comments?|request for information|public hearings?|"
    r"information collections?|meetings?|proposed|initiation of|petitions?|annual review|"
    r"sunset reviews?|drawback|brokers?|quotas?|sanctions)\b"
)
_REMEDIES = re.compile(r"\b(?:anti-?dumping|countervailing|less[- ]than[- ]fair[- ]value)\b")
_SCHEDULE = r"(?:harmonized tariff schedule|htsus|hts)\b"
_CHANGE = r"(?:modif|amend|revis|updat|correct)\w*"
_ACTS = {
    "changes the tariff schedule": re.compile(
        rf"\b{_CHANGE}[^.;]{{0,120}}\b{_SCHEDULE}|\b{_SCHEDULE}[^.;]{{0,60}}\b{_CHANGE}"
    ),
    "acts under a trade law": re.compile(
        r"\bsection (?:122|201|203|232|301|307|338)\b[^.;]{0,80}?\b(?:actions?|modif\w*|"
        r"determin\w*|exclusions?|dut(?:y|ies)|tariffs?|proclamation)"
        r"|\b(?:actions?|modif\w*|exclusions?|dut(?:y|ies)|tariffs?)\b[^.;]{0,80}?"
        r"\bsection (?:122|201|203|232|301|307|338)\b"
    ),
    "sets duties": re.compile(
        r"\b(?:adjusting|regulating) imports\b|\bimpos\w+ (?:\w+ ){0,3}(?:dut(?:y|ies)|tariffs?)\b"
        r"|\b(?:additional|reciprocal|retaliatory|increased?|reduced?|higher|lower) "
        r"(?:\w+ )?(?:dut(?:y|ies)|tariffs?|rates? of duty)\b"
        r"|\b(?:modif|amend|suspend|terminat|eliminat|rais|lower|reduc|increas)\w*"
        r"(?: \w+){0,4} (?:dut(?:y|ies)|tariffs?|rates? of duty|duty-free)\b"
        r"|\brates? of duty\b|\bimport surcharges?\b|\bproduct exclusions?\b|\bde minimis\b"
    ),
    "carries out a trade deal": re.compile(
        r"\btariff-related\b|\bimplement\w*.{0,80}\b(?:agreement|framework|deal)\b.{0,80}\b(?:trade|"
        r"tariffs?|dut(?:y|ies))\b|\bimplement\w*.{0,60}\b(?:trade|tariff)\b.{0,40}\b(?:agreement|"
        r"framework|deal)\b"
    ),
    "announces a modification": re.compile(r"\bnotices? of (?:\w+ )?modifications?\b"),
}


class Ground(NamedTuple):
    """The reason why a document counts as changing duties."""

    act: str
    """What the document does, as part of a sentence, such as `sets duties`."""
    words: str
    """The words of the title or abstract that matched."""


def find_ground(document: JournalDocument, understood: Understanding) -> Ground | None:
    """The reason why the document changes duties; None if it does not."""
    title, abstract = fold_case(document.title), fold_case(document.abstract)
    if _REMEDIES.search(title) or (_IDLE.search(title) and not _ACTION.search(title)):
        return None
    for act, pattern in _ACTS.items():
        found = pattern.search(title) or pattern.search(abstract)
        if found:
            return Ground(act, " ".join(found.group().split())[:120])
    if document.signed is not None:
        about = [each.words for each in understood.evidence if each.topic is Topic.TARIFF]
        if about or document.names_schedule:
            return Ground("is signed by the President and names tariffs", (about or [title])[0])
    return None


def make_proposal(
    document: JournalDocument, reader: Reader, ledger: Ledger, seen_at: datetime
) -> Proposal | None:
    """The document as a proposal; None if it does not change duties.

    The proposal has a rate only if title and abstract state one percent and name one partner.
    """
    understood = reader.understand(document.title, document.abstract, document.published)
    ground = find_ground(document, understood)
    if ground is None:
        return None
    partners = [code for code in understood.parties if code != _IMPOSER]
    partner = partners[0] if len(partners) == 1 else ""
    stated = [
        figure
        for figure in understood.figures
        if figure.to_percent is not None
        and figure.to_percent <= _HIGHEST_PERCENT
        and figure.imposer in (None, _IMPOSER)
    ]
    single = stated[0] if len({figure.to_percent for figure in stated}) == 1 and partner else None
    published = datetime.combine(document.published, time(), UTC)
    return propose_document(
        imposer=_IMPOSER,
        partner=partner,
        by=ReportSource(
            source=SOURCE, link=document.url, published=published, quote=document.title[:300]
        ),
        ledger=ledger,
        seen_at=seen_at,
        product=(single.product or "") if single else "",
        new_percent=single.to_percent if single else None,
        effective_on=document.effective_on
        or find_effective_day(document.title, document.abstract, document.published),
        why=_explain(document, ground),
    )


def _explain(document: JournalDocument, ground: Ground) -> str:
    kind = document.subtype or document.type or "Document"
    return (
        f"{kind} {document.number} of {format_day(document.published)} {ground.act}: "
        f"'{ground.words[:120]}'. "
        "Read its rates and days before you approve anything."
    )
