"""Read-only tools for MCP clients, over stdio and HTTP, with the answers of `tariffwire rate`."""
