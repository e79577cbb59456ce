"""Words for the comparison of two stories, for people who check why they were joined."""

from collections.abc import Iterator

from bot.news.events.comparison import SAME_SCORE, Comparison, Difference, Likeness, Veto
from bot.news.state import Relation

_RELATIONS = {
    Relation.REPORT: "Both report the same state of one event.",
    Relation.DEVELOPMENT: "Both belong to one matter, but report two states of it.",
    Relation.NEW: "They report two events.",
}
_LIKENESSES = {
    Likeness.WORDS: "The titles share most of their words.",
    Likeness.NAMES: "Both name the same person, firm or pact.",
    Likeness.PARTNER: "Both name the same economy, apart from the United States.",
    Likeness.GOODS: "Both are about the same goods.",
    Likeness.ACT: "Both report the same act, such as a delay or a ruling.",
    Likeness.CASE: "Both report a step of a court case.",
    Likeness.RATE: "Both state the same rate.",
    Likeness.SUM: "Both state the same amount of money.",
}
_DIFFERENCES = {
    Difference.GOODS_IN_ONE: "Only one title names goods.",
    Difference.OTHER_NAMES: "The titles name different people or firms.",
    Difference.OTHER_OBJECT: "The duties or investigations are on different things.",
    Difference.COMMENT: "Only one is a commentary, a question or a market report.",
    Difference.DAYS_APART: "They were published a day or more apart.",
}
_VETOES = {
    Veto.OTHER_PARTIES: "Different economies.",
    Veto.OTHER_GOODS: "Different goods.",
    Veto.OTHER_OBJECT: "Different products under investigation.",
    Veto.OTHER_FIRM: "Different firms or plaintiffs.",
    Veto.OTHER_LAW: "Different legal bases, such as Section 232 and Section 301.",
    Veto.OTHER_REMEDY: "Different remedies: antidumping, countervailing or safeguard.",
    Veto.OTHER_COUNT: "Different numbers of countries or firms.",
    Veto.OTHER_FORUM: "The WTO and a national court.",
    Veto.FAR_APART: "Published on days too far apart.",
    Veto.OTHER_ACT: "Different acts, such as a threat and its withdrawal.",
    Veto.OTHER_RATE: "Different rates.",
    Veto.OTHER_SUM: "Different amounts of money.",
    Veto.OTHER_COURT: "Different courts.",
    Veto.OTHER_CHAMBER: "Different chambers of a parliament.",
    Veto.COMMENT: "Only one is a commentary, and they are of different days.",
    Veto.OTHER_IMPOSER: "Different economies charge the duty.",
}


def explain_comparison(found: Comparison) -> list[str]:
    """The relation, its scores and its reasons as sentences, the most important first."""
    return list(_list_sentences(found))


def _list_sentences(found: Comparison) -> Iterator[str]:
    yield _RELATIONS[found.relation]
    for veto in found.vetoes:
        yield f"Rules out that both report one state: {_VETOES[veto]}"
    for reason in found.reasons:
        yield f"For: {_LIKENESSES[reason]}"
    for difference in found.differences:
        yield f"Against: {_DIFFERENCES[difference]}"
    yield (
        f"Probability of one state: {found.score:.0%} (at least {SAME_SCORE:.0%} needed). "
        f"Probability of one matter: {found.matter_score:.0%}."
    )
