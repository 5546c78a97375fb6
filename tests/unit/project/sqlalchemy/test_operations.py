"""What Alembic scripts and data frames do to the schema."""

from __future__ import annotations

from ..reading import module

HEAD = """
    import sqlalchemy as sa
    from alembic import op
"""


def test_tables_and_columns() -> None:
    project = module(
        HEAD
        + """
    def upgrade():
        op.create_table(
            "runs",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("ok", sa.Boolean, nullable=False),
        )
        op.add_column("tasks", sa.Column("color", sa.String(7), server_default="red"))
        op.rename_table("runs", "task_runs")

    def downgrade():
        op.drop_column("tasks", "color")
        op.drop_table("runs")
    """
    )

    told = [(one.action, one.table, one.column, one.new_name, one.function) for one in project.operations]
    assert told == [
        ("create-table", "runs", None, None, "upgrade"),
        ("add-column", "tasks", "color", None, "upgrade"),
        ("rename-table", "runs", None, "task_runs", "upgrade"),
        ("drop-column", "tasks", "color", None, "downgrade"),
        ("drop-table", "runs", None, None, "downgrade"),
    ]
    created, added, *_ = (one.fact for one in project.operations)
    assert created is not None
    assert [(one.name, one.type, one.nullable) for one in created.columns] == [
        ("id", "INTEGER", False),
        ("ok", "BOOLEAN", False),
    ]
    assert added is not None
    assert [(one.name, one.type, one.server_default) for one in added.columns] == [("color", "VARCHAR(7)", "'red'")]
    assert not added.complete


def test_a_batch_belongs_to_its_table() -> None:
    project = module(
        HEAD
        + """
    def upgrade():
        with op.batch_alter_table("tasks") as batch_op:
            batch_op.add_column(sa.Column("color", sa.Text))
            batch_op.alter_column("title", new_column_name="name")
            batch_op.alter_column("status", nullable=True)
    """
    )

    told = [(one.action, one.table, one.column, one.new_name, one.nullable) for one in project.operations]
    assert told == [
        ("add-column", "tasks", "color", None, None),
        ("rename-column", "tasks", "title", "name", None),
        ("alter-column", "tasks", "status", None, True),
    ]


def test_a_loop_makes_an_operation_of_each_round() -> None:
    project = module(
        HEAD
        + """
    def upgrade():
        for name in ("tasks", "runs"):
            op.add_column(name, sa.Column("owner", sa.Integer))
    """
    )

    assert [(one.table, one.column) for one in project.operations] == [("tasks", "owner"), ("runs", "owner")]


def test_an_unknown_name_stays_unknown() -> None:
    project = module(
        HEAD
        + """
    def upgrade(name):
        op.add_column(name, sa.Column("owner", sa.Integer))
    """
    )

    [found] = project.operations
    assert (found.table, found.column, found.fact) == (None, "owner", None)


def test_a_data_frame_makes_a_table() -> None:
    project = module(
        """
    import sqlite3

    def save(frame, path):
        frame.to_sql("prices", sqlite3.connect(path), index=False)
    """
    )

    [found] = project.operations
    assert (found.action, found.table, found.fact) == ("create-table", "prices", None)


def test_other_things_called_op_are_none_of_alembics() -> None:
    project = module(
        """
    from machine import op

    def upgrade():
        op.execute("SELECT 1")
        op.drop_table("tables")
    """
    )

    assert project.operations == ()
