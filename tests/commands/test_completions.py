"""The words that complete commands are words that commands take."""

from bot.commands.completions import ANYWHERE, CommandWords, list_command_words
from bot.commands.grammar import Verb, parse_command
from tests.slack.samples import PARTIES

WORDS = tuple(list_command_words(PARTIES, ("Section 232",)))


def words(after: str) -> list[str]:
    return [one.text for one in WORDS if one.after == after]


def test_first_words_are_commands_or_begin_questions() -> None:
    verbs = {word: parse_command(word, PARTIES).verb for word in words("") if word != "subscribe"}
    asked = {word for word, verb in verbs.items() if verb is Verb.ASK}
    assert asked == {"upcoming", "changes", "history"}
    assert set(verbs) - asked >= {"latest", "list", "feeds", "proposals", "help"}


def test_later_words_complete_a_command() -> None:
    for topic in words(Verb.SUBSCRIBE):
        assert len(parse_command(f"subscribe {topic}", PARTIES).topics) == 1
    assert parse_command("reminders off", PARTIES).text in words(Verb.REMINDERS)


def test_economies_are_completed_by_name_the_most_asked_first() -> None:
    names = words(ANYWHERE)
    assert names[:3] == ["Section 232", "United States", "China"]
    assert "World" not in names
    assert CommandWords("China", "CN", ANYWHERE) in WORDS
    for one in WORDS:
        if one.after == ANYWHERE and one.text != "Section 232":
            found = PARTIES.find(one.text)
            assert found is not None
            assert found.code == one.note
