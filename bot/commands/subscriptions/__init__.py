"""Commands about subscriptions: their grammar, their text form, and their execution."""
