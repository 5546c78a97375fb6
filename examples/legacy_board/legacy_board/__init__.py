"""Task board, 2.x line."""

__version__ = "2.6.1"
