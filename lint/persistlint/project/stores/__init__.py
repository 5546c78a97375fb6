"""Where databases are opened, by what hooks and PRAGMAs their connections are configured, and who keeps them."""
