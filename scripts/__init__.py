"""Programs for the developers of Tariffwire. They are not installed with the bot."""
