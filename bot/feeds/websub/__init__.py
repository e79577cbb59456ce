"""WebSub: subscribes to feeds at hubs, which push new entries to the bot."""
