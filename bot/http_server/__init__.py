"""The HTTP server of the bot: limits for clients that are not authenticated yet."""
