"""Labeled pairs of headlines that are close in words and days; see `bench/pairs`."""

from collections import Counter
from pathlib import Path

import pytest

from bench.train_pairs import group_matters, read_pairs
from bot.news.events import weights
from bot.news.events.comparison import Signals, compare
from bot.news.state import Relation
from tests.news.examples import READER, ROOT

PAIRS = ROOT / "bench" / "pairs"


@pytest.mark.parametrize("path", sorted(PAIRS.glob("*.tsv")), ids=lambda path: str(path.stem))
def test_close_neighbors_are_distinguished(path: Path) -> None:
    called: Counter[tuple[Relation, Relation]] = Counter()
    for pair in read_pairs(READER, path):
        called[pair.relation, compare(pair.a, pair.b).relation] += 1
    same, other, later = Relation.REPORT, Relation.NEW, Relation.DEVELOPMENT

    def share(labeled: Relation, found: Relation) -> float:
        return called[labeled, found] / sum(called[labeled, each] for each in Relation)

    assert share(same, same) >= 0.9
    assert share(other, same) <= 0.1
    assert share(later, later) >= 0.9


def test_each_weight_belongs_to_a_signal() -> None:
    for given in (weights.SAME, weights.MATTER):
        assert {*given} <= {"bias", *Signals._fields}
        assert "bias" in given


def test_pairs_of_one_story_are_one_matter_and_pairs_of_other_days_are_not() -> None:
    pairs = list(read_pairs(READER, PAIRS / "neighbors.tsv"))
    joined = pairs[0]._replace(id="joined", b=pairs[1].b)
    matters = group_matters([*pairs, joined])
    assert matters[0] == matters[1] == matters[-1]
    assert len(set(matters)) == len(pairs) - 1
