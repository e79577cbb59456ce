"""Feeds: fetching, parsing and polling them."""
