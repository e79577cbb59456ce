"""How the workspace reaches the bot: signed HTTP or Socket Mode."""
