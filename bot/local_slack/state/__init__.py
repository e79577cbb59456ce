"""What the workspace holds: people, conversations, messages, open modals."""
