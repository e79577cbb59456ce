"""Commands about the database, its workspaces and its messages."""
