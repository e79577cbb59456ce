"""The message with a history: the total, a chart, the last changes; the rest as details."""

import asyncio
import json
from datetime import date
from typing import Any

from bot.local_slack.blocks.validation import check_blocks
from bot.rates.question.parse import parse_query
from bot.rates.question.query import RateQuery
from bot.slack.blockkit import limits
from bot.slack.blockkit.blocks import Block, Message
from bot.slack.views.rates.history import build_history_details, render_history
from tests.rates.asked import ask
from tests.slack.fakes import answer_message, ledger
from tests.slack.samples import PARTIES
from tests.slack.views.accepted import check_accepted

TODAY = date(2026, 11, 24)


def read(text: str) -> RateQuery:
    return parse_query(text, PARTIES, TODAY, ledger().reader)


def table_of(message: Message) -> list[list[str]]:
    [table] = [block for block in message.blocks if block["type"] == "table"]
    return [[read_cell(cell) for cell in row] for row in table["rows"]]


def read_cell(cell: dict[str, Any]) -> str:
    if cell["type"] == "raw_text":
        return str(cell["text"])
    return str(cell["elements"][0]["elements"][0]["text"])


def join(blocks: list[Block]) -> str:
    return json.dumps(blocks, ensure_ascii=False)


def test_the_total_the_chart_and_the_last_changes_come_in_this_order() -> None:
    message = asyncio.run(answer_message("us on china history", TODAY))
    kinds = [block["type"] for block in message.blocks]
    assert kinds == [
        "header",
        "section",
        "data_visualization",
        "table",
        "context",
        "context",
        "actions",
    ]
    assert "*12.5%*" in message.blocks[1]["text"]["text"]
    titles, *rows = table_of(message)
    assert titles == ["Date", "Added", "What changed"]
    assert [row[:2] for row in rows] == [
        ["24 Jul 2026", "12.5%"],
        ["24 Feb 2026", "10%"],
        ["10 Nov 2025", "20%"],
        ["14 May 2025", "30%"],
        ["10 Apr 2025", "145%"],
        ["9 Apr 2025", "104%"],
        ["5 Apr 2025", "30%"],
        ["4 Mar 2025", "20%"],
    ]
    assert "1 earlier change: see Details and sources" in join([message.blocks[4]])


def test_a_history_of_a_period_has_the_changes_of_this_period_only() -> None:
    query = read("us on china history").model_copy(
        update={"since": date(2025, 4, 1), "until": date(2025, 5, 31)}
    )
    message = render_history(ask("us on china history", ledger(), TODAY), query)
    assert message is not None
    check_accepted(message)
    days = [row[0] for row in table_of(message)[1:]]
    assert days == ["14 May 2025", "10 Apr 2025", "9 Apr 2025", "5 Apr 2025"]
    assert "*30%*" in message.blocks[1]["text"]["text"]
    assert message.instead is not None
    assert "4 Mar 2025" not in join(list(message.instead.blocks))


def test_without_charts_and_tables_every_change_and_ruling_is_listed() -> None:
    for question in ("us china history", "us china vs vietnam vs mexico history"):
        message = asyncio.run(answer_message(question, TODAY))
        assert message.instead is not None
        check_accepted(message.instead)
        kinds = {block["type"] for block in message.instead.blocks}
        assert not kinds & {"data_visualization", "table"}
        shown = join(list(message.instead.blocks))
        assert "10 Apr 2025: *145%*" in shown
    single = asyncio.run(answer_message("us on china history", TODAY)).instead
    assert single is not None
    assert "20 Feb 2026" in join(list(single.blocks))


def test_the_details_of_a_history_fit_into_a_modal() -> None:
    blocks = build_history_details(ask("us china history", ledger(), TODAY), 20_000)
    check_blocks(blocks, "modal")
    assert len(blocks) <= limits.HOME_BLOCKS
    shown = join(blocks)
    assert shown.index("14 May 2025: *30%*") < shown.index("10 Apr 2025: *145%*")
    assert "20 Feb 2026" in shown
    assert "Sources last checked" in shown


def test_a_scheduled_change_is_said_to_come_next_and_is_not_in_the_table() -> None:
    message = asyncio.run(answer_message("china on us history", TODAY))
    lead = message.blocks[1]["text"]["text"]
    assert lead.endswith("tariffs 10% no longer charged; no successor known.")
    assert "*Next:* 11 Jan 2027 Retaliation" in lead
    assert "11 Jan 2027" not in [row[0] for row in table_of(message)]
    assert message.instead is not None
    plain = join(list(message.instead.blocks))
    assert "11 Jan 2027, scheduled: *not known*" in plain
    assert "*0%*" not in plain


def test_after_a_past_day_the_next_change_of_the_rate_is_no_longer_scheduled() -> None:
    message = asyncio.run(answer_message("us on china history on 2025-05-20", TODAY))
    assert message.blocks[1]["text"]["text"].endswith("*Next:* 10 Nov 2025 20%.")


def test_a_change_after_the_last_check_is_marked() -> None:
    [answer] = ask("us on china history", ledger(), TODAY)
    early = answer._replace(checked=date(2026, 6, 1))
    message = render_history([early], read("us on china history"))
    assert message is not None
    assert table_of(message)[1][0] == "24 Jul 2026, not verified"


def test_an_answer_without_changes_has_no_history() -> None:
    assert render_history(ask("us on china", ledger(), TODAY), read("us on china")) is None


def test_the_bars_of_several_goods_have_their_names() -> None:
    found = ask("us on china medical gloves and syringes history", ledger(), TODAY)
    message = render_history(found, read("us on china medical gloves and syringes history"))
    assert message is not None
    [chart] = [block["chart"] for block in message.blocks if block["type"] == "data_visualization"]
    names = [series["name"] for series in chart["series"]]
    assert names[-1] == "syringes and needles"
    assert all(name.startswith("rubber med") for name in names[:-1])


def lead_of(text: str) -> str:
    message = asyncio.run(answer_message(text, date(2026, 11, 30)))
    check_accepted(message)
    return str(message.blocks[1]["text"]["text"])


def notes_of(text: str) -> str:
    message = asyncio.run(answer_message(text, date(2026, 11, 30)))
    return join([block for block in message.blocks if block["type"] == "context"])


def test_days_of_a_question_have_their_totals_and_a_button_each() -> None:
    message = asyncio.run(
        answer_message("us on new zealand lamb december 2024 vs today", date(2026, 11, 30))
    )
    check_accepted(message)
    lead = message.blocks[1]["text"]["text"]
    assert (
        "*0%* on 31 Dec 2024; *12.5%* on 30 Nov 2026; 12.5 points more. Plus the normal duty "
        in lead
    )
    buttons = {each["text"]["text"]: each["value"] for each in message.blocks[-1]["elements"]}
    assert buttons["31 Dec 2024"] == "on 2024-12-31 🇺🇸 on 🇳🇿 lamb"
    assert buttons["30 Nov 2026"] == "on 2026-11-30 🇺🇸 on 🇳🇿 lamb"


def test_a_history_names_the_normal_duty_and_what_most_lines_pay() -> None:
    juice = lead_of("us on brazil orange juice 2025-09-01 vs today")
    assert "*10% to 50%* on 1 Sep 2025 (3 of 4 lines pay 10%); *0%* on" in juice
    assert juice.endswith(". Plus the normal duty 7.85¢/liter or 4.5¢/liter.")
    assert lead_of("us on vietnam history").endswith(". Plus the normal duty (average 3.3%).")


def test_a_history_says_which_rates_include_the_normal_duty() -> None:
    message = asyncio.run(answer_message("us on japan cars history", TODAY))
    assert "The other rates are on top of the normal duty." in message.blocks[1]["text"]["text"]
    titles, *rows = table_of(message)
    assert titles[1] == "Rate"
    assert [row[1] for row in rows] == ["15% incl. normal duty", "25%"]


def test_each_origin_has_the_totals_of_the_days() -> None:
    lead = lead_of("laos vs nepal rates as of aug 1 25 & feb 1 26 & now")
    laos, nepal = lead.splitlines()
    assert "*10%* on 1 Aug 2025; *40%* on 1 Feb 2026; *0%* on 30 Nov 2026" in laos
    assert "*10%* on 1 Aug 2025; *10%* on 1 Feb 2026; *0%* on 30 Nov 2026" in nepal


def test_a_day_before_the_data_has_no_total() -> None:
    lead = lead_of("us on china toys 2016-05-01 vs today")
    assert "*not in our data* on 1 May 2016; *12.5%* on 30 Nov 2026" in lead
    assert "Our data begins 1 Jan 2018" in notes_of("us on china toys 2016-05-01 vs today")


def test_a_rate_that_was_prolonged_after_the_check_is_marked() -> None:
    lead = lead_of("china on us pork history")
    assert "*10%*, since 10 Nov 2025 (not verified)." in lead
    assert "no successor known" in lead
    assert "0%, scheduled" not in lead
    assert "known only from a statement" in notes_of("china on us pork history")


def test_a_history_of_goods_without_an_origin_has_the_duty_on_all_origins() -> None:
    lead = lead_of("since when do kitchen cabinets carry a special duty")
    assert "*25%* from duties on all origins alone, since 14 Oct 2025." in lead
    assert "1 Jan 2027 50%, scheduled" in lead
    assert "name the origin" in notes_of("kitchen cabinets history")


def test_goods_without_a_duty_of_their_own_need_an_origin() -> None:
    message = asyncio.run(answer_message("toys history", TODAY))
    assert "Which origin do you mean for toys?" in join(list(message.blocks))


def test_an_importer_with_duties_on_particular_goods_only_has_a_history() -> None:
    message = render_history(ask("canada on us", ledger(), TODAY), read("canada on us history"))
    assert message is not None
    assert ["4 Mar 2025", "31 Aug 2025", "25%"] in [row[:3] for row in table_of(message)]
    assert "duties on particular goods only" in message.text
    message = render_history(ask("eu on us", ledger(), TODAY), read("eu on us history"))
    assert message is not None
    assert "30%, suspended" in [row[2] for row in table_of(message)]
    assert message.instead is not None
    assert "30%, suspended" in join(list(message.instead.blocks))
