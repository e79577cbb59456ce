"""From a question as a person types it to a query."""
