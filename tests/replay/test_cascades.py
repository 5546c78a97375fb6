"""A DROP TABLE deletes the rows of other tables only while foreign keys are checked."""

from __future__ import annotations

import pytest

from .projects import replayed, revision

CHILD = "CREATE TABLE lines (id INTEGER PRIMARY KEY, shop INTEGER REFERENCES shops (id) ON DELETE CASCADE)"
REBUILD = (
    "CREATE TABLE new_shops (id INTEGER PRIMARY KEY, name TEXT)",
    "INSERT INTO new_shops (id) SELECT id FROM shops",
    "DROP TABLE shops",
    "ALTER TABLE new_shops RENAME TO shops",
)
DRIVER = """
import sqlite3

def open_shop():
    connection = sqlite3.connect("shop.db")
    connection.execute("CREATE TABLE IF NOT EXISTS shops (id INTEGER PRIMARY KEY)")
    connection.execute("CREATE TABLE IF NOT EXISTS lines (id INTEGER PRIMARY KEY, shop INTEGER REFERENCES shops (id) ON DELETE CASCADE)")
    {before}
    connection.execute("CREATE TABLE new_shops (id INTEGER PRIMARY KEY, name TEXT)")
    connection.execute("DROP TABLE shops")
    connection.execute("ALTER TABLE new_shops RENAME TO shops")
    return connection
"""


@pytest.mark.parametrize(
    ("before", "cascades"),
    [
        ("pass", ()),
        ('connection.execute("PRAGMA foreign_keys = ON")', ("lines",)),
        ('connection.execute("PRAGMA foreign_keys = ON; PRAGMA foreign_keys = OFF")', ()),
        ('connection.execute("BEGIN"); connection.execute("PRAGMA foreign_keys = ON")', ()),
    ],
)
def test_a_connection_checks_what_it_is_told_to(before: str, cascades: tuple[str, ...]) -> None:
    [store] = replayed({"shop.py": DRIVER.format(before=before)})
    [drop] = [one for one in store.steps if one.statement.startswith("DROP TABLE")]

    assert drop.cascades == cascades


def test_a_revision_that_turns_checking_on_may_do_so_inside_a_transaction() -> None:
    first = [f'op.execute("{one}")' for one in ("CREATE TABLE shops (id INTEGER PRIMARY KEY)", CHILD)]
    second = [f'op.execute("{one}")' for one in ("PRAGMA foreign_keys=OFF", *REBUILD, "PRAGMA foreign_keys=ON")]
    third = [f'op.execute("{one}")' for one in REBUILD]
    files: dict[str, str] = {}
    for number, steps in enumerate((first, second, third), 1):
        parent = f'"{number - 1}"' if number > 1 else "None"
        files |= revision(str(number), parent, "\n    ".join(steps))
    [store] = replayed(files)

    assert [one.cascades for one in store.steps if one.statement.startswith("DROP TABLE")] == [(), ()]
