"""Schemas carried out on SQLite itself: private, empty databases in memory, never a user's."""
