"""What the bot does on a command, a click or an opened Home tab."""
