"""Revisions that begin with tables which they do not make: what these were is worked out from today's models."""

from __future__ import annotations

from .projects import found, model, replayed, revision, rows

MODELS = model("users", name="sa.String(255)", mail="sa.String(100), index=True", state="sa.Text")
DOWNGRADE = """
def downgrade():
    op.drop_table("users")
"""


def revisions(*bodies: str) -> dict[str, str]:
    """A project with these revisions, one behind the other."""
    files = {"models.py": MODELS}
    for number, body in enumerate(bodies, 1):
        files |= revision(str(number), f'"{number - 1}"' if number > 1 else "None", body, DOWNGRADE)
    return files


def test_a_column_that_a_revision_adds_differs_from_its_model() -> None:
    [store] = replayed(revisions('op.add_column("users", sa.Column("mail", sa.String(50)))'))

    assert found(store).failed == ()
    assert rows(found(store)) == [("users", "index", "missing", "mail"), ("users", "type", "changed", "mail")]


def test_what_a_revision_drops_was_there() -> None:
    [store] = replayed(
        revisions(
            'op.add_column("users", sa.Column("state", sa.Text))',
            'op.drop_column("users", "cookie")',
            'op.drop_table("proxies")',
            'op.drop_index("ix_users_cookie", table_name="users")',
        )
    )

    assert found(store).failed == ()
    assert rows(found(store)) == []


def test_what_a_revision_renames_had_the_old_name() -> None:
    [store] = replayed(
        revisions(
            'op.rename_table("people", "users")',
            'op.alter_column("users", "email", new_column_name="mail")',
            'op.add_column("users", sa.Column("state", sa.String(3)))',
        )
    )

    assert found(store).failed == ()
    assert rows(found(store)) == [("users", "type", "changed", "state")]


def test_a_model_column_that_may_be_as_old_as_its_table_is_no_difference() -> None:
    [store] = replayed(revisions('op.add_column("users", sa.Column("state", sa.Text))'))

    assert rows(found(store)) == []


def test_nothing_is_said_where_the_beginning_stays_unknown() -> None:
    body = """op.add_column("users", sa.Column("state", sa.String(3)))
    op.execute("UPDATE settings SET a = b")"""
    [store] = replayed(revisions(body))

    assert not found(store).knows("users")


def test_a_path_that_makes_its_tables_begins_with_nothing() -> None:
    body = 'op.create_table("users", sa.Column("id", sa.Integer, primary_key=True))'
    [store] = replayed(revisions(body))

    assert ("users", "column", "missing", "name") in rows(found(store))


def test_a_batch_that_rebuilds_on_sqlite_only_is_a_rebuild() -> None:
    body = """import os
    recreate = "always" if os.environ["DIALECT"] == "sqlite" else "auto"
    with op.batch_alter_table("users", recreate=recreate) as batch:
        batch.add_column(sa.Column("id", sa.Integer, primary_key=True))"""
    [store] = replayed(revisions(body))

    assert found(store).failed == ()
    assert rows(found(store)) == []


def test_a_default_that_is_not_known_is_a_default() -> None:
    [store] = replayed(
        revisions(
            'op.create_table("users", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(255)))',
            'op.add_column("users", sa.Column("mail", sa.String(100), nullable=False, server_default=compute()))',
            'op.add_column("users", sa.Column("state", sa.Text, nullable=False, server_default=sa.sql.False_()))',
        )
    )

    # With a row in the table, a NOT NULL column without a default would be refused.
    assert found(store).failed == ()
    assert [one.object for one in found(store).differences if one.aspect == "default"] == ["state"]
