"""A local workspace: Slack's API and a page in the browser, on loopback. Tests use it, and people
use it to try the bot without Slack."""
