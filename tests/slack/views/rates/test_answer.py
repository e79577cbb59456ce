"""Answers of any size fit into one message, with the number first and one chip."""

import asyncio
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands.answers import AnswerService
from bot.commands.rates.replies import RateAnswers
from bot.local_slack.state.modals import check_view
from bot.rates.model import warnings as kinds
from bot.rates.model.answer import Answer, Report, TotalBasis
from bot.rates.model.base_duty import MfnAverage
from bot.rates.model.changes import Change, ChangeKind, RateChange, Upcoming
from bot.rates.model.component import Component
from bot.rates.model.history import Step
from bot.rates.model.law import Effect, Ruling
from bot.rates.model.measure import DutyRate, MeasureRef, Source, Status
from bot.rates.model.warnings import Choice, Exclusion, RateWarning, Reason
from bot.rates.question.query import QueryKind, RateQuery
from bot.slack.blockkit.blocks import Message
from bot.slack.views.rates.details import list_pages, render_details
from bot.slack.views.rates.screen import count_words
from bot.slack.views.rates.short import render_short_answer
from tests.slack.fakes import answer_message, ledger
from tests.slack.samples import NOW, nasty_text
from tests.slack.views.accepted import check_accepted

T = TypeVar("T")


def build_with_defaults(
    cls: Callable[..., T], /, **fields: st.SearchStrategy[Any]
) -> st.SearchStrategy[T]:
    """A strategy that builds `cls`. Unlike st.builds, it keeps the defaults of other fields."""
    return st.fixed_dictionaries(fields).map(lambda given: cls(**given))


# The ledger's files are UTF-8, which cannot contain lone surrogates.
ledger_text = nasty_text.map(lambda text: text.encode(errors="ignore").decode())
days = st.dates(date(2018, 1, 1), date(2030, 1, 1))
percents = st.none() | st.decimals(0, 1000, places=2)
sources = st.builds(
    Source,
    # "?" replaces the empty text, because a filter would make Hypothesis discard most answers.
    text=ledger_text.map(lambda text: text or "?"),
    url=st.sampled_from([None, "https://a.example/x", "https://b.example/" + "y" * 900]),
)
# Nested texts are drawn from a short list, so that Hypothesis can generate whole answers.
few_texts = st.sampled_from(
    ["", "*bold* <!here>", "&" * 700, "w" * 700, "a duty | of\nsome <kind>"]
)
reports = st.builds(
    Report,
    title=few_texts,
    url=st.sampled_from(["", "https://a.example/x", "javascript:alert(1)"]),
    source=few_texts,
    published=st.just(NOW),
    status=st.just(""),
)
duty_rates = build_with_defaults(
    DutyRate, percent=percents, specific=few_texts, banned=st.booleans()
)
measures = few_texts.map(lambda name: MeasureRef(name, "m"))
changes = st.sampled_from(
    [
        *(Change(kind, DutyRate(Decimal("12.5")), Decimal(10), text="due") for kind in ChangeKind),
        Change(ChangeKind.BEGINS, DutyRate(specific="w" * 700)),
        Change(ChangeKind.MILESTONE, text="&" * 700),
    ]
)
exclusions = build_with_defaults(
    Exclusion,
    reason=st.sampled_from(Reason),
    by=measures,
    text=few_texts,
    on_some_lines=st.booleans(),
)
rulings = build_with_defaults(
    Ruling,
    effect=st.sampled_from([Effect.HELD_UNLAWFUL, Effect.STAYED, Effect.STRUCK_DOWN]),
    body=few_texts,
    on=days,
    later=st.booleans(),
)
warnings: st.SearchStrategy[RateWarning] = st.one_of(
    build_with_defaults(kinds.PairRemark, text=ledger_text),
    build_with_defaults(kinds.LeadingPairRemark, text=ledger_text),
    build_with_defaults(kinds.RateCaveat, measure=measures, text=ledger_text),
    build_with_defaults(kinds.NotInTotal, measure=measures, rate=duty_rates, exclusion=exclusions),
)
layers = build_with_defaults(
    Component,
    measure=ledger_text,
    measure_id=st.just("m"),
    rate=duty_rates,
    exclusion=st.none() | exclusions,
    legal_basis=ledger_text,
    status=st.sampled_from(Status),
    from_=days,
    source=sources,
    note=ledger_text,
    covers=ledger_text,
    rulings=st.lists(rulings, max_size=2).map(tuple),
)
upcoming = build_with_defaults(
    Upcoming,
    on=days,
    change=changes,
    measure=ledger_text,
    measure_id=st.just("m"),
    imposer=st.just("US"),
    partners=st.lists(st.sampled_from(["CN", "XX", "WORLD"]), max_size=6).map(tuple),
    source=sources,
)
steps = build_with_defaults(
    Step,
    on=days,
    percent=st.decimals(0, 999),
    changes=st.lists(st.builds(RateChange, measures, changes), max_size=2).map(tuple),
    source=sources,
)
answers = build_with_defaults(
    Answer,
    imposer=st.just("US"),
    partner=st.sampled_from(["CN", "WORLD", "XX"]),
    imposer_name=ledger_text,
    partner_name=ledger_text,
    on=days,
    product=st.none() | ledger_text,
    basis=st.sampled_from(TotalBasis),
    goods=st.lists(ledger_text, max_size=3).map(tuple),
    total_percent=percents,
    total_range=st.none() | st.tuples(st.decimals(0, 9, places=1), st.decimals(9, 99, places=1)),
    choices=st.lists(
        build_with_defaults(Choice, goods=ledger_text, percent=st.decimals(0, 99)), max_size=12
    ).map(tuple),
    components=st.lists(layers, max_size=10).map(tuple),
    not_counted=st.lists(layers, max_size=10).map(tuple),
    mfn=st.none()
    | build_with_defaults(
        MfnAverage, percent=st.decimals(0, 99), year=st.just(2023), source=sources
    ),
    checked=st.none() | days,
    warnings=st.lists(warnings, max_size=6).map(tuple),
    next=st.lists(upcoming, max_size=6).map(tuple),
    history=st.lists(steps, max_size=12).map(tuple),
    reports=st.lists(reports, max_size=4).map(tuple),
    suggestions=st.lists(ledger_text, max_size=5).map(tuple),
)


queries = st.builds(
    RateQuery,
    kind=st.just(QueryKind.PAIR),
    imposer=st.just("US"),
    partner=st.just("CN"),
    product=st.none() | ledger_text.map(lambda text: text[:400]),
    both_ways=st.booleans(),
    imposer_assumed=st.booleans(),
)


@settings(max_examples=15, deadline=None)
@given(st.lists(answers, min_size=1, max_size=2), queries, days)
def test_slack_accepts_a_short_answer_and_its_details_of_any_size(
    found: list[Answer], query: RateQuery, today: date
) -> None:
    reply = RateAnswers(query, tuple(found), today)
    message = render_short_answer(reply)
    check_accepted(message)
    if message.instead is not None:
        check_accepted(message.instead)
    for page in range(len(list_pages(reply))):
        check_view(render_details(reply, page))


def answer_to(text: str, today: date) -> Message:
    return asyncio.run(answer_message(text, today))


def texts(message: Message) -> list[str]:
    blocks: list[dict[str, Any]] = message.payload()["blocks"]
    return [b["text"]["text"] for b in blocks if "text" in b]


def test_every_pair_of_the_ledger_has_an_answer_that_fits() -> None:
    pairs = {(m.imposer, p) for m in ledger().measures for p in m.partners if p != "WORLD"}
    for imposer, partner in sorted(pairs)[::7]:
        for more in ("", " history"):
            if imposer != partner:
                check_accepted(answer_to(f"{imposer} {partner}{more}", NOW.date()))


def test_all_duties_of_an_economy_are_a_table_with_duties_on_particular_goods() -> None:
    message = answer_to("china's tariffs", date(2026, 11, 24))
    [table] = [block for block in message.blocks if block["type"] == "table"]
    rows = [[cell["text"] for cell in row] for row in table["rows"]]
    assert ["EU on China", "0%+", "up to 50% on listed goods"] in rows


@pytest.mark.parametrize(
    "text", ["us", "china's tariffs", "steel and aluminum from mexico", "us on bananas"]
)
def test_several_answers_have_at_most_120_words_and_details_of_each(text: str) -> None:
    service = AnswerService(ledger())
    reply = asyncio.run(service.answer(service.parse(text, NOW)))
    assert isinstance(reply, RateAnswers)
    message = answer_to(text, NOW.date())
    assert count_words(message.blocks) <= 120
    shown = json.dumps(message.payload(), ensure_ascii=False)
    assert "Details and sources" in shown
    assert "⚠️" not in shown
    assert len({page.label for page in list_pages(reply)}) >= min(len(reply.answers), 20)
