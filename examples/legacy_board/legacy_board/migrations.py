"""Schema changes since 2.0, in the order in which they were released."""

from sqlalchemy import inspect, text


def migrate(engine):
    """Run on every start."""
    add_tags(engine)
    add_urgency(engine)
    add_owner(engine)
    add_pinned_at(engine)


def add_tags(engine):
    with engine.connect() as conn:
        columns = [row[1] for row in conn.execute(text("PRAGMA table_info(tasks)"))]
        if "tags" not in columns:
            conn.execute(text("ALTER TABLE tasks ADD COLUMN tags TEXT"))
            conn.execute(text("UPDATE tasks SET tags = '[]'"))
        conn.commit()


def add_urgency(engine):
    columns = [column["name"] for column in inspect(engine).get_columns("tasks")]
    if "urgency" not in columns:
        with engine.connect() as conn:
            conn.execute(text("ALTER TABLE tasks ADD COLUMN urgency INTEGER NOT NULL DEFAULT 3"))
            conn.commit()


def add_owner(engine):
    with engine.connect() as conn:
        columns = [row[1] for row in conn.execute(text("PRAGMA table_info(tasks)"))]
        if "owner" not in columns:
            conn.execute(text("ALTER TABLE tasks ADD COLUMN owner VARCHAR(60)"))


def add_pinned_at(engine):
    with engine.begin() as conn:
        columns = [row[1] for row in conn.execute(text("PRAGMA table_info(tasks)"))]
        if "pinned_at" not in columns:
            conn.execute(
                text(
                    "ALTER TABLE tasks ADD COLUMN pinned_at DATETIME"
                    " NOT NULL DEFAULT CURRENT_TIMESTAMP"
                )
            )


def add_color(engine):
    """Run once by hand: python -m legacy_board upgrade BOARD."""
    with engine.begin() as conn:
        conn.execute(text("ALTER TABLE tasks ADD COLUMN color VARCHAR(7)"))


def add_finished_at_index(engine):
    with engine.begin() as conn:
        conn.execute(
            text("CREATE INDEX IF NOT EXISTS ix_task_runs_finished ON task_runs (finished_at)")
        )
