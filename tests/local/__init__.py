"""The local workspace, through its public doors."""
