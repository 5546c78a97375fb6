"""Folders of numbered `.sql` files: which of them upgrade a database, in which order, and what they lead to."""

from __future__ import annotations

import pytest

from persistlint.replay.numbered import version_of
from persistlint.replay.starts import Start

from .projects import found, model, replayed, rows

NOTES = "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL);\n"
RANK = "ALTER TABLE notes ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;\n"
INDEX = "CREATE INDEX ix_rank ON notes (rank);\n"


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("0001_init", (1,)),
        ("V1_2__add", (1, 2)),
        ("V10__add", (10,)),
        ("v3", (3,)),
        ("schema_v13", (13,)),
        ("m0004-rename", (4,)),
        ("2024-05-01-add", (2024, 5, 1)),
        ("20240501120000_add", (20240501120000,)),
        ("1.10.2", (1, 10, 2)),
        ("migration_007_x", (7,)),
        ("add2fa", None),
        ("schema", None),
        ("R__views", None),
    ],
)
def test_versions_in_names(name: str, version: tuple[int, ...] | None) -> None:
    assert version_of(name) == version


@pytest.mark.parametrize(
    "names",
    [
        ("migrations/0001_init.sql", "migrations/0002_rank.sql", "migrations/0010_index.sql"),
        ("db/migrations/V1__init.sql", "db/migrations/V1.1__rank.sql", "db/migrations/V1.10__index.sql"),
        ("app/schema/migrations/001.up.sql", "app/schema/migrations/002.up.sql", "app/schema/migrations/003.up.sql"),
        ("migrations/9_init.sql", "migrations/10_rank.sql", "migrations/11_index.sql"),
        ("migrations/2024-01-01-a/up.sql", "migrations/2024-01-02-b/up.sql", "migrations/2024-02-01-a/up.sql"),
        ("store/delta/9/01init.sql", "store/delta/10/01rank.sql", "store/delta/10/02index.sql"),
        ("migrations/1-init.sqlite.sql", "migrations/2-rank.sqlite.sql", "migrations/3-index.sqlite.sql"),
    ],
)
def test_scripts_run_in_the_order_of_their_numbers(names: tuple[str, str, str]) -> None:
    [store] = replayed(dict(zip(names, (NOTES, RANK, INDEX), strict=True)))

    assert [step.span.path for step in store.steps] == list(names)
    assert {step.guard for step in store.steps} == {"version"}
    assert found(store).failed == ()


@pytest.mark.parametrize(
    "back",
    ["migrations/0002_rank.down.sql", "migrations/0002_rank_down.sql", "migrations/0002_rank.rollback.sql",
     "migrations/U2__rank.sql", "migrations/0002_rank.undo.sql"],
)  # fmt: skip
def test_what_leads_back_is_not_run(back: str) -> None:
    files = {"migrations/0001_init.sql": NOTES, "migrations/0002_rank.up.sql": RANK, back: "DROP TABLE notes;"}
    [store] = replayed(files)

    assert [step.span.path for step in store.steps] == ["migrations/0001_init.sql", "migrations/0002_rank.up.sql"]


@pytest.mark.parametrize(
    "line", ["-- migrate:down", "-- +goose Down", "-- +migrate Down", "-- Down", "--- ROLLBACK", "-- @UNDO", "-- down:"]
)
def test_the_part_of_a_script_that_leads_back_is_not_run(line: str) -> None:
    files = {"migrations/1.sql": NOTES, "migrations/2.sql": f"-- migrate:up\n{RANK}\n{line}\nDROP TABLE notes;\n"}
    [store] = replayed(files)

    assert [(step.span.path, step.span.line) for step in store.steps] == [
        ("migrations/1.sql", 1),
        ("migrations/2.sql", 2),
    ]


@pytest.mark.parametrize(
    "files",
    [
        {"tests/migrations/1.sql": NOTES, "tests/migrations/2.sql": RANK},
        {"fixtures/migrations/1.sql": NOTES, "fixtures/migrations/2.sql": RANK},
        {"migrations/postgres/1.sql": NOTES, "migrations/postgres/2.sql": RANK},
        {"migrations/1.postgres.sql": NOTES, "migrations/2.postgres.sql": RANK},
        {"queries/1.sql": NOTES, "queries/2.sql": RANK},
        {"migrations/1.sql": NOTES, "migrations/2.sql": "INSERT INTO notes (body) VALUES ('a');"},
        {"migrations/1.sql": NOTES + "DROP TABLE IF EXISTS x;", "migrations/2.sql": NOTES, "migrations/3.sql": NOTES},
        {"migrations/1.sql": "CREATE TABLE n (id SERIAL, at TIMESTAMPTZ DEFAULT now());", "migrations/2.sql":
         "ALTER TABLE n ALTER COLUMN id TYPE BIGINT;"},
        {"migrations/1.sql": NOTES, "migrations/2.sql": RANK, "db.py":
         "import asyncpg\nasync def run(c, p):\n    for f in sorted(p.glob('*.sql')):\n        await c.execute(f.read_text())\n"},
    ],
)  # fmt: skip
def test_samples_snapshots_and_other_databases_are_no_upgrades(files: dict[str, str]) -> None:
    assert [store.name for store in replayed(files) if store.steps] == []


def test_a_statement_that_sqlite_refuses_fails_where_only_sqlite_can_be_meant() -> None:
    files = {
        "migrations/1.sql": "PRAGMA foreign_keys = ON;\n" + NOTES,
        "migrations/2.sql": "\nALTER TABLE notes ADD COLUMN IF NOT EXISTS rank INTEGER;\n",
    }
    [store] = replayed(files)

    [failed] = found(store).failed
    assert (failed.span.path, failed.span.line) == ("migrations/2.sql", 2)
    assert "syntax error" in failed.error


def test_rows_of_older_versions_make_a_script_fail() -> None:
    files = {"migrations/1.sql": NOTES, "migrations/2.sql": "ALTER TABLE notes ADD COLUMN rank INTEGER NOT NULL;"}
    [store] = replayed(files)

    [failed] = found(store).failed
    assert failed.seeded
    assert failed.span.path == "migrations/2.sql"


def test_transactions_in_scripts_do_not_matter() -> None:
    files = {"migrations/1.sql": f"BEGIN;\n{NOTES}COMMIT;", "migrations/2.sql": f"BEGIN TRANSACTION;\n{RANK}END;"}
    [store] = replayed(files)

    assert found(store).failed == ()


def test_a_schema_beside_is_what_a_fresh_database_is() -> None:
    files = {
        "schema.sql": "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL, rank INTEGER, tag TEXT);"
        "CREATE INDEX ix_tag ON notes (tag);",
        "migrations/1.sql": NOTES,
        "migrations/2.sql": RANK,
    }
    [store] = replayed(files)

    assert rows(found(store)) == [
        ("notes", "column", "missing", "tag"),
        ("notes", "default", "changed", "rank"),
        ("notes", "index", "missing", "tag"),
        ("notes", "nullable", "changed", "rank"),
    ]
    tag = next(one for one in found(store).differences if one.aspect == "column")
    assert (tag.span.path, tag.span.line) == ("schema.sql", 1)


def test_scripts_that_alter_what_they_do_not_create_begin_with_what_they_lack() -> None:
    files = {
        "schema.sql": "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL, rank INTEGER, tag TEXT);"
        "CREATE INDEX ix_rank ON notes (rank);",
        "migrations/1.sql": RANK,
        "migrations/2.sql": "ALTER TABLE notes ADD COLUMN old TEXT; ALTER TABLE notes DROP COLUMN old;",
    }
    [store] = replayed(files)

    # `tag` may be as old as the table.
    assert rows(found(store)) == [
        ("notes", "default", "changed", "rank"),
        ("notes", "index", "missing", "rank"),
        ("notes", "nullable", "changed", "rank"),
    ]


def test_a_schema_that_lacks_what_scripts_add_is_what_they_begin_with() -> None:
    files = {"schema.sql": NOTES, "migrations/1.sql": RANK, "migrations/2.sql": INDEX + "DROP TABLE notes;"}
    [store] = replayed(files)

    assert found(store).failed == ()
    assert rows(found(store)) == []


def test_models_are_what_a_fresh_database_is() -> None:
    models = model("notes", body="sa.Text, nullable=False", rank="sa.Integer, nullable=True")
    files = {"models.py": models, "migrations/1.sql": NOTES, "migrations/2.sql": RANK}
    [store] = replayed(files)

    assert rows(found(store)) == [
        ("notes", "default", "changed", "rank"),
        ("notes", "nullable", "changed", "rank"),
    ]


def test_an_older_state_of_the_folder_has_only_the_rest_to_run() -> None:
    before = {"migrations/1.sql": NOTES, "migrations/2.sql": "ALTER TABLE notes ADD COLUMN rank TEXT;"}
    files = {"migrations/1.sql": NOTES, "migrations/2.sql": RANK, "migrations/3.sql": INDEX}
    stores = replayed(
        {**files, "schema.sql": NOTES[:-3] + ", rank INTEGER NOT NULL DEFAULT 0);" + INDEX}, before=before
    )

    old = found(stores[0], "old")
    assert old.failed == ()
    # A script that was changed after it ran is not run again.
    assert rows(old) == [
        ("notes", "default", "changed", "rank"),
        ("notes", "nullable", "changed", "rank"),
        ("notes", "type", "changed", "rank"),
    ]


def test_a_baseline_that_is_farther_on_skips_what_it_shows() -> None:
    files = {"migrations/1.sql": NOTES, "migrations/2.sql": RANK, "migrations/3.sql": INDEX}
    [store] = replayed(files, Start("old.sql", (NOTES, RANK)))

    assert found(store, "old.sql").failed == ()
    assert [step.span.path for step in store.steps] == ["migrations/3.sql"]
