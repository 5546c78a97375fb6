"""Engines, connections, cursors, session factories and sessions: which values are one, and where it comes from."""
