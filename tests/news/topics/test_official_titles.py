"""Titles of gazettes, agencies and presidential documents, which often name no tariff."""

import pytest

from bot.feeds.model import FeedKind
from bot.news.topics.rules import TopicMatcher
from bot.values import Topic
from tests.news.examples import PARTIES, RULES, story_text

MATCHER = TopicMatcher(RULES, PARTIES)


@pytest.mark.parametrize(
    "title",
    [
        # Orders and proclamations
        "Second Amendment to Duties To Address the Flow of Counterfeit Medicines",
        "Amending Duties To Address the Situation at the Eastern Border",
        "Addressing Threats to the United States by the Government of Ruritania",
        "Addressing the Threat to National Security From Imports of Graphite",
        "Fact Sheet: The President Adjusts Imports of Cranes and Harbor Machinery",
        "To Facilitate Positive Adjustment to Competition From Imports of Glass Fiber",
        "To Take Certain Actions Under the African Growth and Opportunity Act",
        "To Modify Duty-Free Treatment Under the Generalized System of Preferences",
        "Progress on the Situation at Our Western Border",
        # US trade commission
        "Cold-Drawn Steel Tubing From Italy and Oman; Determinations",
        "Sodium Gluconate From Norway; Scheduling of the Final Phase of Investigations",
        "Barium Chloride From Chile; Notice of Commission Determination To Conduct a Full Review",
        "Wool Felt From Peru; Institution of a Five-Year Review",
        "Ice Skates From Finland, Latvia, and Poland; Revised Schedule for the Subject Reviews",
        "Paper Fans From Vietnam; Cancellation of Hearing for the Subject Investigation",
        "Frozen Salmon Fillets From Norway and Iceland",
        "Certain Cast Iron Cookware From Portugal",
        "Steel Hangers From the Philippines, Oman, and India",
        "Bicycles from Cambodia Do Not Injure U.S. Industry, Says USITC",
        "Initiation of Five-Year (Sunset) Reviews for January",
        "Commerce Announces Preliminary Determinations in the Investigation of Ice Skates",
        "Tribunal finds injury from Norwegian ice skates",
        # Section 301, 232, 338
        "USTR opens inquiry into Norway's treatment of tea",
        "Notice of Action: Norway's Acts, Policies, and Practices on Shipbuilding",
        "Section 232 Inclusions Process for Derivative Articles",
        "Initiation of Section 338 Proceedings on Discrimination by Ruritania",
        "Ministry starts unfair trade inquiry into Norway",
        # Customs
        "CSMS # 10000001 - GUIDANCE: Import Instructions for Products of Norway",
        "CSMS # 10000002 - UPDATE: Refund Requests for IEEPA Entries",
        # Other gazettes
        "Implementing Regulation (EU) 2031/1 making imports of skates subject to registration",
        "Implementing Regulation suspending commercial policy measures on products of Norway",
        "Council Regulation opening autonomous Union tariff quotas for fishery products",
        "Trade remedies notice: definitive duty on ice skates from Latvia",
        "Transition review of the measure on steel ropes from Oman: notice of initiation",
        "Concrete pumps: Notice of initiation of investigations",
        "Iron ladders: Notice of preliminary determinations of dumping and subsidizing",
        "Norway Surtax Remission Order",
        "Seeks to impose anti-dumping duty on imports of ice skates from Latvia",
        "Announcement of the Customs Tariff Commission of the State Council on goods of Norway",
        "Announcement on the final ruling of the anti-dumping investigation into imported skates",
    ],
)
def test_an_official_title_about_duties_matches_in_any_feed(title: str) -> None:
    assert Topic.TARIFF in MATCHER.match(story_text(title)).topics


@pytest.mark.parametrize(
    "title",
    [
        "Erythritol Crystals From Oman and the Philippines",
        "Ice Skates From Finland",
        "Commission Institutes Section 337 Investigation of Certain Ice Skates",
    ],
)
def test_a_bare_caption_matches_in_an_official_feed_only(title: str) -> None:
    assert MATCHER.match(story_text(title), FeedKind.OFFICIAL).topics == (Topic.TARIFF,)
    assert MATCHER.match(story_text(title), FeedKind.PAPER).topics == ()
    assert MATCHER.match(story_text(title)).topics == ()


@pytest.mark.parametrize(
    "title",
    [
        "Norway Buys More Salmon From Chile",
        "Carmaker Pulls Parts From Norway",
        "The Best Cheese From Norway",
        "Why Cooks Want Shrimp From Oman",
        "Old Coins From Norway",
        "Refugees and Workers From Oman",
        "Steel pipes from Norway leak again",
    ],
)
def test_a_headline_that_ends_with_a_country_is_no_caption(title: str) -> None:
    assert MATCHER.match(story_text(title)).topics == ()


@pytest.mark.parametrize(
    "title",
    [
        "Annual Customs Broker Permit User Fee Is Due",
        "Customs User Fees for the Next Fiscal Year",
        "Changes to a Customs Automation Program Test on Statements of Duties",
        "Information Collection: Application for Refunds of Customs Duties",
        "Interest Rates Used for Late Payments of Customs Duties",
        "Approval of a Commercial Gauger (Bergen)",
        "Modification of Ruling Letters on the Tariff Classification of Ice Skates",
        "Import Restrictions on Archaeological Material From Norway",
        "CSMS # 10000003 - Scheduled Maintenance of the Import System",
        "Implementing Regulation approving an active substance",
        "Continuation of the National Emergency With Respect to Ruritania",
        "Remarks of the Ambassador on the Return From Norway",
        "Letters From Norway",
        "Importation of Fresh Cherries From Norway",
        "Certain Ice Skates; Request for Submissions on the Public Interest",
    ],
)
def test_other_official_titles_stay_silent(title: str) -> None:
    assert MATCHER.match(story_text(title), FeedKind.OFFICIAL).topics == ()
