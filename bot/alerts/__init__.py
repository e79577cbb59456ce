"""Who wants a story, when, how often: subscriptions, deliveries and their dispatch."""
