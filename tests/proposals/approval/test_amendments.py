"""An approved rate changes one measure from a certain day on, and nothing else."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import AmendmentRefused
from bot.parties import Parties
from bot.proposals.approval.amendments import Amendment, apply_amendment, apply_amendments
from bot.proposals.approval.overlay import build_ledger, build_overlay
from bot.rates.calendar.entries import list_entries
from bot.rates.calendar.upcoming import list_calendar
from bot.rates.files.validate import RatesFiles, find_problems
from bot.rates.ledger import Ledger
from bot.rates.model import warnings as kinds
from bot.rates.model.answer import Answer
from bot.rates.model.measure import Scope, Source
from bot.rates.question.query import QueryKind, RateQuery
from tests import shipped
from tests.rates.asked import ask

DECEMBER = date(2026, 12, 1)
FORCED_LABOUR = "us-cn-301-forced-labor"


@pytest.fixture(scope="module")
def book() -> RatesFiles:
    return shipped.book()


def amendment(**changes: Any) -> Amendment:
    given = {
        "id": "0123abcd",
        "imposer": "US",
        "measure": FORCED_LABOUR,
        "percent": Decimal(40),
        "from_": DECEMBER,
        "source": Source(text="Wire, 2026-11-25", url="https://wire.example/1"),
        "published": date(2026, 11, 25),
        "approved_by": "ana",
        "approved_on": date(2026, 11, 25),
    }
    return Amendment.model_validate(given | changes)


def new_measure(**changes: Any) -> Amendment:
    """An amendment that adds a separate measure on all Chinese goods."""
    given = {
        "measure": "",
        "partners": ("CN",),
        "name": "Section 338: goods in general, China",
        "legal_basis": "Section 338",
    }
    return amendment(**(given | changes))


def answer_with(
    book: RatesFiles, parties: Parties, *amendments: Amendment, text: str = "us on china", on: date
) -> Answer:
    [answer] = ask(text, build_ledger(book, amendments, parties), on, on=on)
    return answer


def test_a_measure_has_the_approved_rate_from_its_day_on(
    book: RatesFiles, parties: Parties
) -> None:
    before = answer_with(book, parties, amendment(), on=DECEMBER - timedelta(days=1))
    after = answer_with(book, parties, amendment(), on=DECEMBER)
    assert (before.total_percent, after.total_percent) == (Decimal("12.5"), Decimal(40))
    [part] = after.components
    assert part.measure_id == FORCED_LABOUR
    assert part.source.url == "https://wire.example/1"
    assert part.checked == date(2026, 11, 25)
    assert "Approved by ana on 2026-11-25 from Wire, 2026-11-25." in part.note


def test_an_approved_rate_counts_as_checked_on_the_day_of_its_story(
    book: RatesFiles, parties: Parties
) -> None:
    on = date(2026, 11, 20)
    # The ledger's steel duty was last checked in spring; the story is from 25 November.
    read = date(2026, 11, 25)
    steel = amendment(measure="us-232-steel", from_=on)
    answer = answer_with(book, parties, steel, text="us on eu steel", on=on)
    part = next(one for one in answer.components if one.measure_id == "us-232-steel")
    assert (part.percent, part.checked) == (Decimal(40), read)
    assert not any(isinstance(one, kinds.OlderSource) for one in answer.warnings)


def test_other_rows_of_a_schedule_do_not_change(book: RatesFiles, parties: Parties) -> None:
    on = DECEMBER
    shipped = answer_with(book, parties, text="us on vietnam", on=on)
    assert answer_with(book, parties, amendment(), text="us on vietnam", on=on) == shipped


def test_a_new_measure_is_added_to_the_total(book: RatesFiles, parties: Parties) -> None:
    after = answer_with(book, parties, new_measure(), on=DECEMBER)
    assert after.total_percent == Decimal("52.5")
    assert {part.measure_id for part in after.components} == {FORCED_LABOUR, "us-approved-0123abcd"}
    on_cars = new_measure(scope=Scope(goods=("cars",)), covers="cars")
    assert answer_with(book, parties, on_cars, on=DECEMBER).total_percent == Decimal("12.5")


def test_an_approved_rate_ends_when_the_rate_it_replaces_would_have_ended(
    book: RatesFiles, parties: Parties
) -> None:
    truce = amendment(imposer="CN", measure="cn-us-2025-universal", percent=Decimal(34))
    until = answer_with(book, parties, truce, text="china on us", on=date(2027, 1, 10))
    over = answer_with(book, parties, truce, text="china on us", on=date(2027, 1, 11))
    # No announcement says what follows the approved rate, so there is no total.
    assert (until.total_percent, over.total_percent) == (Decimal(34), None)


@pytest.mark.parametrize(
    ("wrong", "cause"),
    [
        (amendment(measure="us-nothing"), "no measure"),
        (amendment(imposer="BR"), "no file for BR"),
        (amendment(measure="us-232-steel", from_=date(2025, 6, 4)), "already begins on 4 Jun 2025"),
        (amendment(from_=date(2026, 7, 24)), "it already has a rate for 2026-07-24"),
        (new_measure(legal_basis=""), "legal basis"),
        (new_measure(partners=("XX",)), "no economy is called 'XX'"),
        (new_measure(scope=Scope(goods=("unobtainium",))), "no kind of goods"),
    ],
)
def test_an_amendment_that_does_not_fit_is_refused_with_the_reason(
    wrong: Amendment, cause: str, book: RatesFiles, parties: Parties
) -> None:
    codes = {party.code for party in parties}
    with pytest.raises(AmendmentRefused, match=cause):
        apply_amendment(book, wrong, codes)


def test_an_amendment_already_in_the_files_is_not_applied_again(
    book: RatesFiles, parties: Parties
) -> None:
    for one in (amendment(), new_measure()):
        shipped = build_overlay(book, [one], parties).book
        again = build_overlay(shipped, [one], parties)
        assert (again.book, again.applied, again.left_out) == (shipped, (), ())


def test_an_amendment_that_no_longer_fits_is_left_out_with_the_reason(
    book: RatesFiles, parties: Parties
) -> None:
    gone = amendment(id="1", measure="us-nothing")
    laid = build_overlay(book, [gone, amendment()], parties)
    assert [one.id for one in laid.applied] == ["0123abcd"]
    assert [left.amendment for left in laid.left_out] == [gone]
    assert "no measure" in laid.left_out[0].why


def test_a_measure_can_have_two_approved_rates_in_succession(
    book: RatesFiles, parties: Parties
) -> None:
    first = amendment(id="1")
    second = amendment(id="2", percent=Decimal(60), from_=date(2027, 2, 1))
    for days in ([first, second], [first, second]):
        laid = build_overlay(book, days, parties)
        assert laid.left_out == ()
    january = answer_with(book, parties, first, second, on=date(2027, 1, 31))
    february = answer_with(book, parties, first, second, on=date(2027, 2, 1))
    assert (january.total_percent, february.total_percent) == (Decimal(40), Decimal(60))


class CountedCodes(frozenset[str]):
    """A set of economy codes that counts how often a code is looked up."""

    looked_up = 0

    def __contains__(self, code: object) -> bool:
        self.looked_up += 1
        return super().__contains__(code)


def test_the_files_are_checked_once_for_all_amendments(book: RatesFiles, parties: Parties) -> None:
    several = [amendment(id=f"{n}", from_=DECEMBER + timedelta(days=n)) for n in range(20)]
    one, all_of_them = (CountedCodes(party.code for party in parties) for _ in range(2))
    apply_amendments(book, several[:1], one)
    assert apply_amendments(book, several, all_of_them).applied == tuple(several)
    assert 0 < all_of_them.looked_up == one.looked_up


POOL = (
    amendment(id="1"),
    amendment(id="2", from_=date(2027, 2, 1)),
    amendment(id="3", measure="us-nothing"),
    amendment(id="4", imposer="CN", measure="cn-us-2025-universal", percent=Decimal(34)),
    new_measure(id="5"),
    new_measure(id="6", imposer="CN", partners=("US",)),
    new_measure(id="7", partners=("XX",)),
    new_measure(id="8", imposer="CN", partners=("XX",)),
    new_measure(id="9", scope=Scope(goods=("unobtainium",))),
    # The first amends a new measure that is refused, the second a new measure that fits.
    amendment(id="10", measure="us-approved-7"),
    amendment(id="11", measure="us-approved-5", from_=date(2027, 3, 1)),
)


@settings(max_examples=12, deadline=None)
@given(given_ones=st.permutations(POOL))
def test_amendments_applied_together_fit_like_one_after_the_other(
    given_ones: list[Amendment], book: RatesFiles, parties: Parties
) -> None:
    codes = {party.code for party in parties}
    expected, refused = book, {}
    for one in given_ones:
        try:
            expected = apply_amendment(expected, one, codes)
        except AmendmentRefused as error:
            refused[one.id] = str(error)
    done = apply_amendments(book, given_ones, codes)
    assert done.book == expected
    assert {one.id: str(error) for one, error in done.refused} == refused
    assert [one for one in given_ones if one.id not in refused] == list(done.applied)


@settings(max_examples=12, deadline=None)
@given(data=st.data(), days=st.integers(-3000, 1000), percent=st.integers(0, 1000))
def test_an_amendment_changes_one_measure_only_or_is_refused(
    data: st.DataObject, days: int, percent: int, book: RatesFiles, ledger: Ledger, parties: Parties
) -> None:
    measure = data.draw(st.sampled_from(ledger.measures))
    one = amendment(
        imposer=measure.imposer,
        measure=measure.id,
        percent=Decimal(percent),
        from_=DECEMBER + timedelta(days=days),
    )
    codes = {party.code for party in parties}
    try:
        new = apply_amendment(book, one, codes)
    except AmendmentRefused:
        return
    assert list(find_problems(new, codes)) == []
    changed = build_ledger(new, [], parties)
    assert changed.measures != ledger.measures
    for old, now in zip(ledger.measures, changed.measures, strict=True):
        if old.id == measure.id:
            period = now.find_period(one.from_)
            assert period is not None
            assert period.percent == percent
        else:
            assert now == old


def with_reviewed_id(book: RatesFiles, **changes: Any) -> RatesFiles:
    """The ledger files after a reviewer has given the approved measure another id."""
    sheet = book.imposer_files["us.yaml"]
    last = sheet.measures[-1].model_copy(update={"id": "us-338-china", **changes})
    sheet = sheet.model_copy(update={"measures": (*sheet.measures[:-1], last)})
    return book._replace(imposer_files={**book.imposer_files, "us.yaml": sheet})


def with_reviewed_source(book: RatesFiles) -> RatesFiles:
    sheet = book.imposer_files["us.yaml"]
    sources = {key: one for key, one in sheet.sources.items() if key != "approved-0123abcd"}
    sources["notice"] = sheet.sources["approved-0123abcd"]
    last = sheet.measures[-1]
    periods = tuple(one.model_copy(update={"source": "notice"}) for one in last.periods)
    last = last.model_copy(update={"periods": periods})
    sheet = sheet.model_copy(update={"measures": (*sheet.measures[:-1], last), "sources": sources})
    return book._replace(imposer_files={**book.imposer_files, "us.yaml": sheet})


@pytest.mark.parametrize("scope", [Scope(), Scope(goods=("cars",))])
def test_a_new_measure_with_an_id_changed_by_a_reviewer_is_not_counted_twice(
    scope: Scope, book: RatesFiles, parties: Parties
) -> None:
    one = new_measure(scope=scope)
    shipped = with_reviewed_id(build_overlay(book, [one], parties).book)
    for files in (shipped, with_reviewed_source(shipped)):
        again = build_overlay(files, [one], parties)
        assert (again.book, again.applied, again.left_out) == (files, (), ())


def test_a_correction_by_a_reviewer_is_not_overridden(book: RatesFiles, parties: Parties) -> None:
    one = new_measure()
    shipped = build_overlay(book, [one], parties).book
    [period] = shipped.imposer_files["us.yaml"].measures[-1].periods
    corrected = period.model_copy(update={"percent": Decimal(35)})
    shipped = with_reviewed_id(shipped, periods=(corrected,))
    assert build_overlay(shipped, [one], parties) == (shipped, (), ())


def test_an_amendment_on_other_goods_from_the_same_day_is_still_applied(
    book: RatesFiles, parties: Parties
) -> None:
    cars = new_measure(id="1", scope=Scope(goods=("cars",)))
    steel = new_measure(id="2", scope=Scope(goods=("steel",)))
    shipped = build_overlay(book, [cars], parties).book
    assert build_overlay(shipped, [cars, steel], parties).applied == (steel,)


def test_an_amendment_already_in_a_schedule_column_is_not_applied_again(
    book: RatesFiles, parties: Parties
) -> None:
    one = amendment(from_=date(2026, 7, 24), percent=Decimal("12.5"))
    laid = build_overlay(book, [one], parties)
    assert (laid.applied, laid.left_out) == ((), ())


def test_an_answer_beyond_the_data_lists_an_approved_rate_as_a_later_change(
    book: RatesFiles, parties: Parties
) -> None:
    without = answer_with(book, parties, on=DECEMBER)
    with_it = answer_with(book, parties, amendment(), on=DECEMBER)
    before, after = without.warnings[0], with_it.warnings[0]
    assert isinstance(before, kinds.BeyondData)
    assert isinstance(after, kinds.BeyondData)
    assert before.later == ()
    assert [one.measure.id for one in after.later] == [FORCED_LABOUR]


def test_an_upcoming_approved_rate_counts_as_checked_on_the_day_of_its_story(
    book: RatesFiles, parties: Parties
) -> None:
    changed = build_ledger(book, [amendment()], parties)
    query = RateQuery(kind=QueryKind.UPCOMING, partner="CN")
    [coming] = [
        each
        for each in list_entries(query, changed, date(2026, 11, 25))
        if each.source.text == "Wire, 2026-11-25"
    ]
    assert (coming.on, coming.as_of) == (DECEMBER, date(2026, 11, 25))


@pytest.mark.parametrize("kind", [QueryKind.UPCOMING, QueryKind.CHANGES])
def test_a_rate_approved_after_its_first_day_is_not_listed_as_overdue(
    kind: QueryKind, book: RatesFiles, parties: Parties
) -> None:
    today = date(2026, 12, 6)
    changed = build_ledger(book, [amendment(approved_on=date(2026, 12, 5))], parties)
    [answer] = ask("us on china", changed, today)
    days = list_calendar(RateQuery(kind=kind, partner="CN"), changed, today)
    assert answer.total_percent == Decimal(40)
    assert "Wire, 2026-11-25" not in {each.source.text for each in answer.next}
    reported = [each for each in days if each.source.text == "Wire, 2026-11-25"]
    assert [(each.on, each.passed) for each in reported] == (
        [(DECEMBER, False)] if kind is QueryKind.CHANGES else []
    )
