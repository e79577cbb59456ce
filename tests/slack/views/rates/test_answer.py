"""Answers of any size fit into one message, and warnings come first."""

import asyncio
import json
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.local_slack.blocks.validation import check_blocks, check_budget
from bot.rates.answer.build import answer_query
from bot.rates.model import warnings as kinds
from bot.rates.model.answer import (
    Answer,
    Change,
    ChangeKind,
    Component,
    MfnAverage,
    RateChange,
    Report,
    Step,
    TotalBasis,
    Upcoming,
)
from bot.rates.model.law import Effect, Ruling
from bot.rates.model.measure import DutyRate, MeasureRef, Source, Status
from bot.rates.model.warnings import Choice, Exclusion, RateWarning, Reason
from bot.rates.question.parse import parse_query
from bot.slack.blockkit import limits
from bot.slack.blockkit.blocks import Message
from bot.slack.views.rates.answer import render_answers
from bot.slack.views.rates.calendar import render_calendar
from tests.slack.fakes import answer_message, ledger
from tests.slack.samples import NOW, PARTIES, nasty_text

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


def check_accepted(message: Message) -> None:
    payload = message.payload()
    check_blocks(payload["blocks"])
    check_budget(payload["blocks"])
    size = len(json.dumps(payload["blocks"], ensure_ascii=False)) + len(payload["text"])
    assert size <= limits.MESSAGE_CHARACTERS


@settings(max_examples=15, deadline=None)
@given(st.lists(answers, min_size=1, max_size=4), nasty_text)
def test_slack_accepts_answers_of_any_size(found: list[Answer], asked: str) -> None:
    check_accepted(render_answers(found, PARTIES, asked))


@settings(max_examples=10, deadline=None)
@given(st.lists(upcoming, max_size=20), st.integers(1, 10))
def test_slack_accepts_a_calendar_of_any_length(found: list[Upcoming], times: int) -> None:
    check_accepted(render_calendar("Upcoming changes", found * times, PARTIES))


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


def test_a_warning_stands_above_the_total() -> None:
    said = texts(answer_to("us on china on 2031-01-01", NOW.date()))
    assert said[0].startswith("⚠️")
    assert said[1].startswith("🇺🇸 United States on 🇨🇳 China")


def test_each_component_shows_basis_state_days_and_source() -> None:
    said = texts(answer_to("us on china on 2025-05-20", NOW.date()))
    (reciprocal,) = [text for text in said if "Reciprocal tariff" in text and "Source:" in text]
    assert reciprocal.startswith("*10%*")
    for part in ("IEEPA", "struck down", "14 May 2025", "Source: <https://"):
        assert part in reciprocal


def test_headings_dollars_and_the_figure_under_usmca_are_shown() -> None:
    shown = "\n".join(
        texts(answer_to("us on mexico 6109.10.00 $10,000 on 2026-10-07", date(2026, 10, 7)))
    )
    assert "under USMCA: 0% additional, base duty 0%" in shown
    assert "declare 6109.10.00" in shown
    assert "total on $10,000.00: $2,684.64" in shown
    claimed = texts(answer_to("us on mexico 6109.10.00 usmca on 2026-10-07", date(2026, 10, 7)))
    assert any("Duty under USMCA of 6109.10.00" in text for text in claimed)


def test_a_history_is_listed_newest_first() -> None:
    said = texts(answer_to("us on china history", NOW.date()))
    (history,) = [text for text in said if "*History" in text]
    assert history.index("14 May 2025: *30%*") < history.index("10 Apr 2025: *145%*")


def test_overdue_changes_have_their_own_heading() -> None:
    today = date(2026, 11, 24)
    (coming,) = [text for text in texts(answer_to("china on us", today)) if "*Next changes" in text]
    ahead, due = coming.split("*Scheduled since our last check, not verified*")
    assert "10 Jan 2027" in ahead
    assert "10 Nov 2026" not in ahead
    assert "10 Nov 2026" in due


def test_a_calendar_begins_with_the_date_of_the_last_check() -> None:
    today = date(2026, 11, 24)
    changed = texts(answer_to("changes since 2026-10-25 china", today))
    assert any("10 Nov 2026" in text for text in changed)
    for asked in ("upcoming china", "changes since 2026-10-25 china"):
        said = texts(answer_to(asked, today))
        assert said[0].startswith("⚠️ Sources last checked")
        due = said[said.index("*Scheduled since our last check, not verified*") + 1 :]
        assert due
        assert all(re.match(r"\*\d{1,2} [A-Z][a-z]{2} 2026\*", text) for text in due)


def test_a_range_lists_the_goods_with_their_rates() -> None:
    today = date(2026, 11, 24)
    said = texts(answer_to("china on us energy", today))
    assert any("10 to 25%: the tariff line decides" in text for text in said)
    assert any("• crude oil: *20%*" in text for text in said)


def test_short_answers_mention_duties_on_particular_goods() -> None:
    said = texts(answer_to("china's tariffs", date(2026, 11, 24)))
    (union,) = [text for text in said if "European Union on 🇨🇳 China" in text]
    assert "on particular goods (up to" in union


def test_an_empty_calendar_says_so_before_overdue_changes() -> None:
    today = date(2026, 11, 24)
    said = texts(answer_to("changes", today))
    assert said[1] == "What changed since 25 Oct 2026: nothing in our data."
    assert said[2] == "*Scheduled since our last check, not verified*"


def test_changes_before_the_asked_day_are_not_listed_as_coming_after_it() -> None:
    today = date(2026, 11, 24)
    said = texts(answer_to("us on china on 2030-01-01", today))
    (coming,) = [text for text in said if "*Next changes*" in text]
    by_then, after = coming.split("*Next changes*")
    assert "Scheduled by 1 Jan 2030" in by_then
    assert "4 Dec 2026" in by_then
    assert "15 Aug 2030" in after
    assert "4 Dec 2026" not in after


def test_a_scheduled_change_is_marked_in_a_history() -> None:
    today = date(2026, 11, 24)
    (said,) = [one for one in texts(answer_to("china on us history", today)) if "newest" in one]
    assert "11 Jan 2027, scheduled: *0%*" in said
    assert "14 May 2025: *10%*" in said


def test_reports_since_the_check_are_linked_and_counted() -> None:
    reports = tuple(
        Report(f"Title {n}", f"https://a.example/{n}", "Wire", NOW, "") for n in range(5)
    )
    query = parse_query("us on china", PARTIES, NOW.date(), ledger().reader)
    [answer] = answer_query(query, ledger(), NOW.date())
    message = render_answers([answer._replace(reports=reports)], PARTIES, "us on china")
    shown = json.dumps(message.blocks)
    assert "5 reports since, not in our data" in shown
    assert "<https://a.example/0|Title 0> (Wire, " in shown
    assert "Title 3" not in shown
    assert "and 2 older" in shown
