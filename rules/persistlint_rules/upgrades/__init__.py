"""What an upgraded database has against what a fresh one has: both are made on SQLite, and compared."""
