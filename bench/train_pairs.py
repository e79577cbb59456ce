"""Learns the weights of `bot.news.events.comparison` from labeled pairs, and scores them.

    python -m bench.train_pairs SET...              learn from the sets and write weights.py
    python -m bench.train_pairs SET... --evaluate   score each set, and write nothing

A set is a JSON lines file with `id`, `relation`, `a` and `b` (a story has `title`, `summary`, and
`published` or `date`), or a TSV file like `bench/pairs/neighbors.tsv`.

`--evaluate` leaves one matter out: pairs that share a story, or the parties at dates at most three
days apart, are one matter, and all pairs of a matter are scored by weights that were learned from
the others. The method is logistic regression with an L2 penalty, by Newton's method.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations
from math import exp
from pathlib import Path
from typing import NamedTuple

from bot.news.events import comparison
from bot.news.events.comparison import Signals, Weights, compare_by, measure_pair
from bot.news.jsonl import read_pair
from bot.news.reader import Reader
from bot.news.state import Relation
from bot.news.story import Story
from bot.runtime.config.folder import ConfigFolder
from bot.runtime.settings import load_settings

WEIGHTS = Path(comparison.__file__).with_name("weights.py")
_PENALTY = 1.0
_ROUNDS = 30
_NOON = datetime(2025, 9, 1, 12, tzinfo=UTC)
_OF_MATTER = (
    "contained",
    "names",
    "partners",
    "goods",
    "goods_in_one",
    "court",
    "rate",
    "days",
    "other_object",
    "next_step",
    "no_partner",
)
"""The signals that tell whether two stories belong to one matter."""
_OF_MATTER_ONLY = frozenset(("contained", "next_step", "no_partner"))
_OF_STATE = tuple(name for name in Signals._fields if name not in _OF_MATTER_ONLY)
"""The signals of one state. Common words tell the matter; two states of it share them too."""


class Pair(NamedTuple):
    """Two stories and their labeled relation."""

    id: str
    relation: Relation
    a: Story
    b: Story


class Model(NamedTuple):
    """The weights of both probabilities."""

    same: Weights
    matter: Weights


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.train_pairs",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("sets", nargs="+", type=Path, metavar="SET")
    parser.add_argument("--evaluate", action="store_true")
    parser.add_argument("--list", action="store_true", help="list the pairs that are missed")
    options = parser.parse_args()
    reader = ConfigFolder(load_settings()).reader
    sets = [list(read_pairs(reader, path)) for path in options.sets]
    pairs = [pair for one in sets for pair in one]
    model = train(pairs)
    if not options.evaluate:
        WEIGHTS.write_text(_format(model), "utf-8")
    learned = dict.fromkeys((pair.id for pair in pairs), model)
    held_out = _leave_one_matter_out(pairs)
    for path, one in zip(options.sets, sets, strict=True):
        print(path)
        _report("learned from", one, learned, listed=False)
        _report("leave one matter out", one, held_out, listed=options.list)


def read_pairs(reader: Reader, path: Path) -> Iterator[Pair]:
    """The pairs of a set."""
    for given in _read_set(path):
        a, b = read_pair(reader, given)
        yield Pair(str(given["id"]), Relation(str(given["relation"])), a, b)


def train(pairs: Sequence[Pair]) -> Model:
    """The weights that explain the labels of the pairs best."""
    rows = [measure_pair(pair.a, pair.b) for pair in pairs]
    return Model(
        _fit(rows, [pair.relation is Relation.REPORT for pair in pairs], _OF_STATE),
        _fit(rows, [pair.relation is not Relation.NEW for pair in pairs], _OF_MATTER),
    )


def group_matters(pairs: Sequence[Pair]) -> list[int]:
    """The number of the matter of each pair."""
    matter = list(range(len(pairs)))

    def find(index: int) -> int:
        while matter[index] != index:
            index = matter[index]
        return index

    for i, j in combinations(range(len(pairs)), 2):
        if _are_of_one_matter(pairs[i], pairs[j]):
            matter[find(i)] = find(j)
    return [find(index) for index in range(len(pairs))]


def _are_of_one_matter(one: Pair, other: Pair) -> bool:
    return any(
        a.title == b.title
        or (
            bool(a.parties)
            and set(a.parties) == set(b.parties) != {"US"}
            and abs(a.published - b.published) <= timedelta(days=3)
        )
        for a in (one.a, one.b)
        for b in (other.a, other.b)
    )


def _leave_one_matter_out(pairs: Sequence[Pair]) -> Mapping[str, Model]:
    """For each pair, the model that was learned from the pairs of all other matters."""
    matters = group_matters(pairs)
    models = {
        matter: train([pair for pair, of in zip(pairs, matters, strict=True) if of != matter])
        for matter in set(matters)
    }
    return {pair.id: models[matter] for pair, matter in zip(pairs, matters, strict=True)}


def _report(name: str, pairs: Sequence[Pair], models: Mapping[str, Model], *, listed: bool) -> None:
    called: Counter[tuple[Relation, Relation]] = Counter()
    for pair in pairs:
        found = compare_by(*models[pair.id], pair.a, pair.b)
        called[pair.relation, found.relation] += 1
        if listed and found.relation is not pair.relation:
            vetoes = " ".join(found.vetoes)
            print(
                f"    {pair.id} {pair.relation} -> {found.relation} ({found.score:.2f}, "
                f"{found.matter_score:.2f}) {vetoes} | {pair.a.title} | {pair.b.title}"
            )
    print(f"  {name}:")
    for relation in Relation:
        total = sum(count for (labeled, _), count in called.items() if labeled is relation)
        parts = (f"{each} {called[relation, each]}" for each in Relation)
        print(f"    {relation} ({total}) called {', '.join(parts)}")


def _read_set(path: Path) -> Iterator[Mapping[str, object]]:
    lines = path.read_text("utf-8").splitlines()
    if path.suffix != ".tsv":
        yield from (json.loads(line) for line in lines if line.strip())
        return
    for number, line in enumerate(lines[1:], start=1):
        relation, kind, hours, a, b, *texts = line.split("\t")
        text_a, text_b = (*texts, "", "")[:2]
        # Each pair has its own days, because each is a matter of its own.
        first = _NOON + timedelta(days=10 * number)
        later = first + timedelta(hours=float(hours))
        yield {
            "id": f"{path.stem} {number}, {kind}",
            "relation": relation,
            "a": {"title": a, "summary": text_a, "published": first.isoformat()},
            "b": {"title": b, "summary": text_b, "published": later.isoformat()},
        }


def _fit(rows: Sequence[Signals], labels: Sequence[bool], names: Sequence[str]) -> Weights:
    columns = [Signals._fields.index(name) for name in names]
    table = [[1.0, *(row[column] for column in columns)] for row in rows]
    size = len(columns) + 1
    found = [0.0] * size
    for _ in range(_ROUNDS):
        slope = [_PENALTY * weight if i else 0.0 for i, weight in enumerate(found)]
        bend = [[_PENALTY * (i == j and i > 0) for j in range(size)] for i in range(size)]
        for row, label in zip(table, labels, strict=True):
            chance = 1 / (1 + exp(-sum(w * x for w, x in zip(found, row, strict=True))))
            for i, x in enumerate(row):
                if x:
                    slope[i] += (chance - label) * x
                    for j, y in enumerate(row):
                        bend[i][j] += chance * (1 - chance) * x * y
        found = [w - step for w, step in zip(found, _solve(bend, slope), strict=True)]
    given = dict(zip(names, found[1:], strict=True))
    return Weights(found[0], tuple(given.get(name, 0.0) for name in Signals._fields))


def _solve(matrix: Sequence[Sequence[float]], right: Sequence[float]) -> list[float]:
    """Gaussian elimination with pivoting."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    size = len(rows)
    for i in range(size):
        pivot = max(range(i, size), key=lambda k: abs(rows[k][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for k in range(size):
            if k != i and (factor := rows[k][i] / rows[i][i]):
                rows[k] = [x - factor * y for x, y in zip(rows[k], rows[i], strict=True)]
    return [row[size] / row[i] for i, row in enumerate(rows)]


def _format(model: Model) -> str:
    parts = [
        '"""The weights of the signals of `bot.news.events.comparison`.\n\n'
        'Written by `python -m bench.train_pairs`; do not edit by hand.\n"""\n'
    ]
    for name, weights in zip(("SAME", "MATTER"), model, strict=True):
        given = {"bias": weights.bias, **dict(zip(Signals._fields, weights.signals, strict=True))}
        lines = (f'    "{key}": {value:.2f},\n' for key, value in given.items() if value)
        parts.append(f"{name} = {{\n{''.join(lines)}}}\n")
    return "\n".join(parts)


if __name__ == "__main__":
    main()
