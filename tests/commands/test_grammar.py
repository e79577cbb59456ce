"""Text after /tariff becomes a command, or a reply that suggests one."""

from contextlib import suppress

import pytest
from hypothesis import given

from bot.commands.grammar import (
    Command,
    CommandNotUnderstood,
    Verb,
    parse_command,
    suggest_command,
)
from bot.values import Topic
from tests.slack.samples import PARTIES, nasty_text

TARIFF, TALKS, RULINGS = Topic.TARIFF, Topic.NEGOTIATION, Topic.COURT_RULING


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("", Verb.HELP),
        ("  ", Verb.HELP),
        ("HELP", Verb.HELP),
        ("?", Verb.HELP),
        ("list", Verb.LIST),
        ("subscriptions", Verb.LIST),
        ("latest", Verb.LATEST),
        ("us china", Verb.ASK),
        ("upcoming", Verb.ASK),
        ("what is the rate of the us on china", Verb.ASK),
    ],
)
def test_the_first_word_says_what_is_wanted(text: str, verb: Verb) -> None:
    assert parse_command(text, PARTIES).verb is verb


@pytest.mark.parametrize(
    ("text", "topics", "parties"),
    [
        ("subscribe tariffs", {TARIFF}, set()),
        ("subscribe court-rulings", {RULINGS}, set()),
        ("subscribe court rulings", {RULINGS}, set()),
        ("subscribe to court_ruling", {RULINGS}, set()),
        ("subscribe talks, tariffs", {TALKS, TARIFF}, set()),
        ("sub tariffs on China and South Korea", {TARIFF}, {"CN", "KR"}),
        ("subscribe tariffs 🇨🇳, 🇯🇵, prc", {TARIFF}, {"CN", "JP"}),
        ("subscribe tariffs in the united states of america", {TARIFF}, {"US"}),
        ("subscribe all", set(), set()),
        ("subscribe everything about China", set(), {"CN"}),
        ("subscribe china", set(), {"CN"}),
    ],
)
def test_topics_and_economies_may_be_named_in_any_way(
    text: str, topics: set[Topic], parties: set[str]
) -> None:
    command = parse_command(text, PARTIES)
    assert command.verb is Verb.SUBSCRIBE
    assert command.criteria is not None
    assert set(command.criteria.topics) == topics
    assert {each.first for each in command.criteria.economies} == parties
    assert command.timing is None


@pytest.mark.parametrize(
    ("text", "topics", "parties", "words", "page"),
    [
        ("latest", set(), set(), (), 1),
        ("latest all", set(), set(), (), 1),
        ("latest tariffs page 3", {TARIFF}, set(), (), 3),
        ("latest news on steel from South Korea", set(), {"KR"}, ("steel",), 1),
        ("latest rulings canada softwood lumber", {RULINGS}, {"CA"}, ("softwood", "lumber"), 1),
        ("latest page one", set(), set(), ("page", "one"), 1),
        ("find china court", {RULINGS}, {"CN"}, (), 1),
        ("search us china steel page 2", set(), {"US", "CN"}, ("steel",), 2),
        (
            'latest "court" \u201cChina\u201d 7208.10',
            set(),
            set(),
            ("court", "china", "7208.10"),
            1,
        ),
    ],
)
def test_latest_takes_topics_economies_words_and_a_page(
    text: str, topics: set[Topic], parties: set[str], words: tuple[str, ...], page: int
) -> None:
    command = parse_command(text, PARTIES)
    assert command.verb is Verb.LATEST
    assert set(command.topics) == topics
    assert command.economies == ((frozenset(parties),) if parties else ())
    assert (command.words, command.page) == (words, page)


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("us china", ["US CN"]),
        ("us, china", ["US", "CN"]),
        ("us or china", ["US", "CN"]),
        ("us and china", ["US", "CN"]),
        ("between us and china", ["US CN"]),
        ("us china, japan", ["US CN", "JP"]),
        ("japan, us china", ["JP", "US CN"]),
        ("us china or us japan", ["US CN", "US JP"]),
        ("between us and china, japan", ["US CN", "JP"]),
        ("iron and steel us china", ["US CN"]),
        ("trinidad and tobago china", ["TT CN"]),
        ("trinidad and tobago, china", ["TT", "CN"]),
        ("steel, china", ["CN"]),
    ],
)
def test_economies_are_grouped_as_in_a_subscription(text: str, groups: list[str]) -> None:
    expected = [frozenset(each.split()) for each in groups]
    for before in ("find", "please find", "latest"):
        assert list(parse_command(f"{before} {text}", PARTIES).economies) == expected
    subscribed = parse_command(f"subscribe {text}", PARTIES).criteria
    assert subscribed is not None
    assert [each.codes for each in subscribed.economies] == expected


def test_a_question_for_a_rate_may_begin_with_find() -> None:
    command = parse_command("find the duty rate on cars from japan", PARTIES)
    assert (command.verb, command.text) == (Verb.ASK, "find the duty rate on cars from japan")


def test_feeds_can_list_all_feeds() -> None:
    assert parse_command("feeds ALL", PARTIES).text == "all"
    assert parse_command("feeds", PARTIES).text == ""


def test_unsubscribe_without_arguments_means_everything() -> None:
    command = parse_command("unsubscribe", PARTIES)
    assert (command.text, command.criteria) == ("", None)


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("latest rullings", "latest rulings"),
        ("subscribe", "subscribe court-rulings"),
    ],
)
def test_a_typo_is_answered_with_a_complete_command(text: str, suggestion: str) -> None:
    with pytest.raises(CommandNotUnderstood) as error:
        parse_command(text, PARTIES)
    assert suggestion in error.value.suggestions


@pytest.mark.parametrize(
    ("text", "corrected"),
    [
        ("subcribe tariffs", "subscribe tariffs"),
        ("lst", "list"),
        ("hlep", "help"),
        ("unsubscibe", "unsubscribe"),
        ("upcomming china", "upcoming china"),
        ("chnages since 2026-01-01", "changes since 2026-01-01"),
        ("us china", None),
        ("changes since whenever", None),
        ("xyzzy", None),
    ],
)
def test_a_misspelled_command_is_recognized(text: str, corrected: str | None) -> None:
    assert suggest_command(text) == corrected


@given(nasty_text)
def test_any_text_is_a_command_or_not_understood(text: str) -> None:
    for line in (text, f"subscribe {text}", f"unsubscribe {text}", f"latest {text}"):
        with suppress(CommandNotUnderstood):
            parse_command(line, PARTIES)


@pytest.mark.parametrize("word", ["mute", "why", "Follow"])
def test_typing_a_command_that_only_a_button_has_says_so(word: str) -> None:
    with pytest.raises(CommandNotUnderstood, match="the menu of each alert"):
        parse_command(word, PARTIES)


@pytest.mark.parametrize(
    ("text", "verb", "subscription_id", "until"),
    [
        ("pause #3fa2c1 until 5 Dec", Verb.PAUSE, "3fa2c1", "5 dec"),
        ("resume #3fa2c1", Verb.RESUME, "3fa2c1", ""),
        ("edit #3fa2c1 daily at 8", Verb.EDIT, "3fa2c1", ""),
        ("unsubscribe #3fa2c1", Verb.UNSUBSCRIBE, "3fa2c1", ""),
    ],
)
def test_one_subscription_is_named_by_its_id(
    text: str, verb: Verb, subscription_id: str, until: str
) -> None:
    command = parse_command(text, PARTIES)
    assert (command.verb, command.text, command.until) == (verb, subscription_id, until)
    assert command.criteria is None


@pytest.mark.parametrize(
    "text", ["pause of us tariffs on china", "edit duties", "resume duties on eu"]
)
def test_without_an_id_these_words_are_questions(text: str) -> None:
    assert parse_command(text, PARTIES).verb is Verb.ASK


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("hi", Verb.HELP),
        ("hello there!", Verb.HELP),
        ("please help", Verb.HELP),
        ("thank you", Verb.HELP),
        ("can you subscribe to court rulings daily", Verb.SUBSCRIBE),
        ("could you please list my subscriptions", Verb.LIST),
        ("show me the latest news", Verb.LATEST),
        # Goods and duties may begin like a command.
        ("list 3 china", Verb.ASK),
        ("feed corn from canada", Verb.ASK),
        ("help us with tariffs on china", Verb.ASK),
        ("can i get a refund on ieepa duties", Verb.ASK),
        ("please us china", Verb.ASK),
    ],
)
def test_polite_words_do_not_change_what_is_wanted(text: str, verb: Verb) -> None:
    assert parse_command(text, PARTIES).verb is verb


def test_a_question_may_begin_with_why() -> None:
    assert parse_command("why is the duty on indian shrimp so high", PARTIES).verb is Verb.ASK
    with pytest.raises(CommandNotUnderstood):
        parse_command("why?", PARTIES)


def test_tables_of_an_origin_are_goods() -> None:
    asked = parse_command("table from vietnam", PARTIES)
    assert (asked.verb, asked.text) == (Verb.ASK, "table from vietnam")
    assert parse_command("table us china", PARTIES).verb is Verb.TABLE


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("please list what takes effect in January 2027", "what takes effect in January 2027"),
        ("list all tariffs on china", "all tariffs on china"),
        ("list everything upcoming", "upcoming"),
        ("list 3 china", "list 3 china"),
    ],
)
def test_list_with_other_words_is_a_question(text: str, asked: str) -> None:
    assert parse_command(text, PARTIES) == Command(verb=Verb.ASK, text=asked)


@pytest.mark.parametrize("text", ["list", "list my subscriptions", "please list all", "list here"])
def test_list_alone_lists_the_subscriptions(text: str) -> None:
    assert parse_command(text, PARTIES).verb is Verb.LIST
