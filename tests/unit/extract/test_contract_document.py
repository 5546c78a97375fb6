"""Contract documents to facts: which unit and section a block stands in, and where."""

from __future__ import annotations

from textwrap import dedent

import pytest

from persistlint.extract.contract import extract_contract
from persistlint.extract.sql import parse
from persistlint.facts.contract import ContractFacts, Role
from persistlint.source import Span

DOCUMENT = """\
# Contracts

## D01 Users

A user is somebody, see `users` and `users.name`.

```sql contract
CREATE TABLE users (
  id INTEGER NOT NULL PRIMARY KEY,
  name VARCHAR(50) DEFAULT 'nobody'
);
CREATE UNIQUE INDEX ix_users_name ON users (name);
```

### Failure and edge behavior

- None.

### Acceptance Checks

- [ ] D01: the table exists: `missing-table`, `missing-column`
- [x] SURF-03: both agree
  on every path: `index-drift`.
- prose with `code`

## D02 -- Backups

No contract
block applies: see D01.

### Failure and edge behavior

## Glossary

No contract block applies to prose.
"""


def contracts(text: str) -> ContractFacts:
    return extract_contract("c.md", dedent(text), frozenset({Role.CONTRACTS}), parse)


def told(facts: ContractFacts) -> list[tuple[int, int, str]]:
    return [(problem.span.line, problem.span.column, problem.message) for problem in facts.problems]


class TestUnits:
    def test_are_the_headings_of_the_second_level_that_begin_with_an_id(self) -> None:
        facts = contracts(DOCUMENT)

        assert [(unit.id, unit.title, unit.span) for unit in facts.units] == [
            ("D01", "Users", Span("c.md", 3, 4, 3, 7)),
            ("D02", "Backups", Span("c.md", 26, 4, 26, 7)),
        ]

    @pytest.mark.parametrize(
        "heading", ["## D07 Store", "## `D07` Store", "## **D07**: Store", "## D07 \u2013 Store ##", "D07 Store\n---"]
    )
    def test_may_be_written_in_many_ways(self, heading: str) -> None:
        [unit] = contracts(heading + "\n").units

        assert (unit.id, unit.title) == ("D07", "Store")

    @pytest.mark.parametrize("heading", ["# D07 Store", "### D07 Store", "## Store D07", "## D Store", "D07 Store"])
    def test_are_nothing_else(self, heading: str) -> None:
        assert [unit.id for unit in contracts(f"## D06 Files\n\n{heading}\n").units] == ["D06"]

    @pytest.mark.parametrize("text", ["# D07 Store\n", "## Units\n### D07 Store\n#### D08\n", "# D06 and D07\n### D07"])
    def test_have_another_level_where_none_has_the_second(self, text: str) -> None:
        assert [unit.id for unit in contracts(text).units] == ["D07"]

    def test_have_the_sections_below_them_and_know_which_are_empty(self) -> None:
        first, second = contracts(DOCUMENT).units

        assert [(section.title, section.filled) for section in first.sections] == [
            ("Failure and edge behavior", True),
            ("Acceptance Checks", True),
        ]
        assert [(section.title, section.filled) for section in second.sections] == [
            ("Failure and edge behavior", False),
        ]

    def test_a_section_of_subsections_is_not_empty(self) -> None:
        [unit] = contracts("## D01\n### Failure and edge behavior\n#### On disk\ntext\n### Acceptance Checks\n").units

        assert [section.filled for section in unit.sections] == [True, True, False]

    def test_may_say_that_no_block_applies(self) -> None:
        first, second = contracts(DOCUMENT).units

        assert first.waiver is None
        assert second.waiver == Span("c.md", 28, 1, 29, 14)

    def test_know_the_tables_that_they_are_about(self) -> None:
        [unit] = contracts(
            """\
            ## D01 Users
            The column `users.name`.

            | Column | Default |
            |---|---|
            | `users.id` | next |

            ```sql contract
            CREATE TABLE users (id INTEGER);
            ```
            ```toml contract
            [[upgrade]]
            table = "orders"
            by = "a:b"
            [[store]]
            name = "main"
            tables = ["invoices"]
            ```
            """
        ).units

        assert [name.text for name in unit.declares] == ["users"]
        assert [(name.text, name.span.line) for name in unit.refers] == [("orders", 13)]
        assert unit.mentions == ("users.name", "users.id", "invoices")


class TestDeclarations:
    def test_become_tables_with_real_places(self) -> None:
        facts = contracts(DOCUMENT)
        [table] = facts.tables
        identifier, name = table.columns

        assert (table.name, table.origin, table.span) == ("users", "contract", Span("c.md", 8, 1, 11, 2))
        assert (identifier.name, identifier.nullable, identifier.span) == ("id", False, Span("c.md", 9, 3, 9, 34))
        assert (name.type, name.length, name.server_default) == ("VARCHAR(50)", 50, "'nobody'")

    def test_keep_their_indexes_apart_until_all_documents_are_known(self) -> None:
        [index] = contracts(DOCUMENT).indexes

        assert (index.name, [one.name for one in index.indexes]) == ("users", ["ix_users_name"])
        assert index.indexes[0].span == Span("c.md", 12, 1, 12, 50)

    @pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
    def test_have_the_same_places_with_every_kind_of_newline(self, newline: str) -> None:
        text = newline.join(DOCUMENT.split("\n"))

        assert extract_contract("c.md", text, frozenset({Role.CONTRACTS}), parse).tables == contracts(DOCUMENT).tables

    def test_inside_of_quotes_and_lists_have_real_columns(self) -> None:
        facts = contracts(
            """\
            > ```sql contract
            > CREATE TABLE a (x INTEGER);
            > ```

            1. a step

               ```sql contract
               CREATE TABLE b (x INTEGER);
               ```
            """
        )

        assert [(table.name, table.span) for table in facts.tables] == [
            ("a", Span("c.md", 2, 3, 2, 29)),
            ("b", Span("c.md", 8, 4, 8, 30)),
        ]

    @pytest.mark.parametrize("info", ["sql", "sql example", "toml", "python", "", "sql constraint"])
    def test_are_in_no_other_fences(self, info: str) -> None:
        facts = contracts(f"```{info}\nCREATE TABLE a (x INTEGER);\n```\n")

        assert (facts.tables, facts.problems) == ((), ())

    def test_do_not_care_for_case_nor_for_further_words(self) -> None:
        assert len(contracts("~~~ SQL  Contract title=users\nCREATE TABLE a (x INTEGER);\n~~~\n").tables) == 1

    def test_are_views_too(self) -> None:
        [view] = contracts("```sql contract\nCREATE VIEW v AS SELECT 1 AS x;\n```\n").tables

        assert (view.name, view.kind) == ("v", "view")


class TestBaselines:
    def test_have_their_text_tables_and_place(self) -> None:
        facts = contracts(
            """\
            ## D01 Users

            ```sql baseline
            CREATE TABLE users (id INTEGER);
            CREATE INDEX ix ON users (id);
            INSERT INTO users VALUES (1);
            ```
            """
        )
        [baseline] = facts.baselines

        assert baseline.text.count("\n") == 3
        assert (baseline.unit, baseline.span.line, baseline.span.end_line) == ("D01", 4, 7)
        assert [(table.name, [index.name for index in table.indexes]) for table in baseline.tables] == [
            ("users", ["ix"])
        ]
        assert baseline.place(baseline.text.index("INSERT")).line == 6
        assert (facts.tables, facts.problems) == ((), ())


class TestProblems:
    @pytest.mark.parametrize(
        ("block", "line", "column", "message"),
        [
            ("sql contract\nCREATE TABLE a (\n  x INTEGER,\n  y TEXT NOT,\n)", 5, 13, 'near ","'),
            ("sql contract\nCREATE TABLE a (x INTEGER", 3, 25, "incomplete input"),
            ("sql contract\n\n  DROP TABLE a;", 4, 3, "`DROP TABLE` does not belong here: a contract block declares"),
            ("sql contract\nCREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END", 3, 1, "`CREATE TRIGGER` does not"),
            ("sql contract\nCREATE TABLE a (x INT) ENGINE=InnoDB", 3, 1, "this is SQL of mysql"),
            ("sql baseline\nDROP TABLE a", 3, 1, "a baseline creates tables and fills them"),
            ("sql contrat\nx", 2, 4, "`sql contrat` is no kind of contract block; did you mean `sql contract`?"),
            ("sqlite contract\nx", 2, 4, "`sqlite contract` is no kind of contract block"),
            ("toml baseline\nx", 2, 4, "`toml baseline` is no kind of contract block"),
            ("contract\nx", 2, 4, "`contract` is no kind of contract block"),
        ],
    )
    def test_stand_at_their_own_place(self, block: str, line: int, column: int, message: str) -> None:
        [problem] = told(contracts(f"text\n```{block}\n```\n"))

        assert problem[:2] == (line, column)
        assert message in problem[2]

    def test_a_fence_without_an_end_is_one_whatever_it_is(self) -> None:
        facts = contracts("text\n\n```py\nx = 1\n\n## D01 Users\n")

        assert [problem[:2] for problem in told(facts)] == [(3, 4)]
        assert "never closed" in told(facts)[0][2]

    def test_leave_the_rest_of_a_block_standing(self) -> None:
        facts = contracts("```sql contract\nCREATE TABLE a (x INTEGER);\nCREATE TABEL b (x);\nCREATE TABLE c (x);\n```")

        assert [table.name for table in facts.tables] == ["a", "c"]
        assert [problem[0] for problem in told(facts)] == [3]


def test_a_document_of_another_role_promises_nothing_by_its_blocks() -> None:
    facts = extract_contract("i.md", DOCUMENT, frozenset({Role.INVENTORY}), parse)

    assert (facts.tables, facts.units, facts.checks) == ((), (), ())
    assert told(facts) == [
        (1, 1, "no table of this document has columns `Artifact` and `Path`, so it is no inventory"),
    ]


def test_comments_are_blank() -> None:
    facts = contracts("## D01 Users <!-- a note -->\n\n<!--\n```sql contract\nCREATE TABLE a (x);\n```\n-->\n")

    assert [(unit.id, unit.title) for unit in facts.units] == [("D01", "Users")]
    assert facts.tables == ()
