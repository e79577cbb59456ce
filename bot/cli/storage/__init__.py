"""Commands about the database and the workspaces in it."""
