"""Feeds: what they are, how they are fetched, parsed and polled."""
