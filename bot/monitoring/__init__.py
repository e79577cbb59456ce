"""What operators watch: logs, metrics and the state of the bot."""
