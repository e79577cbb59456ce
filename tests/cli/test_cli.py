"""Commands that read feeds and files; the tests check their output and exit code."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from filelock import FileLock

from tests.cli.runner import run
from tests.feeds.server import serving
from tests.journeys.bot_process import environment, run_to_end
from tests.journeys.feed_server import FeedServer
from tests.journeys.workspace_reader import free_port
from tests.sources.examples import row

CONFIG = Path(__file__).parents[2] / "config"


@dataclass
class Shell:
    """Runs commands in a folder with two feeds on loopback and a new database, without Slack."""

    folder: Path
    feeds: FeedServer
    env: dict[str, str]

    async def __call__(self, *words: str) -> tuple[int, str]:
        """The exit code and the output of a command, which runs in a thread of this process."""
        done = await asyncio.to_thread(run, *words, env=self.env)
        return done.exit_code, done.output.rstrip("\n")

    async def run_process(self, *words: str) -> tuple[int, str]:
        """The exit code and the output of a command, which runs in its own process."""
        return await run_to_end(words, self.env, self.folder)

    async def output_of(self, *words: str) -> str:
        """The output of a command that must succeed."""
        code, output = await self(*words)
        assert code == 0, output
        return output

    async def error_of(self, *words: str) -> str:
        """The single error line of a command that must fail."""
        code, output = await self(*words)
        assert code == 1, output
        assert output.startswith("tariffwire: ")
        assert "\n" not in output
        return output

    def write(self, name: str, text: str) -> str:
        (self.folder / name).write_text(text, encoding="utf-8")
        return name


@pytest.fixture
async def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Shell]:
    feeds = FeedServer()
    feeds.publish("wire", "US raises tariffs on Chinese steel to 50%", "From 25% before.")
    feeds.publish("wire", "A quiet day at the zoo")
    feeds.publish("court", "Trade court strikes down tariffs on all partners")
    await feeds.start()
    env = environment(
        tmp_path / "data",
        TARIFFWIRE_FEEDS_FILE="feeds.yaml",
        TARIFFWIRE_ALLOWED_NETWORKS="127.0.0.0/8",
        PORT=str(free_port()),
    )
    monkeypatch.chdir(tmp_path)
    shell = Shell(tmp_path, feeds, env)
    shell.write("feeds.yaml", feeds.yaml())
    yield shell
    await feeds.stop()


def json_lines(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def lines(rows: Sequence[object]) -> str:
    return "".join(f"{json.dumps(row)}\n" for row in rows)


async def test_match_processes_three_thousand_lines_in_order(shell: Shell) -> None:
    rows = [
        {"id": number, "title": "US raises tariffs on Chinese steel to 50%", "summary": ""}
        if number % 30 == 0
        else {"id": number, "title": "A quiet day at the zoo"}
        for number in range(3000)
    ]
    answers = json_lines(await shell.output_of("match", shell.write("in.jsonl", lines(rows))))
    assert [answer["id"] for answer in answers] == list(range(3000))
    assert {tuple(answer) for answer in answers} == {
        (
            "id",
            "topics",
            "parties",
            "figures",
            "evidence",
            "summary",
            "status",
            "effective",
            "severity",
        )
    }
    assert {(answer["id"] % 30 == 0, tuple(answer["topics"])) for answer in answers} == {
        (True, ("tariff",)),
        (False, ()),
    }
    assert answers[0]["parties"] == ["US", "CN"]
    [figure] = answers[0]["figures"]
    assert figure == {
        "imposer": "US",
        "partner": "CN",
        "product": "steel",
        "from_percent": None,
        "to_percent": 50,
        "amount_usd": None,
    }


async def test_same_and_match_report_the_line_that_they_cannot_read(shell: Shell) -> None:
    story = {"id": "a", "title": "US raises tariffs on Chinese steel to 50%", "summary": ""}
    other = {"id": "b", "title": "Canada's dairy farmers fear the winter", "summary": ""}
    pairs = [{"id": 1, "a": story, "b": story}, {"id": 2, "a": story, "b": other}]
    torn = shell.write("torn.jsonl", f'{json.dumps(story)}\n\n{{"id": NaN}}\n')
    said = await shell.output_of("same", shell.write("in.jsonl", lines(pairs)))
    code, output = await shell("match", torn)
    assert [(row["id"], row["same"]) for row in json_lines(said)] == [(1, True), (2, False)]
    assert all(isinstance(row["score"], float) for row in json_lines(said))
    assert code == 1
    first, last = output.splitlines()
    assert json.loads(first)["id"] == "a"
    assert last == "tariffwire: line 3: not valid JSON. Write one JSON object per line"


async def test_rate_uses_live_sources_if_they_are_enabled(shell: Shell) -> None:
    # The shipped schedule does not have this line, so its base duty is looked up.
    async with serving() as schedule:
        schedule.at("/search", json.dumps([row("3926.90.98", "5.3%", "Articles of plastics")]))
        shell.env |= {
            "TARIFFWIRE_LIVE_SOURCES": "usitc-hts",
            "TARIFFWIRE_USITC_HTS_URL": schedule.url,
        }
        [found] = json_lines(await shell.output_of("rate", "us on china 3926.90.98", "--json"))
        [answer] = found["answers"]
        assert (answer["base"]["percent"], answer["base"]["line"]) == ("5.3", "3926.90.98")
        assert "USITC" in answer["base"]["source"]
        schedule.at("/search", "not today")
        said = await shell.output_of("rate", "us on china", "--product", "3926.90.98", "--long")
        assert "the normal (MFN) duty of HS 3926.90.98 is left out" in said


async def test_poll_prints_each_new_entry_once(shell: Shell) -> None:
    other = shell.write("other.yaml", shell.feeds.yaml().replace("court", "court-of-trade"))
    shell.feeds.feeds["court-of-trade"] = shell.feeds.feeds["court"]
    rows = json_lines(await shell.output_of("poll", "--once", "--json", "--feeds", other))
    keys = ("feed", "id", "title", "link", "published", "summary", "topics", "parties", "event")
    assert {tuple(row) for row in rows} == {keys}
    topics = {row["title"]: row["topics"] for row in rows}
    assert topics.pop("A quiet day at the zoo") == []
    assert topics["US raises tariffs on Chinese steel to 50%"] == ["tariff"]
    assert "court_ruling" in topics["Trade court strikes down tariffs on all partners"]
    assert sorted(row["feed"] for row in rows) == ["court-of-trade", "wire", "wire"]
    assert await shell.output_of("poll", "--once", "--json", "--feeds", other) == ""
    listed = json_lines(await shell.output_of("feeds", "list", "--json"))
    status = {row["id"]: row["status"] for row in listed}
    assert status == {"wire": "ok", "court": "new"}
    table = await shell.output_of("feeds", "list")
    assert [line.split()[:2] for line in table.splitlines() if line[0] != " "] == [
        ["ok", "wire"],
        ["new", "court"],
    ]


async def test_retry_after_is_respected_by_the_next_process(
    shell: Shell,
) -> None:
    shell.feeds.feeds["busy"] = []
    shell.feeds.answers["/busy.rss"] = web.Response(status=429, headers={"Retry-After": "3600"})
    every = shell.feeds.yaml()
    head, busy = every.splitlines()[0], next(row for row in every.splitlines() if "busy" in row)
    alone = shell.write("busy.yaml", f"{head}\n{busy}\n")
    code, reported = await shell("poll", "--once", "--feeds", alone)
    assert (code, "429" in reported) == (1, True)
    assert (
        await shell.output_of("poll", "--once", "--feeds", shell.write("every.yaml", every)) == ""
    )
    assert [path for path, _ in shell.feeds.requests] == ["/busy.rss"]


@pytest.mark.journey
async def test_a_second_process_cannot_poll_with_the_same_data_folder(shell: Shell) -> None:
    await shell.output_of("db", "upgrade")
    with FileLock(Path(shell.env["TARIFFWIRE_DATA_DIR"]) / "run.lock", timeout=0):
        code, output = await shell.run_process("poll", "--once")
        assert (code, "a bot is running on it" in output) == (1, True)
        assert "a bot is running on it" in await shell.error_of("poll")
    assert shell.feeds.requests == []
    assert "steel" in await shell.output_of("poll", "--once")


async def test_feeds_are_checked_added_exported_imported_and_removed(shell: Shell) -> None:
    shell.feeds.publish("extra", "China and the US agree to talks on tariffs")
    shell.feeds.answers["/page"] = web.Response(
        body=b'<html><head><link rel="alternate" type="application/rss+xml" '
        b'href="/extra.rss"></head></html>',
        headers={"Content-Type": "text/html"},
    )
    page = f"{shell.feeds.address}/page"
    assert "1 of 1 entries match a topic" in await shell.output_of("feeds", "check", page)
    added = await shell.output_of("feeds", "add", page)
    feed_id = added.split()[1].rstrip(":")
    assert f"{shell.feeds.address}/extra.rss" in added
    known = await shell.error_of("feeds", "add", f"{shell.feeds.address}/extra.rss")
    assert f"already in the list as {feed_id}" in known
    exported = await shell.output_of("feeds", "export")
    assert exported.count("xmlUrl=") == 3
    # When a feed is added, the entries that it lists count as seen; polls do not report them.
    polled = json_lines(await shell.output_of("poll", "--once", "--json"))
    assert feed_id not in {row["feed"] for row in polled}
    opml = shell.write("feeds.opml", exported.replace("/wire.rss", "/new.rss").replace("wire", "x"))
    imported = await shell.output_of("feeds", "import", opml)
    assert imported == "added 1 feed(s), 2 already in the list"
    assert await shell.output_of("feeds", "remove", feed_id) == f"removed {feed_id}"
    assert "no such feed" in await shell.error_of("feeds", "remove", feed_id)
    no_opml = shell.write("no.opml", "<html>")
    assert "OPML" in await shell.error_of("feeds", "import", no_opml)


async def test_doctor_checks_the_database(shell: Shell) -> None:
    absent = await shell.error_of("db", "backup", "copy.db")
    assert "Run: tariffwire db upgrade" in absent
    await shell.output_of("db", "upgrade")
    findings = json_lines(await shell.output_of("doctor", "--json"))
    assert all(finding["ok"] for finding in findings)
    assert await shell.output_of("db", "backup", "copy.db") == "backed up to copy.db"
    assert "exists already" in await shell.error_of("db", "backup", "copy.db")
    shell.env |= {"TARIFFWIRE_MAX_AGE_HOURS": "1e15"}
    code, output = await shell("doctor")
    assert code == 1
    assert "BAD settings: TARIFFWIRE_MAX_AGE_HOURS" in output
    assert "    Set TARIFFWIRE_MAX_AGE_HOURS to a valid value" in output


async def test_a_typo_in_a_config_file_is_reported_with_file_line_and_key(shell: Shell) -> None:
    config = shell.folder / "config"
    config.mkdir()
    for name in ("parties.yaml", "rates"):
        (config / name).symlink_to(CONFIG / name)
    topics = (CONFIG / "topics.yaml").read_text(encoding="utf-8").splitlines()
    (config / "topics.yaml").write_text("\n".join([*topics, "topcis: 1", ""]), encoding="utf-8")
    shell.write("feeds.yaml", "feeds:\n  - id: a\n    titel: A\n    url: https://a.example/\n")
    feeds = await shell.error_of("feeds", "list")
    assert feeds.startswith("tariffwire: feeds.yaml:")
    shell.env |= {"TARIFFWIRE_CONFIG_DIR": "config"}
    topic = await shell.error_of("match", shell.write("in.jsonl", "{}\n"))
    assert topic.startswith(f"tariffwire: config/topics.yaml:{len(topics) + 1}: topcis: ")


@pytest.mark.parametrize(
    "words",
    [("polll",), ("rate", "us", "--on", "someday"), ("match", "absent.jsonl")],
    ids=["command", "option", "file"],
)
async def test_wrong_usage_has_its_own_exit_code(shell: Shell, words: tuple[str, ...]) -> None:
    code, output = await shell(*words)
    assert code == 2
    assert "Usage: " in output


async def test_say_without_a_workspace_says_how_to_start_one(shell: Shell) -> None:
    said = await shell.error_of("say", "#trade-news", "/tariff us china")
    assert "tariffwire run" in said
