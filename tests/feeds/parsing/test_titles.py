"""Counts of comments in titles, and titles that report errors of a feed."""

import pytest

from bot.feeds.model import Entry
from bot.feeds.parsing.titles import find_error_report, remove_counts

TITLE = "Chile doubles its duty on tea to 12%"


def entry(title: str, link: str = "https://wire.example/a") -> Entry:
    return Entry(feed_id="wire", key="k", link=link, title=title)


@pytest.mark.parametrize(
    "count",
    [
        *(
            " [3 comments]",
            " (1 comment)",
            " {12 new comments}",
            " [Comments: 7]",
            *(" (1,204 views)", " (+12 points)", " [score: 12]", " (4 shares)"),
            *(" - Comments (14)", " | Comments: 3", " · Comments 3"),
        ),
        *(" - 3 comments", " | 5 likes", " · 1.2k views", " — 9 Kommentare", " 💬 4", " 👍 31"),
        *(" (12 points, 3 comments)", " [5 likes | 2 replies]", " (4 commentaires)", " [8 条评论]"),
    ],
)
def test_a_count_is_no_part_of_the_title(count: str) -> None:
    assert remove_counts(TITLE + count) == TITLE


def test_a_count_before_the_title_is_removed() -> None:
    assert remove_counts(f"[14 comments] {TITLE}") == TITLE
    assert remove_counts(f"(3 points): {TITLE}") == TITLE


@pytest.mark.parametrize(
    "title",
    [
        "Duty on tea doubled (14 products)",
        "Senate blocks duties on tea (51 votes)",
        "Public sends 300 comments on duties",
        "Duty on tea falls - 5 points at stake",
        "Duty rises to [25]",
        "USTR asks for comments by 5 May",
        "Duty on tea: 12%",
        "[3 comments]",
        "",
    ],
)
def test_other_numbers_stay_in_the_title(title: str) -> None:
    assert remove_counts(title) == title


@pytest.mark.parametrize(
    "title",
    [
        "Bridge returned error 404! (19000)",
        "TeaNews Bridge has encountered an unexpected error",
        "HTTP error 502: upstream",
        "Error 503",
        "503 Service Unavailable",
        "Internal Server Error",
        "HttpException: the site did not answer",
        "Failed to fetch the page",
        "Teanews was unable to receive or process the remote website's content!",
        "An unknown error has occurred",
        "This feed is no longer available",
        "Your feed has been suspended",
        "cURL error 28: timed out",
    ],
)
def test_a_feed_that_lists_only_an_error_has_failed(title: str) -> None:
    assert find_error_report([entry(title)]) == title
    assert find_error_report([entry(title), entry(title)]) == title
    assert find_error_report([entry(title), entry(TITLE)]) == ""


def test_the_address_can_show_that_an_entry_is_an_error() -> None:
    link = "https://bridge.example/?action=display&q=tea&_error_time=19000"
    assert find_error_report([entry("Tea news", link)]) == "Tea news"


@pytest.mark.parametrize(
    "title",
    [
        TITLE,
        "Customs admits error in duty on tea",
        "Exception for Chile: no duty on tea",
        "An exception is made for tea",
        "Bridge closed: trade with Canada stops",
        "US fails to get a deal on tea",
        "Talks break down, sources say error on both sides",
        "Access to the tea market denied",
    ],
)
def test_news_about_errors_is_news(title: str) -> None:
    assert find_error_report([entry(title)]) == ""


def test_a_feed_without_entries_has_not_failed() -> None:
    assert find_error_report([]) == ""
