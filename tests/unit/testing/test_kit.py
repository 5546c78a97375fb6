from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from persistlint import registry, testing
from persistlint.errors import SettingsError
from persistlint.registry import LoadedRule, RuleSet
from persistlint.rule import Finding, Severity
from persistlint.sdk import Project
from persistlint.testing.cases import marks_of


def any_table(project: Project) -> Iterator[Finding]:
    """Reports every table."""
    for table in project.tables:
        yield Finding(f"table `{table.name}`", table.span)


def long_table(project: Project) -> Iterator[Finding]:
    """Reports every table with a long name."""
    for table in project.tables:
        if len(table.name) > 5:
            yield Finding(f"long table `{table.name}`", table.span)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    return tmp_path / "any_table.md"


@pytest.fixture
def rules(page: Path) -> RuleSet:
    any_one = LoadedRule("any-table", "tests", Severity.ERROR, "S.", "0.1", page, any_table)
    long_one = replace(any_one, name="long-table", check=long_table)
    return registry.assemble([any_one, long_one])


def run(page: Path, rules: RuleSet, text: str) -> None:
    page.write_text(text)
    for case in testing.read_cases(page, "any-table"):
        testing.check_case(case, rules)


GOOD = """\
# any-table

## What it does

Reports `CREATE TABLE`.

```console
$ not a file
```

## Why it matters

Because.

## Example

`app/db.py`:

```py
conn.execute("CREATE TABLE audit (id INTEGER)")  # error
conn.execute('''
    CREATE TABLE other (  -- error
        id INTEGER
    )''')
```

```sql
CREATE TABLE third (id INTEGER); -- error
CREATE TABLE fourth_one (id INTEGER); -- error: [any-table] [long-table]
```

## Use instead

```sql
SELECT 1;
```

## Limits

None.

### A setting

```toml
exclude = ["old/"]
```

`old/schema.sql`:

```sql
CREATE TABLE x (id INTEGER);
```
"""


def test_a_page_whose_marks_are_met_passes(page: Path, rules: RuleSet) -> None:
    run(page, rules, GOOD)

    cases = testing.read_cases(page, "any-table")
    assert [(case.title, case.fires, [file.path for file in case.files]) for case in cases] == [
        ("Example", True, ["app/db.py", "schema.sql"]),
        ("Use instead", False, ["schema.sql"]),
        ("A setting", False, ["persistlint.toml", "old/schema.sql"]),
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('(id INTEGER)")  # error', '(id INTEGER)")'), "app/db.py:1: any-table: unmarked: table `audit`"),
        (("SELECT 1;", "SELECT 1; -- error"), "schema.sql:1: any-table: no finding, though one is marked"),
        ((" [long-table]", ""), None),
        (("-- error: [any-table] [long-table]", "-- error: [long-table]"), "unmarked: table `fourth_one`"),
        (("[long-table]", "[no-such-rule]"), "a mark names `no-such-rule`, which is no rule"),
        (("exclude", "exclud"), "unknown setting `exclud`"),
        (("`app/db.py`", "`../db.py`"), "`../db.py` lies outside the case"),
        (("SELECT 1;\n```", "SELECT 1;\n```\n\n```sql\nSELECT 2;\n```"), "a second file `schema.sql`"),
    ],
)
def test_a_page_that_says_otherwise_fails(
    page: Path, rules: RuleSet, change: tuple[str, str], message: str | None
) -> None:
    assert change[0] in GOOD
    changed = GOOD.replace(*change)

    if message is None:
        run(page, rules, changed)
    else:
        with pytest.raises((testing.CaseError, SettingsError, ValueError), match=re.escape(message)):
            run(page, rules, changed)


@pytest.mark.parametrize(
    ("line", "marks"),
    [
        ("x = 1  # error", {None}),
        ("SELECT 1 --error", {None}),
        ("| D01 | <!-- error -->", {None}),
        ("x  # error: [a-b] [c]", {"a-b", "c"}),
        ('x = """SELECT 1 -- error"""', {None}),
        ("x = 1  # error handling is elsewhere", set[str | None]()),
        ("error", set[str | None]()),
        ("# errors", set[str | None]()),
    ],
)
def test_marks(line: str, marks: set[str | None]) -> None:
    assert marks_of(f"\n{line}\n") == {(2, rule) for rule in marks}


def test_the_shape_of_pages_is_judged(page: Path, rules: RuleSet) -> None:
    def problems(text: str) -> list[str]:
        page.write_text(text)
        mine = registry.assemble([rules.get("any-table")])
        return [problem.removeprefix(f"{page}: ") for problem in testing.page_problems(mine)]

    assert problems(GOOD) == []
    assert problems(GOOD.replace("## Limits", "## Borders")) == [
        "its headings must be What it does, Why it matters, Example, Use instead, Limits, in this order"
    ]
    assert problems(GOOD.replace("# any-table\n", "# some table\n")) == ["its first line must be `# any-table`"]
    assert problems(GOOD.replace("-- error", "").replace("# error", "")) == ["no case has a finding"]


def test_a_pack_is_loaded_by_its_import_name() -> None:
    assert "unreadable-file" in testing.pack(registry.BUILT_IN).by_name
