"""Programs for the people who work on Tariffwire. They are not installed with the bot."""
