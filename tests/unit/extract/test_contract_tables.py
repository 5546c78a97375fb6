"""The matrix and the inventory: columns by title, several artifacts in a cell, escaped pipes."""

from __future__ import annotations

import random

import pytest

from persistlint.extract.contract import extract_contract
from persistlint.extract.sql import parse
from persistlint.facts.contract import Artifact, ContractFacts, Matrix, Name, Role
from persistlint.source import Span

TITLES = (
    "Unit", "Concern", "Source artifact", "Persistence objects", "Invariants / lifecycle rules",
    "Failure / edge behavior",
)  # fmt: skip
CELLS = ("D01", "Users", "ART-0001 shop/models.py", "`users`", "never null", "refused")


def table(*rows: tuple[str, ...]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]]) + "\n"


def facts(text: str, role: Role) -> ContractFacts:
    return extract_contract("t.md", text, frozenset({role}), parse)


def matrix(text: str) -> Matrix:
    found = facts(text, Role.MATRIX).matrix
    assert found is not None
    return found


def artifacts(cell: str) -> list[tuple[str | None, str | None]]:
    [row] = matrix(table(("Unit", "Source artifact"), ("D01", cell))).rows
    return [(use.id.text if use.id else None, use.path.text if use.path else None) for use in row.artifacts]


def objects(cell: str) -> list[str]:
    [row] = matrix(table(("Unit", "Persistence objects"), ("D01", cell))).rows
    return [name.text for name in row.objects]


class TestColumns:
    def test_are_found_in_any_order(self) -> None:
        order = list(range(len(TITLES)))
        for seed in range(20):
            random.Random(seed).shuffle(order)
            [row] = matrix(table(tuple(TITLES[i] for i in order), tuple(CELLS[i] for i in order))).rows

            assert (row.unit.text, [name.text for name in row.objects], row.empty) == ("D01", ["users"], ())
            assert [use.path.text for use in row.artifacts if use.path] == ["shop/models.py"]

    @pytest.mark.parametrize(
        "titles",
        [
            ("Unit ID", "**Concern**", "Source artifacts", "Objects", "Invariants", "Failure and edge behaviour"),
            ("`unit`", "CONCERN", "Artifact", "Persistence object", "Lifecycle rules", "Edge cases"),
        ],
    )
    def test_are_known_by_words_of_their_titles(self, titles: tuple[str, ...]) -> None:
        assert matrix(table(titles, CELLS)).missing == ()

    def test_that_are_missing_are_named_as_they_should_be(self) -> None:
        assert matrix(table(("Unit", "Concern", "Notes"), ("D01", "Users", ""))).missing == TITLES[2:]

    def test_of_another_table_make_no_matrix(self) -> None:
        found = facts("text\n\n" + table(("Step", "Result"), ("a", "b")), Role.MATRIX)

        assert found.matrix is None
        assert [(one.span.line, one.message) for one in found.problems] == [
            (1, "no table of this document has a column `Unit`, so it is no matrix")
        ]


class TestRows:
    def test_have_their_places(self) -> None:
        text = "# Matrix\n\n" + table(TITLES, CELLS)
        found = matrix(text)
        [row] = found.rows

        assert found.span == Span("t.md", 3, 3, 3, 114)
        assert row.unit == Name("D01", Span("t.md", 5, 3, 5, 6))
        assert row.artifacts[0].id == Name("ART-0001", Span("t.md", 5, 17, 5, 25))
        assert row.artifacts[0].path == Name("shop/models.py", Span("t.md", 5, 26, 5, 40))
        assert row.objects == (Name("users", Span("t.md", 5, 44, 5, 49)),)

    def test_may_hold_escaped_pipes(self) -> None:
        [row] = matrix(table(("Unit", "Concern", "Persistence objects"), ("D01", "a \\| b", "`x\\|y`, `z`"))).rows

        assert [(name.text, name.span.column) for name in row.objects] == [("x|y", 19), ("z", 27)]

    def test_may_be_in_several_tables(self) -> None:
        text = table(("Unit", "Concern"), ("D01", "a")) + "\ntext\n\n" + table(("Concern", "Unit"), ("b", "D02"))

        assert [row.unit.text for row in matrix(text).rows] == ["D01", "D02"]

    def test_say_which_cells_are_empty(self) -> None:
        [row] = matrix(table(TITLES, ("D01", "", "x.py", "—", " ", "none"))).rows

        assert row.empty == ("Concern", "Invariants / lifecycle rules")

    def test_without_cells_at_their_end_are_empty_there(self) -> None:
        [row] = matrix("| Unit | Concern |\n|---|---|\n| D01 |\n").rows

        assert row.empty == ("Concern",)

    @pytest.mark.parametrize("cell", ["", "``", "**"])
    def test_without_a_unit_are_problems(self, cell: str) -> None:
        found = facts(table(("Unit", "Concern"), ("D01", "a"), (cell, "b")), Role.MATRIX)

        assert found.matrix is not None
        assert len(found.matrix.rows) == 1
        assert [(one.span.line, one.message) for one in found.problems] == [(4, "this row has no unit")]

    def test_know_their_unit_in_code_bold_or_a_link(self) -> None:
        rows = matrix(table(("Unit", "Concern"), ("`D01`", "a"), ("**D02**", "b"), ("[D03](#d03)", "c"))).rows

        assert [(row.unit.text, row.unit.span.column) for row in rows] == [("D01", 4), ("D02", 5), ("D03", 4)]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("ART-0001 shop/models.py", [("ART-0001", "shop/models.py")]),
        ("ART-0001 a.py; ART-0002 b/c.py", [("ART-0001", "a.py"), ("ART-0002", "b/c.py")]),
        ("ART-0001, ART-0002", [("ART-0001", None), ("ART-0002", None)]),
        ("`ART-0001` `a.py`<br>`ART-0002`", [("ART-0001", "a.py"), ("ART-0002", None)]),
        ("shop/models.py (ART-0001)", [("ART-0001", "shop/models.py")]),
        ("[ART-0001](../INVENTORY.md): a.py", [("ART-0001", "a.py")]),
        ("ART-0001: `.planning/specs/X.md`", [("ART-0001", ".planning/specs/X.md")]),
        ("ART-0001 Makefile", [("ART-0001", "Makefile")]),
        ("ART-0001 a.py:12", [("ART-0001", "a.py")]),
        ("ART-0001 the tables of the store", [("ART-0001", None)]),
        ("ART-0001 ART-0002", [("ART-0001", None), ("ART-0002", None)]),
        ("shop/", [(None, "shop/")]),
        ("ART-0001 see shop/models.py.", [("ART-0001", "shop/models.py")]),
        ("ART-0001 none", [("ART-0001", None)]),
        ("everything", []),
        ("—", []),
        ("", []),
    ],
)
def test_artifacts_are_ids_paths_or_both(cell: str, expected: list[tuple[str | None, str | None]]) -> None:
    assert artifacts(cell) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("`users`, `orders`", ["users", "orders"]),
        ("users, orders; invoices", ["users", "orders", "invoices"]),
        ("`users` and their `orders`", ["users", "orders"]),
        ("the table of users", []),
        ("`CHECK (a, b)`, `create()`", ["CHECK (a, b)", "create()"]),
        ("``a`b``", ["a`b"]),
    ],
)
def test_objects_are_code_and_single_words(cell: str, expected: list[str]) -> None:
    assert objects(cell) == expected


def test_the_inventory_has_ids_and_paths() -> None:
    found = facts(
        "x\n\n" + table(("Path", "Note", "Artifact"), ("`a.py`", "", "ART-0001"), ("", "", "ART-2")), Role.INVENTORY
    )

    assert found.artifacts == (
        Artifact(Name("ART-0001", Span("t.md", 5, 15, 5, 23)), Name("a.py", Span("t.md", 5, 4, 5, 8))),
        Artifact(Name("ART-2", Span("t.md", 6, 9, 6, 14)), None),
    )
    assert found.problems == ()
