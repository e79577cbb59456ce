"""The part of the Slack Web API that the bot uses, served on loopback, with a page to look at."""
