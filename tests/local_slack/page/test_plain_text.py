"""Messages with blocks and markup are converted to plain text."""

from bot.local_slack.page.plain_text import format_plain


def test_each_block_becomes_text_with_its_links() -> None:
    message = {
        "text": "the notification",
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": "US on China"}},
            {
                "type": "section",
                "text": {
                    "type": "mrkdwn",
                    "text": "*12.5 %* &lt;since&gt; <https://a.example/x|FR>",
                },
                "fields": [{"type": "mrkdwn", "text": "Section 301"}],
            },
            {
                "type": "actions",
                "elements": [
                    {"type": "button", "text": {"type": "plain_text", "text": "us China"}},
                    {"type": "users_select"},
                ],
            },
            {
                "type": "context",
                "elements": [
                    {"type": "mrkdwn", "text": "<!date^1747044000^{date}|2025-05-12 10:00 UTC>"},
                    {"type": "image", "image_url": "https://a.example/i.png"},
                    {"type": "mrkdwn", "text": "R&amp;D"},
                ],
            },
        ],
    }
    assert format_plain(message).splitlines() == [
        "US on China",
        "*12.5 %* <since> FR (https://a.example/x)",
        "Section 301",
        "[us China]",
        "2025-05-12 10:00 UTC · R&D",
    ]


def test_a_message_without_blocks_becomes_its_text() -> None:
    assert format_plain({"text": "a &amp; b"}) == "a & b"


def test_a_table_becomes_rows_and_a_chart_its_title() -> None:
    source = {"type": "link", "url": "https://a.example/x", "text": "FR"}
    message = {
        "blocks": [
            {
                "type": "table",
                "rows": [
                    [{"type": "raw_text", "text": "Rate"}, {"type": "raw_text", "text": "Source"}],
                    [
                        {"type": "raw_text", "text": "12.5%"},
                        {
                            "type": "rich_text",
                            "elements": [{"type": "rich_text_section", "elements": [source]}],
                        },
                    ],
                ],
            },
            {"type": "data_visualization", "title": "Duty in percent"},
        ]
    }
    assert format_plain(message).splitlines() == [
        "Rate | Source",
        "12.5% | FR (https://a.example/x)",
        "[chart: Duty in percent]",
    ]
