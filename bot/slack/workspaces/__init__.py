"""The workspaces that the bot serves: their clients, and their installation by OAuth."""
