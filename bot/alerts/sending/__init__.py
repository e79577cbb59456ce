"""Sending: the dispatcher, its attempts, and what refuses them."""
