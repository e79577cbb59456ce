"""Polls the same feeds with the bot and with its peers, side by side: `python -m bench.polling`.

    a  first look: every feed is new
    b  every answer is 304 Not Modified
    c  every answer is 200 with the same bytes, and the server gives no validators
    d  one feed in twenty has one new entry, the others answer 304

Every turn is taken by each peer, one after the other, before the next turn begins; a value is the
median of its turns. The result is a table in Markdown; what goes on meanwhile goes to stderr.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench.polled.peers import Newsboat, Peer, Program, Turn, best_workers, has_newsboat
from bench.polled.press import ENTRIES, Press
from bench.polled.server import Server
from bench.polled.usage import Memory

RENEWED_EVERY = 20
FAST_REPEATS = 2
"""Turns of half a second vary more than longer ones, so more of them are taken."""
PHASES = "abcd"
OURS, READER, LIMIT = "tariffwire", "reader", "aiohttp, no parsing"
EXPECTED = (
    ("a", READER, 2.5),
    ("b", READER, 5.0),
    ("b", LIMIT, 0.4),
    ("c", READER, 20.0),
    ("d", READER, 6.0),
)
Turns = dict[tuple[str, str], list[Turn]]


def main() -> None:
    """Measures and prints."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="polling-") as name:
        Path(name).chmod(0o755)
        _measure(Path(name), options.feeds, options.repeats, options.without)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--feeds", type=int, default=1000, help="how many (default: 1000)")
    parser.add_argument("--repeats", type=int, default=3, help="turns of b and d (default: 3)")
    peers = ["reader", "newsboat"]
    parser.add_argument("--without", action="append", default=[], choices=peers)
    return parser.parse_args()


def _measure(folder: Path, feeds: int, repeats: int, without: Sequence[str]) -> None:
    press = Press(folder / "site", feeds)
    press.write()
    server = Server(press.folder, folder)
    urls = folder / "urls"
    urls.write_text("".join(f"{server.address}/{each}\n" for each in press.names()))
    _say(f"{feeds} feeds of {ENTRIES} entries; server: {server.name}; load {_load()}")
    with server.serving(validators=True):
        peers = _peers(folder, urls, without)
        fast = [peer for peer in peers if peer.name in (OURS, LIMIT)]
        turns: Turns = {}
        _take("a", peers, turns, new_entries=feeds * ENTRIES)
        _settle(peers)
        for _ in range(repeats):
            _take("b", peers, turns, new_entries=0)
            for _ in range(FAST_REPEATS):
                _take("b", fast, turns, new_entries=0)
        for turn in range(1, repeats + 1):
            renewed = press.renew(turn, RENEWED_EVERY)
            _take("d", peers, turns, new_entries=renewed)
    with server.serving(validators=False):
        _take("c", peers, turns, new_entries=0)
        for _ in range(repeats * FAST_REPEATS):
            _take("c", fast, turns, new_entries=0)
    memory = {peer.name: peer.end() for peer in peers}
    _print(feeds, server.name, turns, memory)


def _peers(folder: Path, urls: Path, without: Sequence[str]) -> list[Peer]:
    peers: list[Peer] = [
        Program(OURS, "with_tariffwire", urls, folder / "ours"),
        Program(LIMIT, "with_aiohttp", urls, folder / "limit"),
    ]
    if READER not in without:
        few = folder / "few"
        few.write_text("\n".join(urls.read_text().split()[:100]))
        workers = best_workers(few, folder)
        _say(f"reader is fastest with {workers} workers")
        peers.append(Program(READER, "with_reader", urls, folder / "reader", str(workers)))
    if has_newsboat() and "newsboat" not in without:
        peers.append(Newsboat(urls, folder / "newsboat"))
    return peers


def _settle(peers: Sequence[Peer]) -> None:
    """newsboat sends validators only from its third look on."""
    for peer in peers:
        if isinstance(peer, Newsboat):
            peer.turn()


def _take(phase: str, peers: Sequence[Peer], turns: Turns, new_entries: int) -> None:
    for peer in peers:
        turn = peer.turn()
        turns.setdefault((peer.name, phase), []).append(turn)
        found = f"{turn.read} read, {turn.unchanged} unchanged, {turn.new_entries} new entries"
        _say(f"{phase} {peer.name}: {turn.wall_s:.2f} s, {found}")
        if peer.name != LIMIT and turn.new_entries != new_entries:
            raise SystemExit(
                f"{peer.name} found other than the {new_entries} new entries of {phase}"
            )


def _print(feeds: int, server: str, turns: Turns, memory: dict[str, Memory]) -> None:
    when, cores = f"{datetime.now(UTC):%Y-%m-%d}", f"{os.cpu_count()} cores, load {_load()}"
    print(f"\n{when}, {feeds} feeds of {ENTRIES} entries, {server}, {cores}.")
    print("Feeds a second, in brackets ms of CPU a feed.\n")
    print("| peer | a | b | c | d | MB (PSS) | MB (RSS) |\n|" + " --- |" * 7)
    for name, most in memory.items():
        cells = [_cell(feeds, turns[name, phase]) for phase in PHASES]
        print(f"| {name} | {' | '.join(cells)} | {most.mb:.0f} | {most.resident_mb:.0f} |")
    if not has_newsboat():
        print("| newsboat | not installed (apt install newsboat) | | | | | |")
    print("\n| expected | measured | |\n| --- | --- | --- |")
    for phase, other, least in EXPECTED:
        if other in memory:
            ratio = _wall_s(turns[other, phase]) / _wall_s(turns[OURS, phase])
            met = "met" if ratio >= least else "missed"
            print(f"| ({phase}) >= {least:g} times {other} | {ratio:.2f} | {met} |")
    if READER in memory:
        for name, ours, theirs in zip(("PSS", "RSS"), memory[OURS], memory[READER], strict=True):
            ratio = ours / theirs
            met = "met" if ratio <= 2 else "missed"
            print(f"| memory ({name}) <= 2 times reader | {ratio:.2f} | {met} |")


def _cell(feeds: int, turns: Sequence[Turn]) -> str:
    cpu_ms = median(turn.cpu_s for turn in turns) / feeds * 1000
    return f"{feeds / _wall_s(turns):.0f} ({cpu_ms:.2f})"


def _wall_s(turns: Sequence[Turn]) -> float:
    return median(turn.wall_s for turn in turns)


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}"


def _say(line: str) -> None:
    print(line, file=sys.stderr)


if __name__ == "__main__":
    main()
