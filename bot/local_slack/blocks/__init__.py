"""Block Kit's shapes and limits, and what Slack says of blocks that break them."""
