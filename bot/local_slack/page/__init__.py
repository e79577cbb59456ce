"""The page in the browser, and the actions that a person can take on it."""
