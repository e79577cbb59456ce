"""Reads other people's feeds: when, how, and what they say. `poll.Poller` is the way in."""
