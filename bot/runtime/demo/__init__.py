"""The demo: scripted news on loopback, and what the page says about it."""
