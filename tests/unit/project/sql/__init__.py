"""Which strings reach a database, what they say and where they stand."""
