"""The answer service uses the current ledger and the right day, and returns structured data."""

import asyncio
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from shutil import copytree

import pytest

from bot.commands.answers import AnswerService
from bot.commands.rates.replies import CardList, RateAnswers, RateCalendar, RateCard
from bot.errors import UnknownParty
from bot.rates.ledger import Ledger
from bot.rates.model.answer import Answer
from bot.rates.question.query import QueryKind, format_query
from bot.runtime.config.loader import load_ledger
from tests.slack.fakes import ledger
from tests.slack.samples import PARTIES, ROOT

NOW = datetime(2026, 9, 15, 12, tzinfo=UTC)


async def ask(
    service: AnswerService, text: str, on: date | None = None, product: str | None = None
) -> tuple[Answer, ...]:
    reply = await service.answer(service.parse(text, NOW, on=on, product=product))
    assert isinstance(reply, RateAnswers)
    return reply.answers


async def test_different_wordings_of_a_question_get_the_same_answer() -> None:
    service = AnswerService(ledger())
    first = await ask(service, "us china")
    assert await ask(service, "  USA   prc ") == first


async def test_today_is_the_day_in_the_importing_country() -> None:
    service, evening = AnswerService(ledger()), datetime(2026, 9, 15, 20, tzinfo=UTC)
    assert service.parse("us on china", evening).today == date(2026, 9, 15)
    assert service.parse("china on us", evening).today == date(2026, 9, 16)


async def test_a_new_ledger_is_used_immediately(tmp_path: Path) -> None:
    service = AnswerService(ledger())
    [before] = await ask(service, "us on china")
    service.replace_ledger(_with_other_rates(tmp_path))
    [after] = await ask(service, "us on china")
    assert Decimal("12.5") in {part.percent for part in before.components}
    assert Decimal("13.5") in {part.percent for part in after.components}
    assert Decimal("12.5") not in {part.percent for part in after.components}


async def test_the_event_loop_is_free_while_a_calendar_file_is_built() -> None:
    entered = asyncio.Event()
    asyncio.get_running_loop().call_soon(entered.set)
    file = await AnswerService(ledger()).build_calendar_file("upcoming steel", NOW)
    assert file.entries
    assert entered.is_set()


async def test_a_day_and_product_given_as_options_take_precedence() -> None:
    service = AnswerService(ledger())
    given = await ask(service, "us china on 2020-01-01", on=date(2026, 9, 1), product="steel")
    assert given == await ask(service, "us on china steel on 2026-09-01")


async def test_one_party_and_a_product_asks_what_it_charges_all_partners() -> None:
    service = AnswerService(ledger())
    assert await ask(service, "us", product="steel") == await ask(service, "us steel")


async def test_changes_end_at_the_day_given_as_an_option() -> None:
    service = AnswerService(ledger())
    for text, since in (
        ("changes", date(2025, 4, 20)),
        ("changes since 2025-01-01", date(2025, 1, 1)),
        ("changes since 2026-01-01", date(2025, 4, 20)),
    ):
        asked = service.parse(text, NOW, on=date(2025, 5, 20))
        assert (asked.query.kind, asked.query.since) == (QueryKind.CHANGES, since)
        reply = await service.answer(asked)
        assert isinstance(reply, RateCalendar)
        assert all(since <= item.on <= date(2025, 5, 20) for item in reply.items)


async def test_an_unknown_economy_is_an_error_with_similar_names() -> None:
    with pytest.raises(UnknownParty) as error:
        AnswerService(ledger()).parse("us chnnia", NOW)
    assert "China" in error.value.suggestions


def _with_other_rates(folder: Path) -> Ledger:
    """A copy of the ledger with 13.5% instead of 12.5%."""
    copied = copytree(ROOT / "config" / "rates", folder / "rates")
    file = copied / "us.yaml"
    file.write_text(file.read_text().replace("{action: 12.5}", "{action: 13.5}"))
    return load_ledger(copied, PARTIES)


async def test_an_answer_for_a_pair_counts_the_tariff_lines() -> None:
    service = AnswerService(ledger())
    [found] = await ask(service, "us on china")
    await service.prepare(NOW)
    [again] = await ask(service, "us on china")

    assert sum(one.lines for one in found.lines) > 11_000
    assert again == found


async def test_a_law_gets_its_card_for_today_or_the_day_asked_for() -> None:
    service = AnswerService(ledger())
    reply = await service.answer(service.parse("is section 122 still in force", NOW))
    assert isinstance(reply, RateCard)
    assert (reply.facts.card.id, reply.facts.on) == ("section-122", date(2026, 9, 15))
    past = await service.answer(service.parse("section 122 on 2026-05-01", NOW))
    assert isinstance(past, RateCard)
    assert past.facts.on == date(2026, 5, 1)


async def test_a_law_without_a_card_gets_the_list_of_cards() -> None:
    service = AnswerService(ledger())
    for text, law in (("section 233", "section 233"), ("cards", ""), ("topics", "")):
        reply = await service.answer(service.parse(text, NOW))
        assert isinstance(reply, CardList)
        assert (reply.query.law, reply.cards) == (law, service.ledger.cards.all)


async def test_a_misspelled_law_is_suggested() -> None:
    service = AnswerService(ledger())
    with pytest.raises(UnknownParty) as raised:
        service.parse("ieppa", NOW)
    assert raised.value.suggestions == ("ieepa",)


async def test_the_example_of_each_card_is_a_question_about_rates() -> None:
    service = AnswerService(ledger())
    for card in service.ledger.cards.all:
        if card.example:
            parsed = service.parse(card.example, NOW)
            assert parsed.query.kind is not QueryKind.CARD, card.example
            assert isinstance(await service.answer(parsed), RateAnswers)


async def test_the_text_of_a_query_for_a_card_is_read_back() -> None:
    service = AnswerService(ledger())
    for text in ("section 232", "ieepa refunds sources", "section 122 on 2026-05-01", "cards"):
        query = service.parse(text, NOW).query
        assert service.parse(format_query(query), NOW).query == query
    for card in service.ledger.cards.all:
        assert service.parse(f"card {card.id} sources", NOW).query.card == card.id


async def test_each_answer_of_a_comparison_has_counts_and_a_typical_span() -> None:
    answers = await ask(AnswerService(ledger()), "us on china vs japan vs korea")

    counted = [sum(group.lines for group in one.lines) for one in answers]
    assert len(counted) == 3
    assert len(set(counted)) == 1
    china, japan, _ = answers
    assert china.typical is not None
    assert japan.typical is not None
    assert china.typical[1] > japan.typical[1]


async def test_of_many_answers_those_with_prepared_counts_have_them() -> None:
    service = AnswerService(ledger())
    before = await ask(service, "us")
    [pair] = await ask(service, "us on china")
    after = await ask(service, "us")

    assert len(before) > 6
    assert not any(one.lines for one in before)
    assert [one.lines for one in after if (one.imposer, one.partner) == ("US", "CN")] == [
        pair.lines
    ]
