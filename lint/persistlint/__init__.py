"""persistlint: a static-analysis and drift linter for SQLite and SQLAlchemy persistence code."""

__version__ = "0.1.0"
