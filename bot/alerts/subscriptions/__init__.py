"""Subscriptions: what a conversation wants, when it gets it, and what that would send."""
