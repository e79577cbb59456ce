"""Block Kit's shapes and limits, and Slack's error messages for blocks that break them."""
