"""The pages about the state of the bot: health, metrics and the operators' page."""
