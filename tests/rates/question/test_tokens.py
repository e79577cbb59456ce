"""Properties of questions: no word vanishes, and words that were not read change no goods."""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from bot.errors import QueryError, UnclearQuestion
from bot.parties import Parties
from bot.rates.ledger import Ledger
from bot.rates.question.parse import parse_query
from bot.rates.question.query import RateQuery
from bot.rates.question.tokens import Role, Tokens, split_text

TODAY = date(2026, 11, 30)
TRIALS = Path(__file__).parents[2] / "commands" / "trials"
NONSENSE = "zorbly"
"""A word of no vocabulary, which resembles none."""
BASES = [
    "cars from japan",
    "us china",
    "us china steel",
    "china vs vietnam shoes",
    "toys and shoes from china",
    "steel, aluminum and copper from canada",
    "what do we pay on furniture from vietnam",
    "could you please tell me the duty on chinese solar panels in march 2026",
    "upcoming furniture",
    "what changed in july 2026 for steel",
    "section 232 trucks",
    "avocados from mexico under usmca",
    "8708.70 from morocco",
    "is the 25% on cars from korea still on",
    "history of tariffs on china",
    "drones from china section 301",
    "machinery from germany worth $10,000",
]


def ask(text: str, parties: Parties, ledger: Ledger) -> RateQuery | QueryError:
    try:
        return parse_query(text, parties, TODAY, ledger.reader, ledger.cards)
    except QueryError as error:
        return error


def list_goods(query: RateQuery, ledger: Ledger) -> frozenset[str]:
    wanted = ledger.reader.read_any(query.product or "")
    return frozenset((*wanted.goods, *wanted.codes))


def say(error: QueryError) -> str:
    """All that a person reads of an error."""
    shown = str(error)
    if isinstance(error, UnclearQuestion):
        shown += " ".join(f"{label} {command}" for label, command in error.options)
    return shown


def list_insertions() -> Iterator[tuple[str, str]]:
    """Each base with the word at each place."""
    for base in BASES:
        words = base.split()
        for at in range(len(words) + 1):
            yield base, " ".join((*words[:at], NONSENSE, *words[at:]))


@pytest.mark.parametrize(("base", "text"), [*list_insertions()])
def test_a_word_of_no_vocabulary_is_shown_and_changes_no_goods(
    base: str, text: str, parties: Parties, ledger: Ledger
) -> None:
    plain, asked = ask(base, parties, ledger), ask(text, parties, ledger)
    assert isinstance(plain, RateQuery)
    if isinstance(asked, QueryError):
        assert NONSENSE in say(asked)
        return
    assert NONSENSE in asked.unread
    if asked.kind is plain.kind:
        assert list_goods(asked, ledger) == list_goods(plain, ledger)


def list_trial_questions() -> list[str]:
    rows = []
    for path in sorted(TRIALS.glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows += list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [row["question"] for row in rows]


def test_a_query_has_only_goods_that_the_vocabulary_names(parties: Parties, ledger: Ledger) -> None:
    wider = {}
    for text in list_trial_questions():
        asked = ask(text, parties, ledger)
        if isinstance(asked, RateQuery) and asked.product:
            unread = {*asked.unread} & {*split_text(asked.product)}
            wanted = ledger.reader.read_any(asked.product)
            if unread and not (wanted.doubtful or wanted.read_as):
                wider[text] = (asked.product, unread)
    assert wider == {}


def test_no_word_has_two_roles_and_none_loses_its_own() -> None:
    for text in list_trial_questions():
        tokens = Tokens(text)
        left = list(tokens.words)
        for at, role in enumerate(Role):
            gone = (at * 7) % len(left) if left else 0
            before = list(tokens.roles)
            left = left[:gone] + left[gone + 1 :]
            tokens.settle(" ".join(left), role)
            known = [one for one in before if one is not None]
            kept = [one for one, was in zip(tokens.roles, before, strict=True) if was is not None]
            assert kept == known
            assert tokens.roles.count(None) == len(left)


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("has korea's return to 25% on cars taken effect", "cars"),
        ("kitchen vanities from malaysia", "vanities"),
        ("bathroom cabinets from vietnam made of mdf", "cabinets"),
        ("section 301 drones china", "drones"),
        ("are cars from japan taxed more than cars from korea", "cars"),
        ("8708.70 wheels from morocco, need to know 25 or 50", "8708.70 wheels"),
    ],
)
def test_goods_are_what_the_vocabulary_names(
    text: str, product: str, parties: Parties, ledger: Ledger
) -> None:
    asked = ask(text, parties, ledger)
    assert isinstance(asked, RateQuery)
    assert asked.product == product


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("steel alu copper from canada", 3),
        ("lumber and medicines from japan", 2),
        ("jan 1st 2027 what goes up?? lumber? furnit? trucks", 3),
        ("232 on trucks and lumber from canada", 2),
    ],
)
def test_several_goods_are_all_asked_for(
    text: str, count: int, parties: Parties, ledger: Ledger
) -> None:
    asked = ask(text, parties, ledger)
    assert isinstance(asked, RateQuery)
    assert len(list_goods(asked, ledger)) == count


@pytest.mark.parametrize(
    "text",
    [
        "toys from china other than plastic ones",
        "steel, aluminum and copper zorbly from canada",
        "plywud-like and osb from canada",
        "section 301 on drones",
        "section 232 forklifts and tractors",
    ],
)
def test_a_question_that_is_half_read_is_asked_back(
    text: str, parties: Parties, ledger: Ledger
) -> None:
    asked = ask(text, parties, ledger)
    assert isinstance(asked, UnclearQuestion)
    assert 1 <= len(asked.options) <= 4
