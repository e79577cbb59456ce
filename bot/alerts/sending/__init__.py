"""Sends deliveries: the dispatcher, its attempts, and conversations and workspaces that refuse."""
