"""Who gets which message, when and how often: subscriptions, deliveries, digests, reminders."""
