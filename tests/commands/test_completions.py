"""The words that complete commands are words that commands take."""

from bot.commands.completions import ANYWHERE, CommandWords, list_command_words
from bot.commands.grammar import Verb, parse_command
from tests.slack.fakes import ledger
from tests.slack.samples import PARTIES

LEDGER = ledger()
CARDS = {card.id.replace("-", " "): card.id for card in LEDGER.cards.all}
WORDS = tuple(list_command_words(PARTIES, LEDGER.cards.all))


def words(after: str) -> list[str]:
    return [one.text for one in WORDS if one.after == after]


def test_first_words_are_commands_or_begin_questions() -> None:
    verbs = {word: parse_command(word, PARTIES).verb for word in words("") if word != "subscribe"}
    asked = {word for word, verb in verbs.items() if verb is Verb.ASK}
    assert asked == {"upcoming", "changes", "history"}
    assert set(verbs) - asked >= {"latest", "list", "feeds", "proposals", "help"}


def test_later_words_complete_a_command() -> None:
    for topic in words(Verb.SUBSCRIBE):
        criteria = parse_command(f"subscribe {topic}", PARTIES).criteria
        assert criteria is not None
        assert len(criteria.topics) == 1
    assert parse_command("reminders off", PARTIES).text in words(Verb.REMINDERS)


def test_the_name_of_a_card_leads_to_the_card() -> None:
    assert "section 232" in CARDS
    for name, card in CARDS.items():
        assert name in words(ANYWHERE)
        assert LEDGER.cards.find(name) == card


def test_economies_are_completed_by_name_the_most_asked_first() -> None:
    names = [name for name in words(ANYWHERE) if name not in CARDS]
    assert names[:2] == ["United States", "China"]
    assert "World" not in names
    assert CommandWords("China", "CN", ANYWHERE) in WORDS
    for one in WORDS:
        if one.after == ANYWHERE and one.text not in CARDS:
            found = PARTIES.find(one.text)
            assert found is not None
            assert found.code == one.note
