"""Every code of a comparison has its words."""

from bot.news.events.comparison import Comparison, Difference, Likeness, Veto, compare
from bot.news.state import Relation
from bot.render.story_comparison import explain_comparison
from tests.news.examples import reported


def test_every_code_has_a_sentence_of_its_own() -> None:
    found = Comparison(
        relation=Relation.NEW,
        score=0.41,
        matter_score=0.2,
        reasons=tuple(Likeness),
        differences=tuple(Difference),
        vetoes=tuple(Veto),
    )
    lines = explain_comparison(found)
    assert len(set(lines)) == len(lines) == 2 + len(Likeness) + len(Difference) + len(Veto)


def test_two_rates_are_explained() -> None:
    one, other = reported("US sets a 30% duty on Peru"), reported("US sets a 45% duty on Peru")
    assert explain_comparison(compare(one, other))[:3] == [
        "Both belong to one matter, but report two states of it.",
        "Rules out that both report one state: Different rates.",
        "For: The titles share most of their words.",
    ]
