"""The state of the workspace: people, conversations, messages, open modals."""
