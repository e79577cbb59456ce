import pytest

from bot.commands import replies
from bot.commands.greetings import asks_about_use, is_greeting
from bot.commands.rates.replies import RateAnswers
from tests.commands.typed import type_question


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


@pytest.mark.parametrize(
    "text",
    [
        "can you compare three lines at once",
        "what can you do?",
        "which countries do you cover",
        "how do I export to Excel",
        "is there an API",
    ],
)
async def test_a_question_about_the_use_of_the_bot_gets_the_help(text: str) -> None:
    assert asks_about_use(text)
    assert isinstance(await type_question(text), replies.Help)


async def test_a_question_about_a_duty_is_answered_although_it_names_the_bot() -> None:
    reply = await type_question("can i check several codes, 9403.60 from vietnam, with this bot")
    assert isinstance(reply, RateAnswers)
