"""Alembic's operations replayed from source leave the same schema as Alembic itself."""

from __future__ import annotations

import textwrap

import pytest

from persistlint.extract.python import extract_python
from persistlint.extract.sql import parse
from persistlint.project.link import Inputs, link_all
from persistlint.replay.compare import Drift, drifts
from persistlint.replay.memory import Memory
from persistlint.replay.runner import Runner
from persistlint.replay.starts import Start
from persistlint.replay.upgrades import Upgrades

sa = pytest.importorskip("sqlalchemy")
pytest.importorskip("alembic")

HEADER = """\
import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None


def upgrade():
"""
SETUP = (
    "CREATE TABLE p (id INTEGER NOT NULL, PRIMARY KEY (id))",
    "CREATE TABLE t (id INTEGER NOT NULL, a INTEGER DEFAULT 5, b VARCHAR(20) DEFAULT 'x' NOT NULL, c JSON, d FLOAT CHECK (d > 0),"
    " e STRING, p_id INTEGER, PRIMARY KEY (id), CONSTRAINT ck CHECK (a > 1), CONSTRAINT uq UNIQUE (a, b), UNIQUE (e),"
    " CONSTRAINT fk FOREIGN KEY(p_id) REFERENCES p (id) ON DELETE CASCADE)",
    "CREATE INDEX ix_a ON t (a)",
    "CREATE UNIQUE INDEX ix_b ON t (b)",
    "CREATE INDEX ix_part ON t (b) WHERE a > 3",
    "CREATE INDEX ix_expr ON t (lower(b))",
)
CASES = {
    "create_table": """
        op.create_table(
            "n",
            sa.Column("id", sa.Integer(), primary_key=True),
            sa.Column("name", sa.String(30), nullable=False, server_default="x", unique=True),
            sa.Column("at", sa.DateTime(), server_default=sa.func.now(), index=True),
            sa.Column("p_id", sa.Integer(), sa.ForeignKey("p.id", ondelete="SET NULL")),
            sa.CheckConstraint("id > 0", name="ck_n"),
        )
    """,
    "add_column": """
        op.add_column("t", sa.Column("z", sa.String(7), nullable=False, server_default="q"))
        op.add_column("t", sa.Column("y", sa.Integer(), index=True))
    """,
    "drop and rename": """
        op.drop_column("t", "c")
        op.alter_column("t", "d", new_column_name="dd")
        op.rename_table("p", "parents")
        op.drop_index("ix_a", table_name="t")
        op.create_index("ix_n", "t", ["a", "b"], unique=True)
    """,
    "batch alter": """
        with op.batch_alter_table("t") as batch:
            batch.alter_column("b", nullable=True, type_=sa.Text(), server_default=None)
            batch.alter_column("c", new_column_name="cc")
    """,
    "batch that only adds": """
        with op.batch_alter_table("t") as batch:
            batch.add_column(sa.Column("z", sa.Integer(), server_default="1"))
            batch.create_index("ix_z", ["z"])
    """,
    "batch add with a function default": """
        with op.batch_alter_table("t") as batch:
            batch.add_column(sa.Column("z", sa.DateTime(), server_default=sa.func.now()))
    """,
    "batch constraints": """
        with op.batch_alter_table("t") as batch:
            batch.drop_constraint("uq", type_="unique")
            batch.create_unique_constraint("uq2", ["a"])
            batch.drop_constraint("fk", type_="foreignkey")
            batch.create_foreign_key("fk2", "p", ["p_id"], ["id"], ondelete="SET NULL")
            batch.create_check_constraint("ck2", sa.text("a < 5"))
    """,
    "batch drop": """
        with op.batch_alter_table("t") as batch:
            batch.drop_index("ix_a")
            batch.drop_column("d")
    """,
    "guards": """
        columns = [c["name"] for c in sa.inspect(op.get_bind()).get_columns("t")]
        if "a" not in columns:
            op.drop_table("t")
        if "z" not in columns:
            op.add_column("t", sa.Column("z", sa.Integer()))
        for name in ("one", "two"):
            op.execute(f"ALTER TABLE p ADD COLUMN {name} TEXT")
    """,
}


def real(body: str) -> Memory:
    """The schema that Alembic leaves, copied into a database of ours."""
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        for statement in SETUP:
            connection.exec_driver_sql(statement)
    with engine.begin() as connection:
        operations = Operations(MigrationContext.configure(connection))
        exec(textwrap.dedent(body), {"op": operations, "sa": sa})
        rows = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    memory = Memory()
    for (statement,) in rows:
        assert memory.run(statement) is None
    return memory


def replayed(body: str) -> Memory:
    """The schema that replaying the same source leaves."""
    source = HEADER + textwrap.indent(textwrap.dedent(body).strip(), "    ") + "\n"
    path = "versions/1_first.py"
    inputs = Inputs({path: extract_python(path, source)}, {}, lambda _: None, frozenset({path}), "sqlite", parse)
    runner = Runner(link_all(inputs), parse)
    memory = Memory()
    for statement in SETUP:
        assert memory.run(statement) is None
    assert runner.walk(runner.live(memory), [one.upgrade for one in runner.folders["versions"]]) == ()
    return memory


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", CASES)
def test_a_replayed_revision_leaves_what_alembic_leaves(case: str) -> None:
    with real(CASES[case]) as wanted, replayed(CASES[case]) as found:
        assert drifts(wanted, found, parse) == []


@pytest.mark.filterwarnings("ignore")
def test_the_comparison_of_these_tests_sees_a_difference() -> None:
    with real(CASES["add_column"]) as wanted, replayed("pass") as found:
        assert Drift("t", "column", "missing", "y", "INTEGER") in drifts(wanted, found, parse)


@pytest.mark.parametrize(
    "call",
    [
        'op.create_unique_constraint("u", "t", ["a"])',
        'op.create_foreign_key("f", "t", "p", ["a"], ["id"])',
        'op.add_column("t", sa.Column("q_id", sa.Integer, sa.ForeignKey("p.id")))',
        'op.alter_column("t", "a", nullable=False)',
    ],
)
def test_what_alembic_refuses_on_sqlite_fails_in_the_replay(call: str) -> None:
    path = "versions/1_first.py"
    inputs = Inputs(
        {path: extract_python(path, HEADER + f"    {call}\n")}, {}, lambda _: None, frozenset({path}), "sqlite", parse
    )
    [store] = Upgrades(link_all(inputs), parse).run([Start("old.sql", SETUP)])

    [failed] = store.starts[0].failed
    assert failed.span.path == path
    assert failed.span.line == 9
