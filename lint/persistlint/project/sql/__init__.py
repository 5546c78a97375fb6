"""SQL in the project: which strings are handed to a database, and what they say."""
