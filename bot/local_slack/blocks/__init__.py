"""Block Kit's schema and limits, and Slack's error messages for invalid blocks."""
