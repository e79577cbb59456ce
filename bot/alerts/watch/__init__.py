"""Watches the bot itself: late messages, silent feeds, old rates, and weeks without news."""
