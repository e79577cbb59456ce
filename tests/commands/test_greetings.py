import pytest

from bot.commands.greetings import is_greeting


@pytest.mark.parametrize(
    "text", ["hi", "Hello!", "hey there", "Thank you very much", "good morning"]
)
def test_greetings_and_thanks_are_recognized(text: str) -> None:
    assert is_greeting(text)


@pytest.mark.parametrize(
    "text",
    ["", "🙂", "hello us china", "all", "you", "thanks " * 20, "12", "how much"],
)
def test_other_lines_are_no_greetings(text: str) -> None:
    assert not is_greeting(text)
