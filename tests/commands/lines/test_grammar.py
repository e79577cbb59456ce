"""What follows `/tariff my`."""

import pytest

from bot.commands.grammar import CommandNotUnderstood, Verb, parse_command
from bot.commands.lines.grammar import LinesAct, LinesRequest
from bot.lines.table import RowOrder
from tests.slack.samples import PARTIES

COMMANDS = {
    "my": LinesRequest(),
    "My lines": LinesRequest(),
    "my china": LinesRequest(origin="CN"),
    "my list": LinesRequest(),
    "find my lines": LinesRequest(),
    "show my lines china": LinesRequest(origin="CN"),
    "my 8507.60": LinesRequest(text="8507.60"),
    "my 8507 china": LinesRequest(text="8507", origin="CN"),
    "my south korea": LinesRequest(origin="KR"),
    "my changed": LinesRequest(only_changed=True, order=RowOrder.LAST),
    "my changing china page 2": LinesRequest(
        only_changing=True, order=RowOrder.NEXT, origin="CN", page=2
    ),
    "my label car batteries": LinesRequest(text="car batteries"),
    "my sort duty": LinesRequest(order=RowOrder.DUTY),
    "my channel vietnam": LinesRequest(for_channel=True, origin="VN"),
    "my upload": LinesRequest(act=LinesAct.UPLOAD),
    "my channel xlsx": LinesRequest(act=LinesAct.FILE, for_channel=True),
    "my remove": LinesRequest(act=LinesAct.REMOVE),
    "my remove 8507.60.00 china": LinesRequest(act=LinesAct.REMOVE, text="8507.60.00", origin="CN"),
}


@pytest.mark.parametrize("text", COMMANDS)
def test_a_command_about_a_list_is_read(text: str) -> None:
    command = parse_command(text, PARTIES)
    assert command.lines == COMMANDS[text]
    assert command.verb.value == COMMANDS[text].act.value


@pytest.mark.parametrize("text", COMMANDS)
def test_a_command_that_is_written_is_read_again(text: str) -> None:
    written = COMMANDS[text].write(PARTIES)
    assert parse_command(written, PARTIES).lines == COMMANDS[text]


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("my duty on steel from china", Verb.ASK),
        ("my duties on steel from china", Verb.ASK),
        ("my subscriptions", Verb.LIST),
        ("my latest", Verb.LATEST),
    ],
)
def test_other_texts_that_begin_with_my_are_no_command_about_a_list(text: str, verb: Verb) -> None:
    command = parse_command(text, PARTIES)
    assert (command.verb, command.lines) == (verb, None)


def test_only_a_button_confirms_that_a_list_is_removed() -> None:
    with pytest.raises(CommandNotUnderstood):
        parse_command("my remove confirmed", PARTIES)


@pytest.mark.parametrize(
    ("text", "word", "instead"),
    [
        ("my china steel", "steel", "my china label steel"),
        ("my batteries", "batteries", "my label batteries"),
        ("my eu", "eu", "my label eu"),
        ("my wibble 8507", "wibble 8507", "my label wibble 8507"),
    ],
)
def test_words_that_are_no_filter_are_refused_with_what_a_list_accepts(
    text: str, word: str, instead: str
) -> None:
    with pytest.raises(CommandNotUnderstood, match="an origin, a code, changed") as refused:
        parse_command(text, PARTIES)
    assert (refused.value.word, refused.value.suggestions[0]) == (word, instead)
    assert parse_command(instead, PARTIES).verb is Verb.MY
