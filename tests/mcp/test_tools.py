"""Each tool returns the facts of the answer service, or an error with thing, cause and cure."""

from datetime import date, time
from typing import Any

import pytest
from mcp import Client

from bot.mcp.facts import build_reply
from bot.mcp.server import build_mcp_server
from bot.news.deadlines.model import DeadlineKind
from bot.news.state import Relation
from bot.news.story import Evidence
from bot.values import Topic
from tests.mcp.conftest import NOW, Served
from tests.news.deadlines.made import deadline, notice
from tests.store.examples import NOON, minutes, story

RULING = Topic.COURT_RULING


async def call(served: Served, tool: str, **arguments: object) -> tuple[bool, dict[str, Any]]:
    """Whether the tool failed, and its facts."""
    async with Client(build_mcp_server(served.tools)) as client:
        result = await client.call_tool(tool, arguments)
    assert result.structured_content is not None
    return result.is_error, result.structured_content


async def facts(served: Served, tool: str, **arguments: object) -> dict[str, Any]:
    """The facts of a call that must succeed."""
    failed, found = await call(served, tool, **arguments)
    assert not failed, found
    assert found["error"] is None
    return found


async def test_every_tool_is_read_only_and_described(served: Served) -> None:
    async with Client(build_mcp_server(served.tools)) as client:
        tools = (await client.list_tools()).tools
    names = ["rate", "line", "compare", "upcoming", "changes", "latest", "why", "cards"]
    assert [tool.name for tool in tools] == names
    for tool in tools:
        assert tool.description
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint
        assert not tool.annotations.destructive_hint


async def test_a_rate_is_the_answer_of_the_service(served: Served) -> None:
    found = await facts(served, "rate", question="us china steel")
    asked = served.answers.parse("us china steel", NOW)
    assert found == build_reply("us china steel", await served.answers.answer(asked))
    assert found["answers"][0]["components"]


async def test_a_question_that_cannot_be_read_is_an_error_with_a_cure(served: Served) -> None:
    failed, found = await call(served, "rate", question="us chinnx")
    assert failed
    assert found["error"]["thing"] == "chinnx"
    assert "China" in found["error"]["cure"]


async def test_a_comparison_has_an_answer_for_each_origin(served: Served) -> None:
    found = await facts(served, "compare", origins=["China", "Vietnam", "India"], goods="steel")
    pairs = [(one["imposer"], one["partner"]) for one in found["answers"]]
    assert pairs == [("US", "CN"), ("US", "VN"), ("US", "IN")]
    failed, found = await call(served, "compare", origins=["China"])
    assert failed
    assert found["error"]["thing"] == "compare"


async def test_each_origin_of_a_comparison_is_looked_up_by_itself(served: Served) -> None:
    found = await facts(served, "compare", origins=["CN", "Vietnam", "IN", "TO"], importer="EU")
    pairs = [(one["imposer"], one["partner"]) for one in found["answers"]]
    assert pairs == [("EU", "CN"), ("EU", "VN"), ("EU", "IN"), ("EU", "TO")]
    assert await served.tools.rate(found["asked"]["text"]) == found


@pytest.mark.parametrize(
    ("arguments", "thing"),
    [
        ({"origins": ["", ""]}, ""),
        ({"origins": ["China", "china"]}, "compare"),
        ({"origins": []}, "compare"),
        ({"origins": ["China", "Nowhere"]}, "Nowhere"),
        ({"origins": ["China history", "Vietnam"]}, "China history"),
        ({"origins": ["China", "US"]}, "US"),
        ({"origins": ["China", "world"]}, "world"),
        ({"origins": ["China", "Vietnam"], "importer": "Japan"}, "Japan"),
        ({"origins": ["China", "Vietnam"], "goods": "mexico steel"}, "mexico steel"),
        ({"origins": ["China", "Vietnam"], "goods": "zzz"}, "zzz"),
    ],
    ids=str,
)
async def test_a_comparison_that_cannot_be_made_is_an_error_with_a_cure(
    served: Served, arguments: dict[str, object], thing: str
) -> None:
    failed, found = await call(served, "compare", **arguments)
    assert failed
    assert found["error"]["thing"] == thing
    assert found["error"]["cure"]


async def test_a_list_of_dates_is_never_an_answer_about_rates(served: Served) -> None:
    failed, found = await call(served, "upcoming", about="us china history")
    assert failed
    assert "`rate`" in found["error"]["cure"]


async def test_an_unexpected_failure_is_logged_and_not_described(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(topic: Topic | None, limit: int) -> Any:
        raise RuntimeError("the path of the database")

    served.store.stories.latest = fail  # type: ignore[method-assign] # a broken database
    failed, found = await call(served, "latest")
    assert failed
    assert found["error"]["thing"] == "tariffwire"
    assert "database" not in str(found)
    assert "the path of the database" in caplog.text


async def test_a_line_has_its_duties_and_lists(served: Served) -> None:
    found = await facts(served, "line", code="8507.60.00", on="2026-11-24")
    assert (found["code"], found["percent"]) == ("8507.60.00", "3.4")
    assert "301-list-4A" in {one["list"] for one in found["lists"]} or found["lists"]
    assert all(one["source"] and one["from"] <= "2026-11-24" for one in found["lists"])
    under = await facts(served, "line", code="8507")
    assert {"8507.60.00", "8507.10.00"} <= {one["code"] for one in under["lines"]}


@pytest.mark.parametrize(
    ("arguments", "thing"),
    [
        ({"code": "85"}, "85"),
        ({"code": "9999.99.99"}, "9999.99.99"),
        ({"code": "8507.60.00", "on": "tomorrow"}, "tomorrow"),
    ],
    ids=["too short", "unknown", "day"],
)
async def test_a_wrong_line_is_an_error(
    served: Served, arguments: dict[str, object], thing: str
) -> None:
    failed, found = await call(served, "line", **arguments)
    assert failed
    assert found["error"]["thing"] == thing


async def test_upcoming_and_changes_list_dates(served: Served) -> None:
    ahead = await facts(served, "upcoming", about="china")
    assert ahead["calendar"]
    back = await facts(served, "changes", about="since 2026-02-01 china")
    assert {"2026-02-24"} <= {one["on"] for one in back["calendar"]}


async def test_upcoming_and_changes_list_the_deadlines_of_notices(served: Served) -> None:
    soon, past = date(2026, 12, 15), date(2026, 11, 20)
    comments, hearing = DeadlineKind.COMMENTS_CLOSE, DeadlineKind.HEARING
    await served.store.add_stories(
        notice("a", deadline(comments, soon, at=time(17), zone="EST"), deadline(hearing, past)),
        notice("b", deadline(hearing, soon), topics=(Topic.COURT_RULING,), parties=("US",)),
    )
    ahead = await facts(served, "upcoming", about="china")
    [found] = ahead["deadlines"]
    assert found == {
        "on": "2026-12-15",
        "deadline": "comments_close",
        "at": "17:00",
        "zone": "EST",
        "counted": False,
        "quote": "comments_close on 2026-12-15",
        "title": "Notice a",
        "source": "Gazette",
        "url": "https://gazette.example/a",
        "published": "2026-11-20T14:00:00+00:00",
        "event": "a",
        "topics": ["tariff"],
        "parties": ["US", "CN"],
    }
    courts = await facts(served, "upcoming", about="court-rulings")
    assert [one["event"] for one in courts["deadlines"]] == ["b"]
    assert courts["calendar"] == []
    back = await facts(served, "changes")
    assert [one["on"] for one in back["deadlines"]] == ["2026-11-20"]


async def test_a_card_is_found_by_its_usual_names(served: Served) -> None:
    listed = await facts(served, "cards")
    assert "section-122" in {one["id"] for one in listed["cards"]}
    for name in ("Section 122", "s122"):
        found = await facts(served, "cards", name=name)
        assert found["card"]["id"] == "section-122"
        assert found["card"]["source"]
    assert (await facts(served, "rate", question="section 122"))["card"] == found["card"]
    for name in ("us china", "sectoin 12345"):
        failed, refused = await call(served, "cards", name=name)
        assert failed
        assert refused["error"]["thing"] == name


async def test_latest_and_why_show_saved_stories(served: Served) -> None:
    evidence = Evidence(topic=RULING, rule="r1", words="ruled", where="title")
    first = story("first", title="Court voids the tariffs on all partners", topics=(RULING,))
    second = story(
        "second",
        title="Court voids tariffs on all partners, a blow",
        topics=(RULING,),
        evidence=(evidence,),
        event_id="first",
        relation=Relation.REPORT,
        published=NOON + minutes(5),
    )
    other = story("other", topics=(Topic.NEGOTIATION,), published=NOON + minutes(9))
    await served.store.add_stories(first, second, other)
    every = await facts(served, "latest")
    assert [one["id"] for one in every["stories"]] == ["other", "second", "first"]
    rulings = await facts(served, "latest", topic="court_ruling", limit=1)
    assert [one["id"] for one in rulings["stories"]] == ["second"]
    why = await facts(served, "why", story="second")
    assert [one["words"] for one in why["evidence"]] == ["ruled"]
    assert why["event_stories"] == ["first", "second"]
    assert why["joined"]
    for tool, arguments in (("why", {"story": "none"}), ("latest", {"topic": "weather"})):
        failed, found = await call(served, tool, **arguments)
        assert failed
        assert found["error"]["cure"]
