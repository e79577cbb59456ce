"""The page in the browser, and what a person can do on it."""
