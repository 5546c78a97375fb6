"""`init --update` refreshes what `init` wrote and nobody changed, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from persistlint.errors import UserError

from .drafted import CONTRACTS, INVENTORY, MATRIX, Drafted

TABLE = "CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT NOT NULL);\n"
WIDER = TABLE.replace("name TEXT NOT NULL", "name TEXT NOT NULL, size INTEGER NOT NULL")
OTHER = "CREATE TABLE boxes (id INTEGER PRIMARY KEY);\n"
MODEL = """
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column()
"""


@pytest.fixture
def project(tmp_path: Path) -> Drafted:
    project = Drafted(tmp_path, {"a.sql": TABLE})
    project.init()
    return project


def edit(project: Drafted, path: str, old: str, new: str) -> None:
    text = project.read(path)
    assert old in text
    project.write(path, text.replace(old, new, 1))


def without_marks(text: str) -> str:
    return re.sub(r"\b[0-9a-f]{6,8}\b", "…", text)


def test_a_new_column_reaches_fence_and_row(project: Drafted) -> None:
    project.write("a.sql", WIDER)
    assert project.findings()
    assert project.init(update=True).written == (MATRIX, CONTRACTS)
    assert "size INTEGER NOT NULL" in project.read(CONTRACTS)
    assert "| Three columns, never null" in project.read(MATRIX)
    project.is_clean()


def test_prose_stays_byte_for_byte(project: Drafted) -> None:
    edit(project, CONTRACTS, "## D01 Items schema\n", "## D01 What we sell  \n\nAn item\tis what we sell.   \n")
    edit(project, CONTRACTS, "- The database refuses a null", "- Nobody may\n  leave\n  out")
    edit(project, MATRIX, "# Data persistence matrix", "Matrix\n======\n\n<!-- ours -->")
    contracts, matrix = project.read(CONTRACTS), project.read(MATRIX)
    project.write("a.sql", WIDER)
    project.init(update=True)
    grown = contracts.replace("    name TEXT NOT NULL\n", "    name TEXT NOT NULL,\n    size INTEGER NOT NULL\n")
    assert without_marks(project.read(CONTRACTS)) == without_marks(grown)
    assert without_marks(project.read(MATRIX)) == without_marks(matrix.replace("Two columns", "Three columns"))
    project.is_clean()


def test_a_fence_that_was_changed_by_hand_is_kept(project: Drafted) -> None:
    edit(project, CONTRACTS, "name TEXT NOT NULL", "name TEXT NOT NULL, -- as on the label\n    weight REAL")
    changed = project.read(CONTRACTS)
    [said] = project.init(update=True).said
    assert said == f"{CONTRACTS}:14: this block of D01 was changed by hand, and the code says otherwise: kept"
    assert project.read(CONTRACTS) == changed
    assert ("missing-column", "table `items` has no column `weight`, which the contract declares") in project.findings()


def test_a_fence_that_was_made_right_by_hand_is_ours_again(project: Drafted) -> None:
    edit(project, CONTRACTS, "    name TEXT NOT NULL", "    name TEXT NOT NULL,\n    size INTEGER NOT NULL")
    project.write("a.sql", WIDER)
    assert project.init(update=True).said == ()
    project.write("a.sql", TABLE)
    project.init(update=True)
    assert "size" not in project.read(CONTRACTS)
    project.is_clean()


def test_a_cell_that_was_changed_by_hand_is_kept(project: Drafted) -> None:
    edit(project, MATRIX, "Two columns, never null; the key is `id`", "An item has a name")
    project.write("a.sql", WIDER)
    project.init(update=True)
    assert "| An item has a name |" in project.read(MATRIX)
    project.is_clean()
    # The other cells of the row are still ours.
    project.write("b.py", "")
    edit(project, MATRIX, "An item has a name", "An item has a name, and more")
    (project.root / "a.sql").rename(project.root / "c.sql")
    project.init(update=True)
    assert "c.sql | `items` | An item has a name, and more |" in project.read(MATRIX)


def test_a_new_table_gets_the_next_id(project: Drafted) -> None:
    edit(project, CONTRACTS, "\n## Acceptance", "\n## What we never store\n\nNames of cats.\n\n## Acceptance")
    project.write("b.sql", OTHER)
    project.init(update=True)
    contracts = project.read(CONTRACTS)
    assert (
        contracts.index("## D01 ") < contracts.index("## D02 Boxes schema") < contracts.index("## What we never store")
    )
    assert "| D02 | Boxes schema | ART-0002 b.sql | `boxes` |" in project.read(MATRIX)
    assert "| ART-0002 | b.sql | Tables |" in project.read(INVENTORY)
    project.is_clean()


def test_a_unit_that_was_removed_by_hand_does_not_come_back(project: Drafted) -> None:
    project.write("b.sql", OTHER)
    project.init(update=True)
    row = next(line for line in project.read(MATRIX).splitlines(keepends=True) if line.startswith("| D02 "))
    edit(project, MATRIX, row, "")
    contracts = project.read(CONTRACTS)
    start, end = contracts.index("## D02"), contracts.rindex("## Acceptance Checks")
    project.write(CONTRACTS, contracts[:start] + contracts[end:])
    before = project.bytes()
    project.init(update=True)
    assert project.bytes() == before


def test_a_table_that_is_gone_keeps_its_section(project: Drafted) -> None:
    project.write("b.sql", OTHER)
    project.init(update=True)
    (project.root / "b.sql").unlink()
    before = project.bytes()
    said = project.init(update=True).said
    assert said == ("D02 is about table:boxes, which the code no longer has: its row and section are kept",)
    assert project.bytes() == before
    assert ("missing-table", "table `boxes` is declared here, no code creates it") in project.findings()


def test_a_block_of_another_kind_comes_and_goes(tmp_path: Path) -> None:
    project = Drafted(tmp_path, {"models.py": MODEL})
    project.init()
    assert "toml contract" not in project.read(CONTRACTS)
    project.write("models.py", MODEL.replace("mapped_column()", 'mapped_column(default="x")'))
    project.init(update=True)
    assert 'column = "name"\nvalue = "x"' in project.read(CONTRACTS)
    project.is_clean()
    project.write("models.py", MODEL)
    project.init(update=True)
    assert "toml contract" not in project.read(CONTRACTS)
    project.is_clean()


def test_a_fence_that_moved_is_still_the_units_own(project: Drafted) -> None:
    contracts = project.read(CONTRACTS)
    start = contracts.index("```sql contract")
    end = contracts.index("```\n", start) + 4
    fence = contracts[start:end]
    moved = contracts[:start] + "See below.\n" + contracts[end:] + "\n## Tables\n\n" + fence
    project.write(CONTRACTS, moved)
    project.write("a.sql", WIDER)
    project.init(update=True)
    assert project.read(CONTRACTS).count("CREATE TABLE items") == 1
    assert "size INTEGER" in project.read(CONTRACTS)


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_the_form_of_a_file_is_kept(project: Drafted, mark: str) -> None:
    for path in (MATRIX, CONTRACTS, INVENTORY):
        project.write(path, mark + project.read(path).replace("\n", "\r\n"))
    before = project.bytes()
    project.init(update=True)
    assert project.bytes() == before
    project.write("a.sql", WIDER)
    project.write("b.sql", OTHER)
    project.init(update=True)
    for path in (MATRIX, CONTRACTS, INVENTORY):
        text = project.read(path)
        assert text.startswith(mark)
        assert text.count("\n") == text.count("\r\n")
    project.is_clean()


def test_fences_in_quotes_and_lists(project: Drafted) -> None:
    contracts = project.read(CONTRACTS)
    start = contracts.index("```sql contract")
    end = contracts.index("```\n", start) + 4
    quoted = "".join(f"> {line}" for line in contracts[start:end].splitlines(keepends=True))
    project.write(CONTRACTS, contracts[:start] + quoted + contracts[end:])
    project.is_clean()
    project.write("a.sql", WIDER)
    project.init(update=True)
    assert ">     size INTEGER NOT NULL\n> );" in project.read(CONTRACTS)
    project.is_clean()


def test_a_table_that_a_formatter_has_padded(project: Drafted) -> None:
    lines = project.read(MATRIX).splitlines(keepends=True)
    padded = [line.replace(" |", "    |") if line.startswith("|") else line for line in lines]
    project.write(MATRIX, "".join(padded))
    project.is_clean()
    project.write("a.sql", WIDER)
    project.init(update=True)
    assert "| Items schema    |" in project.read(MATRIX).replace("|    ", "| ")
    project.is_clean()


def test_columns_in_another_order(project: Drafted) -> None:
    lines = project.read(MATRIX).splitlines(keepends=True)
    turned = [
        "|".join(["", *reversed(line.strip().strip("|").split("|")), "\n"]) if line.startswith("|") else line
        for line in lines
    ]
    project.write(MATRIX, "".join(turned))
    project.write("a.sql", WIDER)
    project.write("b.sql", OTHER)
    project.init(update=True)
    assert "| `boxes` | ART-0002 b.sql | Boxes schema | D02 |" in project.read(MATRIX)
    project.is_clean()


def test_there_must_be_something_to_update(tmp_path: Path) -> None:
    project = Drafted(tmp_path, {"a.sql": TABLE})
    with pytest.raises(UserError, match="does not exist"):
        project.init(update=True)
    project.write(MATRIX, "| Unit |\n|---|\n| D01 |\n")
    project.write(CONTRACTS, "# Ours\n")
    with pytest.raises(UserError, match="no record") as error:
        project.init(update=True)
    assert error.value.path == MATRIX
