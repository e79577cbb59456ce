"""Odd feeds from their bytes to queued messages: moved sites, tokens, reused and unstable ids."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.alerts.delivery import DeliveryKind
from bot.feeds.model import Feed, FeedKind, FeedState, PollOutcome, Round
from bot.feeds.parsing.feedparser_reader import read_feed
from bot.feeds.parsing.result import FeedContext, NotParsed
from bot.news.reader import Reader
from bot.pipeline import CATCHING_UP_EVENTS, IntakeResult, Pipeline, PipelineRules
from bot.store.pipeline_store import PipelineStore
from bot.store.upgrade import upgrade
from tests.feeds.bodies import rss
from tests.news.examples import PARTIES, RULES, STATUS_RULES
from tests.store.examples import subscription
from tests.store.opened import Store, open_store

START = datetime(2026, 6, 10, 12, tzinfo=UTC)
READER = Reader(RULES, PARTIES, STATUS_RULES)
GOODS = (
    *("tea", "copper pipes", "cars", "wine", "lumber", "beef", "tomatoes", "shoes", "tires"),
    *("paper", "glass", "cheese", "nails", "solar cells", "honey", "garlic", "shrimp", "bricks"),
    *("furniture", "batteries", "toys", "sugar", "ethanol", "rice", "cotton shirts", "washers"),
)
PLACES = ("China", "Japan", "Norway", "Mexico", "Turkey", "India", "Vietnam", "Brazil", "Thailand")


class BodyPoller:
    """A poller without a network: each poll parses the current body."""

    def __init__(self) -> None:
        self.body = ""

    async def poll(self, feed: Feed, state: FeedState, now: datetime) -> Round:
        context = FeedContext(feed_id=feed.id, url=feed.url, kind=feed.kind, now=now)
        parsed = read_feed(self.body.encode(), context)
        if isinstance(parsed, NotParsed):
            return Round(
                feed_id=feed.id,
                outcome=PollOutcome.FAILED,
                started_at=now,
                finished_at=now,
                state=replace(state, last_poll_at=now, error=parsed.cause),
            )
        return Round(
            feed_id=feed.id,
            outcome=PollOutcome.READ,
            started_at=now,
            finished_at=now,
            entries=parsed.entries,
            state=replace(state, last_poll_at=now, last_success_at=now),
        )


class Desk:
    """A bot with one feed and one channel that gets everything. Each poll is ten minutes later."""

    def __init__(self, store: Store) -> None:
        self.poller, self.now = BodyPoller(), START
        rules = PipelineRules(max_age=timedelta(days=1))
        self.pipeline = Pipeline(self.poller, READER, PipelineStore(store), rules)

    async def poll(self, body: str, kind: FeedKind = FeedKind.PAPER) -> IntakeResult:
        self.poller.body = body
        feed = Feed(id="desk", title="Desk", url="https://desk.example/feed", kind=kind)
        taken = await self.pipeline.run(feed, self.now)
        self.now += timedelta(minutes=10)
        return taken

    async def count(self, *bodies: str, kind: FeedKind = FeedKind.PAPER) -> list[tuple[int, int]]:
        """Alerts and other messages of each poll, without edits of alerts."""
        counts = []
        for body in bodies:
            kinds = [each.kind for each in (await self.poll(body, kind)).deliveries]
            alerts = kinds.count(DeliveryKind.ALERT)
            edits = kinds.count(DeliveryKind.UPDATE)
            counts.append((alerts, len(kinds) - alerts - edits))
        return counts


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    address = f"sqlite:///{tmp_path / 'bot.db'}"
    await upgrade(address)
    store = open_store(address)
    await store.subscriptions.add(subscription())
    yield Desk(store)
    await store.database.close()


def list_titles(count: int) -> list[str]:
    """Titles about different events."""
    return [
        f"US imposes {number + 10}% tariff on {GOODS[number % len(GOODS)]} "
        f"from {PLACES[number % len(PLACES)]}"
        for number in range(count)
    ]


def item(
    title: str, link: str, guid: str = "", date: datetime | None = None, text: str = "Details."
) -> str:
    of_guid = f'<guid isPermaLink="false">{guid}</guid>' if guid else ""
    of_date = f"<pubDate>{date:%d %b %Y %H:%M:%S} GMT</pubDate>" if date else ""
    return (
        f"<item><title>{title}</title><link>{link}</link>{of_guid}{of_date}"
        f"<description>{text}</description></item>"
    )


OLD = START - timedelta(days=20)
FRESH = START - timedelta(hours=1)


def list_before(titles: Sequence[str]) -> str:
    return rss([item(t, f"https://desk.example/{n}", f"d{n}", OLD) for n, t in enumerate(titles)])


def list_after(titles: Sequence[str], text: str = "Details.") -> str:
    """The same entries after a move: other links, guids and dates."""
    return rss(
        [
            item(t, f"https://new.example/news/{n}-x", f"n{n}", FRESH, text)
            for n, t in enumerate(titles)
        ]
    )


@pytest.mark.parametrize("count", [2, 12, 40])
async def test_a_site_that_moves_makes_no_alert_of_its_old_entries(desk: Desk, count: int) -> None:
    titles = list_titles(count)
    body = list_after(titles)
    assert await desk.count(list_before(titles), body, body) == [(0, 0)] * 3


@pytest.mark.parametrize("kind", [FeedKind.PAPER, FeedKind.OFFICIAL])
@pytest.mark.parametrize("changed", ["l", "g", "d", "lg", "ld", "gd", "lgd", "lgu", "lu"])
async def test_a_site_may_change_links_guids_and_dates(
    desk: Desk, changed: str, kind: FeedKind
) -> None:
    titles = list_titles(30)
    moved_date = FRESH if "d" in changed else None if "u" in changed else OLD
    body = rss(
        [
            item(
                title,
                f"https://{'new' if 'l' in changed else 'desk'}.example/{n}",
                f"{'n' if 'g' in changed else 'd'}{n}",
                moved_date,
            )
            for n, title in enumerate(titles)
        ]
    )
    assert await desk.count(list_before(titles), body, kind=kind) == [(0, 0)] * 2


@pytest.mark.parametrize("count", [12, 40])
async def test_a_site_that_moves_may_change_its_summaries(desk: Desk, count: int) -> None:
    titles = list_titles(count)
    body = list_after(titles, "Another summary of the same article.")
    assert await desk.count(list_before(titles), body, body) == [(0, 0)] * 3


async def test_a_new_entry_of_a_site_that_moves_makes_an_alert(desk: Desk) -> None:
    *titles, newest = list_titles(13)
    await desk.poll(list_before(titles))
    taken = await desk.poll(list_after([*titles, newest]))
    assert [story.title for story in taken.stories] == [newest]
    assert [each.kind for each in taken.deliveries] == [DeliveryKind.ALERT]
    assert [entry.title for entry in taken.reposts] != []
    assert taken.round.warnings == (
        "12 entries were listed before under other addresses; not news",
    )


async def test_a_feed_that_lists_only_unknown_entries_makes_few_alerts(desk: Desk) -> None:
    titles = list_titles(40)
    edited = [f"{title}, officials say on Tuesday" for title in titles]
    [before, (alerts, _)] = await desk.count(list_before(titles), list_after(edited))
    assert before == (0, 0)
    assert 0 < alerts <= CATCHING_UP_EVENTS


async def test_a_title_that_returns_among_known_entries_is_news(desk: Desk) -> None:
    title = "Weekly review of tariffs and trade talks"
    known = [item(t, f"https://desk.example/{t[11:13]}", t[11:13], OLD) for t in list_titles(8)]
    first = item(title, "https://desk.example/w1", "w1", OLD)
    second = item(title, "https://desk.example/w2", "w2", FRESH)
    assert await desk.count(rss([first, *known]), rss([second, first, *known])) == [(0, 0), (1, 0)]


@pytest.mark.parametrize(
    "link",
    [
        "https://desk.example/a/{n}?v={token}",
        "https://desk.example/a/{n}/?id={n}&amp;key={token}",
        "https://desk.example/a;jsessionid={token}?n={n}",
        "https://desk.example/r/{token}/{n}",
        "https://cdn{token}.desk.example/{n}",
    ],
)
async def test_a_token_in_undated_links_makes_no_news(desk: Desk, link: str) -> None:
    titles = list_titles(5)
    bodies = [
        rss([item(t, link.format(n=n, token=f"t{poll}{n}")) for n, t in enumerate(titles)])
        for poll in range(4)
    ]
    assert await desk.count(*bodies) == [(0, 0)] * 4


async def test_a_token_and_the_time_of_the_request_as_date_make_no_news(desk: Desk) -> None:
    titles = list_titles(3)
    bodies = []
    for poll in range(4):
        date = START + timedelta(minutes=10 * poll)
        link = f"https://desk.example/a?t={poll}"
        bodies.append(
            rss([item(t, f"{link}&amp;n={n}", f"{poll}-{n}", date) for n, t in enumerate(titles)])
        )
    [first, *later] = await desk.count(*bodies)
    assert first == (3, 0)
    assert later == [(0, 0)] * 3


async def test_undated_entries_of_two_documents_with_one_path_are_both_kept(desk: Desk) -> None:
    title = "Notice of a new tariff on tea from China"
    first, second = (item(title, f"https://desk.example/view?id={n}") for n in (1, 2))
    taken = await desk.poll(rss([first, second]))
    assert len(taken.entries) == 2


@pytest.mark.parametrize("count", [30, 600])
@pytest.mark.parametrize("at_end", [False, True])
async def test_an_entry_is_found_at_either_end_of_an_undated_feed(
    desk: Desk, count: int, at_end: bool
) -> None:
    listed = [
        item(f"US imposes tariff on pipe {n} from India", f"https://desk.example/{n}", f"g{n}")
        for n in range(count)
    ]
    added = item("EU imposes tariff on tea from Japan", "https://desk.example/x", "g9999")
    await desk.poll(rss(listed))
    taken = await desk.poll(rss([*listed, added] if at_end else [added, *listed]))
    assert [entry.guid for entry in taken.entries] == ["g9999"]
    assert [each.kind for each in taken.deliveries] == [DeliveryKind.ALERT]


async def test_old_news_with_dates_in_other_forms_makes_no_alert(desk: Desk) -> None:
    dates = [
        *("Wed, 5 Febr 2025 09:00:00 +0100", "Wed, Feb 5 2025 09:00", "February 5th, 2025"),
        *("Wed,05-Feb-2025 09:00:00 GMT", "2025年2月5日", "Mercredi, 5 février, 2025 - 09:00"),
    ]
    known = item("Ministers discuss tariffs", "https://desk.example/now", "now", FRESH)
    old = [
        item(title, f"https://desk.example/{n}", f"o{n}").replace(
            "<description>", f"<pubDate>{dates[n]}</pubDate><description>"
        )
        for n, title in enumerate(list_titles(len(dates)))
    ]
    await desk.poll(rss([known]))
    taken = await desk.poll(rss([known, *old]))
    assert len(taken.stories) == len(dates)
    assert {story.published.date().isoformat() for story in taken.stories} == {"2025-02-05"}
    assert taken.deliveries == ()


@pytest.mark.parametrize("guids", [("#101", "#102"), ("#1", "#2"), ("", "")])
async def test_another_story_at_the_same_address_is_no_edit(
    desk: Desk, guids: tuple[str, str]
) -> None:
    page = "https://desk.example/latest"
    titles = [
        "US raises tariffs on copper from Chile to 25%",
        "Norway imposes a safeguard duty of 12% on cheese",
    ]
    bodies = [
        rss([item(title, page, page + guid, FRESH + timedelta(minutes=n))])
        for n, (title, guid) in enumerate(zip(titles, guids, strict=True))
    ]
    assert await desk.count(*bodies) == [(1, 0), (1, 0)]


async def test_a_counted_edit_of_the_bbc_is_no_second_alert(desk: Desk) -> None:
    page = "https://www.bbc.co.uk/news/articles/c1"
    title = "US raises tariffs on copper from Chile to 25%"
    bodies = [
        rss([item(title, page, f"{page}#{edit}", FRESH, f"Text, version {edit}.")])
        for edit in range(4)
    ]
    assert await desk.count(*bodies) == [(1, 0), (0, 0), (0, 0), (0, 0)]


@pytest.mark.parametrize(
    "guid",
    [
        "{page}#2026-06-10T0{edit}:00:00Z",
        "{page}?rev={edit}",
        "tag:gov.example,2026:n{n}/v{edit}",
        "{n}-{edit}",
    ],
)
async def test_a_guid_that_names_the_revision_makes_edits(desk: Desk, guid: str) -> None:
    titles = list_titles(3)
    bodies = []
    for edit in range(3):
        items = []
        for n, title in enumerate(titles):
            page = f"https://www.gov.example/notice{n}"
            name = guid.format(page=page, edit=edit, n=n)
            text = "Notice to importers." + " Annex updated." * edit
            items.append(item(title, page, name, FRESH + timedelta(minutes=edit), text))
        bodies.append(rss(items))
    assert await desk.count(*bodies, kind=FeedKind.OFFICIAL) == [(3, 0), (0, 0), (0, 0)]


async def test_an_edited_figure_of_a_new_revision_is_a_correction(desk: Desk) -> None:
    page, title = "https://www.gov.example/n", "US raises tariffs on copper from Chile to 25%"
    texts = ["The tariff is 25%.", "The tariff is 35%."]
    bodies = [rss([item(title, page, f"{n}", FRESH, text)]) for n, text in enumerate(texts)]
    assert await desk.count(*bodies, kind=FeedKind.OFFICIAL) == [(1, 0), (0, 1)]


async def test_a_changing_count_of_comments_makes_no_correction(desk: Desk) -> None:
    title = "US raises tariffs on copper from Chile to {}% [{} comments]"
    numbers = [(25, 3), (25, 8), (30, 8), (30, 21)]
    bodies = [
        rss([item(title.format(*each), "https://desk.example/a", "a", FRESH)]) for each in numbers
    ]
    assert await desk.count(*bodies) == [(1, 0), (0, 0), (0, 1), (0, 0)]


async def test_an_error_in_place_of_entries_is_no_news(desk: Desk) -> None:
    good = rss([item("US raises tariffs on copper", "https://desk.example/1", "1", FRESH)])
    error = item("Bridge returned error 502! (20000)", "https://b.example/?q=tariffs", "e", FRESH)
    await desk.poll(good)
    taken = await desk.poll(rss([error]))
    assert (taken.round.outcome, taken.deliveries) == (PollOutcome.FAILED, ())
    assert "Bridge returned error 502!" in taken.round.state.error
