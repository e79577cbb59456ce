"""From the raw values of a parsed feed to clean entries."""
