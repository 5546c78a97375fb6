"""How tables are called."""
