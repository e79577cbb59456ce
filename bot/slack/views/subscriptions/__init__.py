"""Subscriptions and mutes in words, and the replies to commands about them."""
