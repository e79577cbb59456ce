"""Delivery under faults and kills: `python -m bench.chaos`.

A fake Slack that fails on purpose (`tests.chaos.faulty_slack`) runs in this process. The bot's
store, dispatcher and sender run in a second process. The parts:

    exact     counts lost, repeated and reordered messages while Slack fails and SIGKILL ends the
              second process several times; runs with 50 history calls a minute, and without the
              history scope
    limit     measures posts per second at a workspace limit of 10, which the bot does not know
    delay     measures when the other conversations get their messages while one conversation is
              slow or refuses messages
    refusal   counts messages after the workspace has refused every call for five seconds
    bundles   counts stories that are lost, sent twice or sent although they are muted, with
              digests, quiet hours and mutes, through faults and SIGKILLs, on a faster clock

The result is Markdown tables. Flags set the size of the part `exact`. At full size, all parts take
about 18 minutes. If `exact` or `bundles` does not finish within its time limit, its table says so.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from sqlalchemy import Connection, delete, func, select

from bot.store import tables
from bot.store.engine import Database
from bot.store.upgrade import upgrade
from tests.chaos.bundle_process import BundleJob
from tests.chaos.bundle_trial import run_bundle_trial
from tests.chaos.bundles import FastClock
from tests.chaos.faults import Fault, FaultPlan, RateLimit
from tests.chaos.faulty_slack import Behavior, FaultySlack
from tests.chaos.load import Load
from tests.chaos.sending_process import SendingJob
from tests.chaos.trial import SOON_S, Tally, Trial, kill, run_trial, start, wait_for

PARTS = ("exact", "limit", "delay", "refusal", "bundles")

# How many posts of a full run meet each fault. Every post whose outcome is unknown needs a
# look-up, and Slack allows only 50 a minute. Every 429 pauses all posts of the workspace.
_FAULTS = {
    Fault.LIMITED: 10,
    Fault.LIMITED_BARE: 1,
    Fault.ERROR_500: 5,
    Fault.ERROR_500_AFTER: 5,
    Fault.HTML_503: 5,
    Fault.HTML_503_AFTER: 5,
    Fault.CUT: 10,
    Fault.CUT_AFTER: 10,
    Fault.NO_ANSWER: 3,
    Fault.NO_ANSWER_AFTER: 3,
    Fault.INTERNAL: 3,
    Fault.INTERNAL_AFTER: 3,
    Fault.SLOW: 200,
    Fault.CONTENT: 200,
    Fault.UNKNOWN: 100,
}
_MOST_RATE = 0.01
"""The largest share of posts that meet one fault; it limits the shares in small runs."""
_PACE_S = 0.1
"""Seconds between two messages of a conversation in the part `exact`; the bot's pace is 1 s."""
_SEND_TIMEOUT_S = 5.0
_EXACT_LIMIT_S = (380.0, 220.0)
_HISTORY_A_MINUTE, _HISTORY_AT_ONCE = 50, 10
_POSTS_A_SECOND, _RETRY_AFTER_S = 10, 5
_LIMIT_MINUTES = 3
_SLOW_S = 10.0
_FILLED = (
    tables.deliveries,
    tables.stories,
    tables.subscriptions,
    tables.mutes,
    tables.feed_states,
)
"""The tables that a run fills."""
_REFUSED_S, _RECOVERY_LIMIT_S = 5.0, 60.0
_BUNDLE_GAP_S, _BUNDLE_SPEED = 100.0, 120.0
"""Simulated seconds between two stories, and how much faster than the real clock time passes."""
_BUNDLE_MORE_S = 240.0
"""The real time after the last story within which everything that is due must be sent."""
_BUNDLE_FAULT_RATE = 0.002
_TEXT_FAULTS = frozenset({Fault.CONTENT, Fault.LIMITED_BARE})
"""Not in the part `bundles`. The plain text of a digest shows one of its stories, and the pause
after a bare 429 is part of the limiter, which waits in real time."""


@dataclass(frozen=True)
class _Sizes:
    channels: int
    stories: int
    kills: int
    seed: int
    database: str | None


def main() -> None:
    """Runs the parts and prints their tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--channels", type=int, default=500, help="default: 500")
    parser.add_argument("--stories", type=int, default=200, help="default: 200")
    parser.add_argument("--kills", type=int, default=10, help="default: 10")
    parser.add_argument("--seed", type=int, default=1, help="default: 1")
    parser.add_argument("--database", help="an empty PostgreSQL database; default: SQLite")
    parser.add_argument("--only", choices=PARTS, action="append", help="run only this part")
    options = parser.parse_args()
    sizes = _Sizes(options.channels, options.stories, options.kills, options.seed, options.database)
    asyncio.run(_run(sizes, options.only or PARTS))


async def _run(sizes: _Sizes, parts: Sequence[str]) -> None:
    if sizes.database is not None:
        await _require_empty(sizes.database)
    for name, part in zip(PARTS, (_exact, _limit, _delay, _refusal, _bundles), strict=True):
        if name in parts:
            _print_table(await part(sizes))
    if sizes.database is not None:
        await _empty(sizes.database)


async def _exact(sizes: _Sizes) -> list[list[str]]:
    columns = []
    for has_scope, limit_s in zip((True, False), _EXACT_LIMIT_S, strict=True):
        most = sizes.channels * sizes.stories
        rates = {fault: min(number / most, _MOST_RATE) for fault, number in _FAULTS.items()}
        behavior = Behavior(
            posts=FaultPlan(sizes.seed, rates),
            has_history_scope=has_scope,
            slow_s=1.0,
            limits={
                method: RateLimit(_HISTORY_A_MINUTE, 60, _HISTORY_AT_ONCE)
                for method in ("conversations.history", "conversations.replies")
            },
        )
        async with FaultySlack(behavior) as slack:
            with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
                job = await _job(folder, slack, sizes, sizes.channels, sizes.stories, _PACE_S)
                tally = await run_trial(Trial(job, sizes.kills, limit_s), slack)
            columns.append(_exact_cells(tally, slack))
    head = ["", "with history scope", "without"]
    return [head, *([name, *(each[name] for each in columns)] for name in columns[0])]


def _exact_cells(tally: Tally, slack: FaultySlack) -> dict[str, str]:
    waits = [each for each in tally.first_posts_s if each is not None]
    late = len(tally.first_posts_s) - len(waits)
    least = min(tally.soon_after_restart, default=0)
    longest = f"{max(waits):.1f}" if waits else "-"
    return {
        "messages expected": f"{tally.expected:,}",
        "arrived": f"{tally.arrived:,}",
        "repeated": f"{tally.repeated:,}",
        "repeated without a mark": f"{tally.repeated_unmarked:,}",
        "lost": f"{tally.lost:,}",
        "still queued at the time limit": f"{tally.unsent:,}",
        "out of order": f"{tally.out_of_order:,}",
        "faults of chat.postMessage": f"{sum(slack.faults.values()):,}",
        "look-ups, over the limit": f"{_look_ups(slack.calls)}, {_look_ups(slack.limited)}",
        "kills": str(len(tally.first_posts_s)),
        "restart to first new post, median, s": f"{median(waits):.1f}" if waits else "-",
        "longest, s": longest if not late else f"{longest}; {late} times none within 60",
        f"new messages within {SOON_S:.0f} s of a restart, least": f"{least:,}",
        "seconds": f"{tally.seconds:.0f}" + ("" if tally.is_finished else " (time limit)"),
    }


def _look_ups(calls: dict[str, int]) -> int:
    return calls["conversations.history"] + calls["conversations.replies"]


async def _limit(sizes: _Sizes) -> list[list[str]]:
    limit = RateLimit(_POSTS_A_SECOND, 1, _POSTS_A_SECOND, _RETRY_AFTER_S)
    behavior = Behavior(limits={"chat.postMessage": limit})
    async with FaultySlack(behavior) as slack:
        with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
            process = await start(await _job(folder, slack, sizes, 100, 22, 1.0))
            await slack.wait_until(lambda: slack.arrived > 0)
            await asyncio.sleep(60 * _LIMIT_MINUTES)
            await kill(process)
        began_s = slack.posted[0].at_s
        minutes = [int((each.at_s - began_s) // 60) for each in slack.posted]
        rows = [
            [str(number + 1), f"{minutes.count(number) / 60:.2f}"]
            for number in range(_LIMIT_MINUTES)
        ]
        refused = slack.limited["chat.postMessage"]
    head = ["minute", f"posts/s where {_POSTS_A_SECOND} are allowed"]
    return [head, *rows, ["calls over the limit", str(refused)]]


async def _delay(sizes: _Sizes) -> list[list[str]]:
    rows = [["one conversation", "others' messages", "median, s", "last, s"]]
    load = Load(100, 5)
    one = load.conversations[1]
    cases = {
        "is like the others": Behavior(),
        f"is answered after {_SLOW_S:.0f} s": Behavior(delays_s={one: _SLOW_S}),
        "refuses: is_archived": Behavior(refuses={one: "is_archived"}),
        "refuses: an unknown error": Behavior(refuses={one: "a_new_error"}),
    }
    expected = (load.channels - 1) * load.stories
    for name, behavior in cases.items():
        async with FaultySlack(behavior) as slack:
            with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
                job = await _job(folder, slack, sizes, load.channels, load.stories, 1.0)
                process = await start(job)
                await wait_for(slack, lambda: len(_others(slack, one)) == expected, 30)
                await kill(process)
            arrivals = _others(slack, one)
        after_s = [each - slack.posted[0].at_s for each in arrivals] or [float("nan")]
        rows.append(
            [
                name,
                f"{len(arrivals)} of {expected}",
                f"{median(after_s):.2f}",
                f"{max(after_s):.2f}",
            ]
        )
    return rows


def _others(slack: FaultySlack, one: str) -> list[float]:
    return [each.at_s for each in slack.posted if each.conversation != one]


async def _refusal(sizes: _Sizes) -> list[list[str]]:
    rows = [["refused for 5 s with", "arrived", "repeated", "lost", "queued", "next post after, s"]]
    for code in ("token_revoked", "invalid_auth"):
        async with FaultySlack() as slack:
            with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
                job = await _job(folder, slack, sizes, 20, 20, 1.0)
                valid_again = asyncio.create_task(_refuse_for_a_while(slack, code))
                limit_s = 20 + _REFUSED_S + _RECOVERY_LIMIT_S
                tally = await run_trial(Trial(job, kills=0, limit_s=limit_s), slack)
                valid_s = await valid_again
        later = [each.at_s - valid_s for each in slack.posted if each.at_s > valid_s]
        counts = (tally.arrived, tally.repeated, tally.lost, tally.unsent)
        first = f"{later[0]:.1f}" if later else f"none within {_RECOVERY_LIMIT_S:.0f}"
        rows.append([code, f"{counts[0]} of {tally.expected}", *map(str, counts[1:]), first])
    return rows


async def _bundles(sizes: _Sizes) -> list[list[str]]:
    faults = [fault for fault in _FAULTS if fault not in _TEXT_FAULTS]
    behavior = Behavior(
        posts=FaultPlan(sizes.seed, dict.fromkeys(faults, _BUNDLE_FAULT_RATE)), slow_s=1.0
    )
    channels = max(sizes.channels * 2 // 5, 20)
    async with FaultySlack(behavior) as slack:
        with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
            job = BundleJob(
                database=await _open_empty(folder, sizes),
                api_url=slack.url,
                channels=channels,
                stories=sizes.stories,
                gap_s=_BUNDLE_GAP_S,
                clock=FastClock.start(_BUNDLE_SPEED),
                log=str(Path(folder) / "log"),
            )
            limit_s = sizes.stories * _BUNDLE_GAP_S / _BUNDLE_SPEED + _BUNDLE_MORE_S
            tally = await run_bundle_trial(job, sizes.kills, slack, limit_s)
    hours = sizes.stories * _BUNDLE_GAP_S / 3600
    ended = "" if tally.is_finished else " (time limit)"
    return [
        ["digests, quiet hours and mutes", ""],
        ["conversations, stories, simulated hours", f"{channels}, {sizes.stories}, {hours:.1f}"],
        ["stories expected in all conversations", f"{tally.expected:,}"],
        ["in alerts and developments", f"{tally.in_messages:,}"],
        ["in digests, and after quiet hours", f"{tally.in_bundles:,}"],
        ["offered after a mute", f"{tally.in_offers:,}"],
        ["in digests whose hour is after the run", f"{tally.waiting:,}"],
        ["digests and offers, their further messages", f"{tally.bundles:,}, {tally.continued:,}"],
        ["lost", f"{tally.lost:,}"],
        ["in two messages", f"{tally.twice:,}"],
        ["messages repeated", f"{tally.repeated:,}"],
        ["out of order", f"{tally.out_of_order:,}"],
        ["sent although muted, or offered although not", f"{tally.wrong_mute:,}"],
        ["in a digest, but not shown once", f"{tally.not_shown:,}"],
        ["faults of chat.postMessage", f"{sum(slack.faults.values()):,}"],
        ["kills", str(tally.kills)],
        ["seconds", f"{tally.seconds:.0f}{ended}"],
    ]


async def _refuse_for_a_while(slack: FaultySlack, code: str) -> float:
    """Refuses every call for a while after 100 messages; returns the monotonic time of the end."""
    await slack.wait_until(lambda: slack.arrived >= 100)
    slack.behavior.refuses_all = code
    await asyncio.sleep(_REFUSED_S)
    slack.behavior.refuses_all = ""
    return time.monotonic()


async def _job(
    folder: str, slack: FaultySlack, sizes: _Sizes, channels: int, stories: int, pace_s: float
) -> SendingJob:
    """A job for the sending process, whose database is empty."""
    return SendingJob(
        database=await _open_empty(folder, sizes),
        api_url=slack.url,
        channels=channels,
        stories=stories,
        pace_s=pace_s,
        send_timeout_s=_SEND_TIMEOUT_S if pace_s < 1 else 30.0,
        log=str(Path(folder) / "log"),
    )


async def _open_empty(folder: str, sizes: _Sizes) -> str:
    """The address of an empty database."""
    address = sizes.database or f"sqlite:///{Path(folder) / 'bot.db'}"
    await upgrade(address)
    if sizes.database is not None:
        await _empty(address)
    return address


async def _require_empty(address: str) -> None:
    await upgrade(address)
    database = Database(address)
    (rows,) = await database.column(select(func.count()).select_from(tables.deliveries))
    await database.close()
    if rows:
        raise SystemExit(f"{database.name} is not empty; the benchmark deletes what is in it")


async def _empty(address: str) -> None:
    def remove(connection: Connection) -> None:
        for table in _FILLED:
            connection.execute(delete(table))

    database = Database(address)
    await database.write(remove)
    await database.close()


def _print_table(rows: Iterable[Sequence[str]]) -> None:
    head, *body = rows
    print(f"| {' | '.join(head)} |")
    print("|" + " --- |" * len(head))
    for row in body:
        print(f"| {' | '.join(row)} |")
    print(flush=True)


if __name__ == "__main__":
    main()
