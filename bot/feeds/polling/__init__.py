"""Polls a feed, and decides when each feed is polled."""
