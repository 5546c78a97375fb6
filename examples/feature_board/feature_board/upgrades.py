"""From any older features database to the tables of `models`, inside the caller's transaction."""

from __future__ import annotations

from sqlalchemy import Connection, inspect


def upgrade(connection: Connection) -> None:
    """Bring existing tables up to date; changes nothing when they are.

    The caller's transaction already holds the write lock (BEGIN IMMEDIATE), so that no other
    process can add a column between a look here and the ALTER that follows it.
    """
    upgrade_features(connection)
    upgrade_schedules(connection)


def upgrade_features(connection: Connection) -> None:
    """Add what came after the first release, then clear the flags that old rows left null."""
    columns = {column["name"] for column in inspect(connection).get_columns("features")}
    if "in_progress" not in columns:
        connection.exec_driver_sql("ALTER TABLE features ADD COLUMN in_progress BOOLEAN NOT NULL DEFAULT 0")
    if "dependencies" not in columns:
        connection.exec_driver_sql("ALTER TABLE features ADD COLUMN dependencies JSON")
    if "needs_human_input" not in columns:
        connection.exec_driver_sql("ALTER TABLE features ADD COLUMN needs_human_input BOOLEAN NOT NULL DEFAULT 0")
    if "human_input_request" not in columns:
        connection.exec_driver_sql("ALTER TABLE features ADD COLUMN human_input_request JSON")
    if "human_input_response" not in columns:
        connection.exec_driver_sql("ALTER TABLE features ADD COLUMN human_input_response JSON")

    connection.exec_driver_sql("CREATE INDEX IF NOT EXISTS ix_features_in_progress ON features (in_progress)")
    connection.exec_driver_sql(
        "CREATE INDEX IF NOT EXISTS ix_features_needs_human_input ON features (needs_human_input)"
    )
    connection.exec_driver_sql(
        "CREATE INDEX IF NOT EXISTS ix_feature_status ON features (passes, in_progress, needs_human_input)"
    )

    connection.exec_driver_sql("UPDATE features SET passes = 0 WHERE passes IS NULL")
    connection.exec_driver_sql("UPDATE features SET in_progress = 0 WHERE in_progress IS NULL")
    connection.exec_driver_sql("UPDATE features SET needs_human_input = 0 WHERE needs_human_input IS NULL")


def upgrade_schedules(connection: Connection) -> None:
    """Add the limits that came after the first schedules, each with the CHECK that guards it."""
    columns = {column["name"] for column in inspect(connection).get_columns("schedules")}
    if "max_concurrency" not in columns:
        connection.exec_driver_sql(
            "ALTER TABLE schedules ADD COLUMN max_concurrency INTEGER NOT NULL DEFAULT 3"
            " CONSTRAINT ck_schedule_concurrency CHECK (max_concurrency >= 1 AND max_concurrency <= 5)"
        )
    if "crash_count" not in columns:
        connection.exec_driver_sql(
            "ALTER TABLE schedules ADD COLUMN crash_count INTEGER NOT NULL DEFAULT 0"
            " CONSTRAINT ck_schedule_crash_count CHECK (crash_count >= 0)"
        )
