"""Upgrades broken one step at a time: the hand-written ones of the example, and small projects of other kinds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from .bench import Project

UPGRADES, STORE = "feature_board/upgrades.py", "feature_board/features_store.py"


def projects(example: Path) -> Iterator[Project]:
    yield _board(example)
    yield _ladder()
    yield _revisions()


# -- the example -----------------------------------------------------------------------------------------------------


def _board(example: Path) -> Project:
    kept = ("models.py", "upgrades.py", "features_store.py", "sqlite.py", "clock.py", "__init__.py")
    paths = [path for path in sorted(example.rglob("*")) if path.name in kept or path.name.endswith("CONTRACTS.md")]
    project = Project("board", {p.relative_to(example).as_posix(): p.read_text(encoding="utf-8") for p in paths})
    text = project.files[UPGRADES]
    for match in re.finditer(r'    if "(\w+)" not in columns:\n(        .*\n(?: {8,}.*\n)*)', text):
        _of_step(project, match[0], match[1], match[2])
    for match in re.finditer(r"    connection\.exec_driver_sql\(\s*\"CREATE INDEX IF NOT EXISTS (\w+) .*\s*\)\n", text):
        _of_index(project, match[0], match[1])
    _of_order(project)
    _of_transactions(project)
    _of_rebuilds(project)
    return project


def _of_step(project: Project, whole: str, column: str, body: str) -> None:
    table = "schedules" if column in ("max_concurrency", "crash_count") else "features"
    indexed = column in ("in_progress", "needs_human_input")

    def alter(name: str, old: str, new: str, by: str) -> None:
        project.breaks(f"{name} of {table}.{column}", (UPGRADES, body, body.replace(old, new, 1)), by=by)

    # Without the column, the index on it cannot be made: SQLite says so before anything is missing.
    gone = "failing-upgrade" if indexed else "missing-upgrade-path"
    project.breaks(f"drop the step of {table}.{column}", (UPGRADES, whole, ""), by=gone)
    project.breaks(
        f"unguard the step of {table}.{column}",
        (UPGRADES, whole, whole.replace(f'if "{column}" not in columns', "if columns")),
        by="unguarded-alter",
    )
    definition = re.search(rf"ADD COLUMN {column} (\w+)( NOT NULL DEFAULT (\d))?", body)
    assert definition is not None
    other = "TEXT" if definition[1] != "TEXT" else "INTEGER"
    alter("other type", f"{column} {definition[1]}", f"{column} {other}", "upgraded-column-drift")
    alter("UNIQUE in the step", definition[0], f"{definition[0]} UNIQUE", "failing-upgrade")
    plain = f"ADD COLUMN {column} {definition[1]}"
    alter("CURRENT_TIMESTAMP in the step", definition[0], f"{plain} DEFAULT CURRENT_TIMESTAMP", "failing-upgrade")
    alter("an expression by default", definition[0], f"{plain} DEFAULT (1 + 1)", "failing-upgrade")
    alter("IF NOT EXISTS in the step", "ADD COLUMN", "ADD COLUMN IF NOT EXISTS", "failing-upgrade")
    if definition[2]:
        alter("NOT NULL without a default", definition[2], " NOT NULL", "failing-upgrade")
        alter("no NOT NULL", definition[2], f" DEFAULT {definition[3]}", "upgraded-column-drift")
        alter("another default", definition[2], f" NOT NULL DEFAULT {int(definition[3]) + 1}", "upgraded-column-drift")
    else:
        alter("a NOT NULL that the model has not", plain, f"{plain} NOT NULL DEFAULT '[]'", "upgraded-column-drift")
    check = re.search(r'"\s*" CONSTRAINT \w+ CHECK \(.*\)"', body)
    if check is not None:
        alter("no CHECK in the step", check[0], '"', "upgraded-constraint-missing")
        alter("another CHECK in the step", ">= ", ">= -", "upgraded-constraint-missing")


def _of_index(project: Project, whole: str, name: str) -> None:
    project.breaks(f"drop the step of {name}", (UPGRADES, whole, ""), by="upgraded-index-missing")
    other = re.sub(r"\((?:\w+, )?(\w+)(, \w+)?\)", r"(priority, \1)", whole)
    project.breaks(f"other columns of {name}", (UPGRADES, whole, other), by="upgraded-index-missing")
    unguarded = whole.replace("IF NOT EXISTS ", "")
    project.breaks(f"unguard {name}", (UPGRADES, whole, unguarded), by="unguarded-alter")


def _of_order(project: Project) -> None:
    text = project.files[UPGRADES]
    steps = '    if "in_progress" not in columns:\n'
    for column in ("in_progress", "needs_human_input"):
        fix = f'    connection.exec_driver_sql("UPDATE features SET {column} = 0 WHERE {column} IS NULL")\n'
        project.breaks(
            f"fill {column} before it is added",
            (UPGRADES, fix, ""), (UPGRADES, steps, fix + steps), by="upgrade-order",
        )  # fmt: skip
    for match in re.finditer(r"    connection\.exec_driver_sql\(\s*\"CREATE INDEX IF NOT EXISTS (\w+) .*\s*\)\n", text):
        project.breaks(
            f"make {match[1]} before its column",
            (UPGRADES, match[0], ""), (UPGRADES, steps, match[0] + steps), by="upgrade-order",
        )  # fmt: skip
    project.breaks(
        "upgrade before the tables are there",
        (STORE, "            Base.metadata.create_all(connection)\n            upgrade(connection)\n",
         "            upgrade(connection)\n            Base.metadata.create_all(connection)\n"),
        by="upgrade-order",
    )  # fmt: skip
    project.breaks(
        "do not call the upgrade of schedules",
        (UPGRADES, "    upgrade_schedules(connection)\n", ""), by="uncalled-upgrade",
    )  # fmt: skip
    project.breaks(
        "do not call the upgrade of features",
        (UPGRADES, "    upgrade_features(connection)\n", ""), by="uncalled-upgrade",
    )  # fmt: skip
    for table, function in (("features", "upgrade_features"), ("schedules", "upgrade_schedules")):
        head = f'get_columns("{table}")}}\n'
        step = f'    if "spare" not in columns:\n        connection.exec_driver_sql("ALTER TABLE {table} ADD COLUMN spare TEXT")\n'
        project.breaks(
            f"add a column to {table} that no model has",
            (UPGRADES, head, head + step),
            by=("stale-upgrade", "upgraded-column-order"),
        )
        index = f'    connection.exec_driver_sql("CREATE INDEX IF NOT EXISTS ix_spare ON {table} (id, {table[0]})")\n'
        own = index.replace(f"(id, {table[0]})", "(id, name)" if table == "features" else "(id, start_time)")
        # Every database gets it, new ones too: some indexes are made by hand.
        project.breaks(f"{function}: an index that no model has", (UPGRADES, head, head + own))
        dropped = head + f'    connection.exec_driver_sql("DROP TABLE IF EXISTS legacy_{table}")\n'
        project.breaks(
            f"{function}: drop a table that is not there", (UPGRADES, head, dropped), by="destructive-upgrade"
        )


def _of_transactions(project: Project) -> None:
    begin = "with engine.begin() as connection:\n            Base.metadata"
    project.breaks("forget the commit", (STORE, begin, begin.replace("begin()", "connect()")), by="uncommitted-upgrade")
    for table in ("features", "schedules"):
        ask = f'inspect(connection).get_columns("{table}")'
        project.breaks(
            f"ask for the columns of {table} on another connection",
            (UPGRADES, ask, ask.replace("connection", "connection.engine", 1)), by="guard-in-other-transaction",
        )  # fmt: skip


def _of_rebuilds(project: Project) -> None:
    end = "def upgrade_schedules("
    for name, table, column in (("schedules", "schedules", "enabled"), ("features", "features", "passes")):
        columns = {"schedules": _SCHEDULES, "features": _FEATURES}[table]
        names = ", ".join(one.split()[0] for one in columns)
        run = "    connection.exec_driver_sql("
        steps = (
            f'def rebuild(connection: Connection) -> None:\n{run}"PRAGMA foreign_keys = OFF")\n'
            f'{run}"CREATE TABLE IF NOT EXISTS {table}_new ({", ".join(columns)})")\n'
            f'{run}"INSERT INTO {table}_new ({names}) SELECT {names} FROM {table}")\n'
            f'{run}"DROP TABLE {table}")\n{run}"ALTER TABLE {table}_new RENAME TO {table}")\n\n\n'
        )
        del column
        call = "    upgrade_schedules(connection)\n"
        # In a transaction that a hook has begun, `foreign_keys = OFF` does nothing: child rows go as well.
        project.breaks(
            f"rebuild {name} without its indexes",
            (UPGRADES, end, steps + end), (UPGRADES, call, call + "    rebuild(connection)\n"), by="unsafe-rebuild",
        )  # fmt: skip


_SCHEDULES = (
    "id INTEGER NOT NULL PRIMARY KEY", "project_name VARCHAR(50) NOT NULL", "start_time VARCHAR(5) NOT NULL",
    "duration_minutes INTEGER NOT NULL CHECK (duration_minutes >= 1 AND duration_minutes <= 1440)",
    "days_of_week INTEGER NOT NULL CHECK (days_of_week >= 0 AND days_of_week <= 127)", "enabled BOOLEAN NOT NULL",
    "yolo_mode BOOLEAN NOT NULL", "model VARCHAR(50)", "created_at DATETIME NOT NULL",
    "max_concurrency INTEGER NOT NULL DEFAULT 3 CHECK (max_concurrency >= 1 AND max_concurrency <= 5)",
    "crash_count INTEGER NOT NULL DEFAULT 0 CHECK (crash_count >= 0)",
)  # fmt: skip
_FEATURES = (
    "id INTEGER NOT NULL PRIMARY KEY", "priority INTEGER NOT NULL", "category VARCHAR(100) NOT NULL",
    "name VARCHAR(255) NOT NULL", "description TEXT NOT NULL", "steps JSON NOT NULL", "passes BOOLEAN NOT NULL",
    "in_progress BOOLEAN NOT NULL DEFAULT 0", "dependencies JSON",
    "needs_human_input BOOLEAN NOT NULL DEFAULT 0", "human_input_request JSON", "human_input_response JSON",
)  # fmt: skip

# -- a ladder of user_version -----------------------------------------------------------------------------------------

_LADDER = """\
import sqlite3
from contextlib import closing


def open_store(path):
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("CREATE TABLE IF NOT EXISTS owners (id INTEGER PRIMARY KEY, name TEXT NOT NULL)")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS items (id INTEGER PRIMARY KEY, name TEXT NOT NULL, state TEXT)"
    )
    connection.execute("CREATE INDEX IF NOT EXISTS ix_items_name ON items (name)")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version < 1:
        connection.execute("ALTER TABLE items ADD COLUMN amount INTEGER NOT NULL DEFAULT 1")
        connection.execute("PRAGMA user_version = 1")
    if version < 2:
        connection.execute("ALTER TABLE items ADD COLUMN owner_id INTEGER REFERENCES owners (id)")
        connection.execute("CREATE INDEX IF NOT EXISTS ix_items_owner ON items (owner_id)")
        connection.execute("PRAGMA user_version = 2")
    if version < 3:
        connection.execute("UPDATE items SET state = 'open' WHERE state IS NULL")
        connection.execute("PRAGMA user_version = 3")
    connection.execute("COMMIT")
    return connection


def items_of(connection, owner):
    rows = connection.execute("SELECT id, name, state, amount FROM items WHERE owner_id = ?", (owner,))
    return rows.fetchall()
"""


def _ladder() -> Project:
    project = Project("ladder", {"store.py": _LADDER})
    file = "store.py"
    amount = "ADD COLUMN amount INTEGER NOT NULL DEFAULT 1"
    project.breaks(
        "forget the version of the first step",
        (file, '        connection.execute("PRAGMA user_version = 1")\n', ""),
        (file, '        connection.execute("PRAGMA user_version = 2")\n', ""),
        (file, '        connection.execute("PRAGMA user_version = 3")\n', ""), by="unguarded-alter",
    )  # fmt: skip
    project.breaks("NOT NULL without a default", (file, amount, amount[:-10]), by="failing-upgrade")
    project.breaks("a default that is none", (file, "DEFAULT 1", "DEFAULT CURRENT_DATE"), by="failing-upgrade")
    project.breaks("UNIQUE", (file, amount, amount + " UNIQUE"), by="failing-upgrade")
    project.breaks("PRIMARY KEY", (file, amount, "ADD COLUMN amount INTEGER PRIMARY KEY"), by="failing-upgrade")
    project.breaks("a CHECK that rows break", (file, amount, amount + " CHECK (amount > 1)"), by="failing-upgrade")
    project.breaks("two columns at once", (file, amount, amount + ", ADD COLUMN b TEXT"), by="failing-upgrade")
    project.breaks("a constraint on its own", (file, amount, "ADD CONSTRAINT u UNIQUE (name)"), by="failing-upgrade")
    project.breaks("a column's type", (file, amount, "ALTER COLUMN state TYPE INTEGER"), by="failing-upgrade")
    project.breaks(
        "drop a column that has an index", (file, amount, "DROP COLUMN name"),
        by="failing-upgrade",
    )  # fmt: skip
    index = '        connection.execute("CREATE INDEX IF NOT EXISTS ix_items_owner ON items (owner_id)")\n'
    alter = '        connection.execute("ALTER TABLE items ADD COLUMN owner_id INTEGER REFERENCES owners (id)")\n'
    project.breaks("the index before its column", (file, alter + index, index + alter), by="upgrade-order")
    first = '    version = connection.execute("PRAGMA user_version").fetchone()[0]\n'
    fix = '    connection.execute("UPDATE items SET amount = 1 WHERE amount IS NULL")\n'
    project.breaks("fill a column before it is there", (file, first, fix + first), by="upgrade-order")
    rebuild = (
        '        connection.execute("CREATE TABLE items_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL, state TEXT, '
        'amount INTEGER NOT NULL DEFAULT 1, owner_id INTEGER REFERENCES owners (id))")\n'
        '        connection.execute("INSERT INTO items_new SELECT * FROM items")\n'
        '        connection.execute("DROP TABLE items")\n'
        '        connection.execute("ALTER TABLE items_new RENAME TO items")\n'
    )
    step = '        connection.execute("UPDATE items SET state'
    made = (
        '        connection.execute("CREATE INDEX ix_items_name ON items (name)")\n'
        '        connection.execute("CREATE INDEX ix_items_owner ON items (owner_id)")\n'
    )
    project.breaks("a rebuild that makes its indexes again", (file, step, rebuild + made + step))
    keys = '    connection.execute("BEGIN IMMEDIATE")\n'
    children = '    connection.execute("CREATE TABLE IF NOT EXISTS parts (item_id INTEGER REFERENCES items (id) ON DELETE CASCADE)")\n'
    on = keys + children
    project.breaks(
        "a rebuild while foreign keys are checked",
        (file, keys, '    connection.execute("PRAGMA foreign_keys = ON")\n' + on), (file, step, rebuild + made + step),
        by="unsafe-rebuild",
    )  # fmt: skip
    project.breaks("a rebuild while they are not", (file, keys, on), (file, step, rebuild + made + step))
    project.breaks(
        "switch them off too late",
        (file, keys, '    connection.execute("PRAGMA foreign_keys = ON")\n' + on),
        (file, step, '        connection.execute("PRAGMA foreign_keys = OFF")\n' + rebuild + made + step),
        by="unsafe-rebuild",
    )  # fmt: skip
    project.breaks(
        "switch them off in time",
        (file, keys, '    connection.execute("PRAGMA foreign_keys = ON")\n    connection.execute("PRAGMA foreign_keys = OFF")\n' + on),
        (file, step, rebuild + made + step),
    )  # fmt: skip
    project.breaks(
        "forget the commit",
        (file, '    connection.execute("COMMIT")\n    return connection\n', "    connection.close()\n"),
        by="uncommitted-upgrade",
    )
    project.breaks(
        "drop a table",
        (file, step, '        connection.execute("DROP TABLE owners")\n' + step),
        by="destructive-upgrade",
    )
    return project


# -- Alembic ----------------------------------------------------------------------------------------------------------

_MODELS = """\
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Owner(Base):
    __tablename__ = "owners"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(50))


class Item(Base):
    __tablename__ = "items"
    __table_args__ = (sa.CheckConstraint("amount > 0", name="ck_items_amount"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(50), index=True)
    amount: Mapped[int] = mapped_column(server_default="1")
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("owners.id", name="fk_items_owner"))
    note: Mapped[str | None] = mapped_column(sa.String(80))
"""
_FIRST = """\
import sqlalchemy as sa
from alembic import op

revision = "a1"
down_revision = None


def upgrade():
    op.create_table(
        "owners",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(50), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(50), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_items_name", "items", ["name"])
"""
_SECOND = """\
import sqlalchemy as sa
from alembic import op

revision = "b2"
down_revision = "a1"


def upgrade():
    with op.batch_alter_table("items") as batch:
        batch.add_column(sa.Column("amount", sa.Integer(), nullable=False, server_default="1"))
        batch.create_check_constraint("ck_items_amount", "amount > 0")
        batch.add_column(sa.Column("owner_id", sa.Integer(), nullable=True))
        batch.create_foreign_key("fk_items_owner", "owners", ["owner_id"], ["id"])
"""
_THIRD = """\
import sqlalchemy as sa
from alembic import op

revision = "c3"
down_revision = "b2"


def upgrade():
    op.add_column("items", sa.Column("note", sa.String(80), nullable=True))
"""


def _revisions() -> Project:
    first, second, third = (f"versions/{name}.py" for name in ("a1", "b2", "c3"))
    project = Project("revisions", {"models.py": _MODELS, first: _FIRST, second: _SECOND, third: _THIRD})
    column = '    op.add_column("items", sa.Column("note", sa.String(80), nullable=True))\n'
    project.breaks("drop a column's step", (third, column, "    pass\n"), by="missing-upgrade-path")
    project.breaks("another type", (third, "sa.String(80)", "sa.Integer()"), by="upgraded-column-drift")
    project.breaks("NOT NULL", (third, "nullable=True", "nullable=False"), by="failing-upgrade")
    project.breaks(
        "NOT NULL with a default",
        (third, "nullable=True", 'nullable=False, server_default=""'),
        by="upgraded-column-drift",
    )
    project.breaks(
        "a default that is no constant", (third, "nullable=True", "nullable=True, server_default=sa.func.now()"),
        by="failing-upgrade",
    )  # fmt: skip
    project.breaks("two heads", (third, 'down_revision = "b2"', 'down_revision = "a1"'), by="multiple-heads")
    more = '    op.add_column("items", sa.Column("spare", sa.String(80), nullable=True))\n'
    project.breaks("a column that no model has", (third, column, column + more), by="stale-upgrade")
    project.breaks(
        "a required column that no model fills",
        (third, column, column + more.replace("nullable=True", "nullable=False")),
        by=("failing-upgrade", "orphan-required-column"),
    )  # fmt: skip
    index = '    op.create_index("ix_items_note", "items", ["note"])\n'
    project.breaks("an index that no model has", (third, column, column + index), by="stale-upgrade")
    project.breaks(
        "drop an index's step",
        (first, '    op.create_index("ix_items_name", "items", ["name"])\n', ""),
        by="upgraded-index-missing",
    )
    project.breaks("other columns of an index", (first, '["name"])', '["name", "id"])'), by="upgraded-index-missing")
    unique = '    op.create_index("ux_items_note", "items", ["note"], unique=True)\n'
    project.breaks("a UNIQUE that no model has", (third, column, column + unique), by="orphan-constraint")
    project.breaks(
        "no CHECK", (second, '        batch.create_check_constraint("ck_items_amount", "amount > 0")\n', ""),
        by="upgraded-constraint-missing",
    )  # fmt: skip
    project.breaks("another CHECK", (second, '"amount > 0"', '"amount > 1"'), by="upgraded-constraint-missing")
    project.breaks("a wider CHECK", (second, '"amount > 0"', '"amount >= 0"'), by="upgraded-constraint-missing")
    project.breaks(
        "no foreign key",
        (second, '        batch.create_foreign_key("fk_items_owner", "owners", ["owner_id"], ["id"])\n', ""),
        by="upgraded-constraint-missing",
    )  # fmt: skip
    project.breaks("another default", (second, 'server_default="1"', 'server_default="2"'), by="upgraded-column-drift")
    project.breaks("no default", (second, ', server_default="1"', ""), by="failing-upgrade")
    project.breaks("a nullable column", (second, "nullable=False", "nullable=True"), by="upgraded-column-drift")
    project.breaks(
        "a column before its revision",
        (second, "def upgrade():\n", 'def upgrade():\n    op.execute("UPDATE items SET note = \'\'")\n'), by="upgrade-order",
    )  # fmt: skip
    project.breaks(
        "drop a table",
        (third, column, column + '    op.drop_table("owners")\n'),
        by=("destructive-upgrade", "missing-upgrade-path"),
    )
    table = '        sa.Column("name", sa.String(50), nullable=False),\n        sa.PrimaryKeyConstraint("id"),\n    )\n    op.create_table(\n'
    project.breaks("a shorter type", (first, table, table.replace("50", "40")))
    project.breaks(
        "a type of another affinity",
        (first, table, table.replace("sa.String(50)", "sa.Integer()")),
        by="upgraded-column-drift",
    )
    project.breaks(
        "a model's new column", ("models.py", "    note: Mapped", "    extra: Mapped[str | None]\n    note: Mapped"),
        by=("missing-upgrade-path"),
    )  # fmt: skip
    project.breaks(
        "a model's column gone",
        ("models.py", "    note: Mapped[str | None] = mapped_column(sa.String(80))\n", ""),
        by="stale-upgrade",
    )
    project.breaks(
        "columns in another order",
        ("models.py", "    note: Mapped[str | None] = mapped_column(sa.String(80))\n", ""),
        ("models.py", "    amount: Mapped", "    note: Mapped[str | None] = mapped_column(sa.String(80))\n    amount: Mapped"),
        by="upgraded-column-order",
    )  # fmt: skip
    return project
