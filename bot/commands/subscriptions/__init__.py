"""Commands about subscriptions: their grammar, their text form, and what they do."""
