"""Scores the figures that the bot reads in labeled stories: `python -m bench.figures GOLD.jsonl`.

A line of GOLD.jsonl has `title`, `summary` and `figures`; each figure has `imposer`, `target` (the
partner), `from_percent` and `to_percent`. Figures without a percentage are not scored.

    exact     F1 of (imposer, partner, old rate, new rate); no partner and WORLD count as one
    imposer   the share of the labeled figures with an imposer of which a figure with the same
              rate has this imposer
"""

import json
import sys
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from bot.news.figures.duties import FigureReader
from bot.news.story import Figure
from bot.news.story_text import StoryText
from bot.parties import WORLD, Parties
from bot.runtime.config.loader import load_parties
from bot.runtime.config.news_loader import load_topics

_CONFIG = Path(__file__).parents[1] / "config"


class RateLabel(NamedTuple):
    """A duty: its parties and its old and new rate in percent."""

    imposer: str | None
    partner: str | None
    old: Decimal | None
    new: Decimal | None


class FigureScores(NamedTuple):
    """Counts over all stories."""

    right: int
    false: int
    missed: int
    imposers_right: int
    imposers: int

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall; 0 without any figure."""
        return 2 * self.right / max(1, 2 * self.right + self.false + self.missed)


def score_figures(
    reader: FigureReader, parties: Parties, stories: Iterable[Mapping[str, Any]]
) -> FigureScores:
    """Compares the figures that the reader finds with the labeled ones."""
    counts = [0] * 5
    for story in stories:
        wanted = {_label(each) for each in story["figures"]} - {None}
        text = StoryText(story["title"], story["summary"], parties)
        found = {_convert(each) for each in reader.find_figures(text)}
        found.discard(None)
        counts[0] += len(wanted & found)
        counts[1] += len(found - wanted)
        counts[2] += len(wanted - found)
        for label in wanted:
            if label is not None and label.imposer is not None:
                counts[3] += any(_is_same_imposer(label, each) for each in found)
                counts[4] += 1
    return FigureScores(*counts)


def _is_same_imposer(label: RateLabel, found: RateLabel | None) -> bool:
    rate = label.old if label.new is None else label.new
    return found is not None and rate in found[2:] and found.imposer == label.imposer


def _build_label(imposer: Any, partner: Any, old: Any, new: Any) -> RateLabel | None:
    rates = [None if each is None else Decimal(str(each)) for each in (old, new)]
    if rates == [None, None]:
        return None
    return RateLabel(imposer, None if partner == WORLD else partner, *rates)


def _label(given: Mapping[str, Any]) -> RateLabel | None:
    return _build_label(
        given["imposer"], given.get("target"), given["from_percent"], given["to_percent"]
    )


def _convert(figure: Figure) -> RateLabel | None:
    return _build_label(figure.imposer, figure.partner, figure.from_percent, figure.to_percent)


def main() -> None:
    """Prints the scores of the file that the command line names."""
    parties = load_parties(_CONFIG / "parties.yaml")
    reader = FigureReader(parties, load_topics(_CONFIG / "topics.yaml").lists["product"])
    lines = Path(sys.argv[1]).read_text("utf-8").splitlines()
    scores = score_figures(reader, parties, map(json.loads, lines))
    print(f"exact F1 {scores.f1:.3f}: {scores.right} right, {scores.false} false, ", end="")
    print(f"{scores.missed} missed; imposer {scores.imposers_right} of {scores.imposers}")


if __name__ == "__main__":
    main()
