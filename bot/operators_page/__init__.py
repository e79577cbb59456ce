"""The operators' page: what the bot does at the moment, read-only, for people with the token."""
