"""A board of features, run schedules and assistant talks: two SQLite databases for each project."""
