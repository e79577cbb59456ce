"""The HTTP server of the bot, with limits that protect it from clients that are not authenticated
yet."""
