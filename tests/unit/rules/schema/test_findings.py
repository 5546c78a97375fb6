"""What the schema rules say and where, and that one broken promise is one rule's finding."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

import pytest

import persistlint_rules.schema
from persistlint.engine import Request, read
from persistlint.project.model import Project
from persistlint.rule import Finding, Rule

DOCUMENT = ".planning/specs/surfaces/DATA-PERSISTENCE-CONTRACTS.md"
MODULES = [
    importlib.import_module(f"persistlint_rules.schema.{info.name}")
    for info in pkgutil.iter_modules(persistlint_rules.schema.__path__)
    if not info.name.startswith("_")
]
RULES: dict[str, Rule] = {
    module.__name__.rpartition(".")[2].replace("_", "-"): value
    for module in MODULES
    for value in vars(module).values()
    if isinstance(value, Rule)
}


def project_of(root: Path, declared: str, **files: str) -> Project:
    """The project that promises `declared` and has these files; `__` in a name stands for a dot."""
    texts = {name.replace("__", "."): text for name, text in files.items()}
    texts[DOCUMENT] = f"## D01 Unit\n\n```sql contract\n{declared}\n```\n"
    for path, text in texts.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    linked = read(Request(root, [root], jobs=1, use_cache=False))
    assert linked.crashes == ()
    return linked.project


def findings(project: Project) -> dict[str, list[Finding]]:
    """By rule; rules without findings are left out."""
    found = {name: list(rule.check(project)) for name, rule in RULES.items()}
    return {name: some for name, some in found.items() if some}


def only(project: Project) -> Finding:
    [[finding]] = findings(project).values()
    return finding


ITEMS = "CREATE TABLE items (id INTEGER PRIMARY KEY, n INTEGER NOT NULL, word TEXT)"
WITHOUT_WORD = "CREATE TABLE items (id INTEGER PRIMARY KEY, n INTEGER NOT NULL)"
CONSTRAINED = "CREATE TABLE items (id INTEGER PRIMARY KEY, n INTEGER UNIQUE CHECK (n > 1) REFERENCES items (id))"
INDEX = "CREATE INDEX ix ON items (word);"
UNIQUE = "CREATE UNIQUE INDEX ix ON items (word);"


@pytest.mark.parametrize(
    ("declared", "code", "owners"),
    [
        (f"{ITEMS};", f"{ITEMS};", set[str]()),
        (f"{ITEMS};", "CREATE TABLE others (id INTEGER);", {"missing-table", "undeclared-table"}),
        (f"{ITEMS};", "CREATE TABLE items (n INTEGER NOT NULL, word TEXT);", {"missing-column"}),
        (f"{ITEMS}; {INDEX}", f"{WITHOUT_WORD};", {"missing-column"}),
        ("CREATE TABLE items (id INTEGER PRIMARY KEY);", f"{CONSTRAINED}; CREATE INDEX ix ON items (n);",
         {"undeclared-column"}),
        ("CREATE TABLE items (a INTEGER, b INTEGER, CHECK (a < b), UNIQUE (a, b));", "CREATE TABLE items (a INTEGER);",
         {"missing-column"}),
        (f"{ITEMS};", ITEMS.replace("PRIMARY KEY", "NOT NULL") + ";", {"primary-key-drift"}),
        ("CREATE TABLE items (id INTEGER PRIMARY KEY);", "CREATE TABLE items (id INTEGER);", {"primary-key-drift"}),
        ("CREATE TABLE items (id INTEGER PRIMARY KEY);", "CREATE TABLE items (id TEXT PRIMARY KEY);",
         {"column-type-drift"}),
        (f"{ITEMS}; {UNIQUE}", f"{ITEMS}; {INDEX}", {"unique-drift"}),
        (f"{ITEMS}; {INDEX}", f"{ITEMS}; {UNIQUE}", {"unique-drift"}),
        (f"{ITEMS}; {UNIQUE}", f"{ITEMS};", {"unique-drift"}),
        (f"{ITEMS}; {INDEX}", f"{ITEMS};", {"index-drift"}),
        (ITEMS.replace("word TEXT", "word TEXT DEFAULT 'a' CHECK (word <> '')") + ";", f"{ITEMS};",
         {"default-drift", "check-drift"}),
        ("CREATE TABLE items (n INTEGER CHECK (n > 1));", "CREATE TABLE items (n TEXT CHECK (n > 1));",
         {"column-type-drift"}),
        ("CREATE TABLE items (n INTEGER NOT NULL CHECK (n > 1));", "CREATE TABLE items (n INTEGER CHECK (n > 1));",
         {"nullability-drift"}),
    ],
)  # fmt: skip
def test_one_broken_promise_is_one_rules_finding(tmp_path: Path, declared: str, code: str, owners: set[str]) -> None:
    assert findings(project_of(tmp_path, declared, schema__sql=code)).keys() == owners


def test_without_a_contract_nothing_is_promised(tmp_path: Path) -> None:
    (tmp_path / "schema.sql").write_text(f"{ITEMS};", encoding="utf-8")

    assert findings(read(Request(tmp_path, [tmp_path], jobs=1, use_cache=False)).project) == {}


def test_a_check_is_contradicted_by_a_row(tmp_path: Path) -> None:
    declared = "CREATE TABLE items (\n  n INTEGER NOT NULL,\n  CONSTRAINT ck CHECK (n BETWEEN 1 AND 5)\n);"
    code = "CREATE TABLE items (\n  n INTEGER NOT NULL,\n  CHECK (n >= 1 AND n <= 6)\n);"

    finding = only(project_of(tmp_path, declared, schema__sql=code))

    assert finding.message == "fresh code accepts `n = 6`, the contract rejects it"
    assert (finding.at.path, finding.at.line) == ("schema.sql", 3)
    assert [(label.span.path, label.span.line) for label in finding.related] == [(DOCUMENT, 6)]
    assert dict(finding.data) == {
        "table": "items",
        "column": "n",
        "object": "ck",
        "aspect": "check",
        "expected": "n BETWEEN 1 AND 5",
        "actual": "n >= 1 AND n <= 6",
    }


def test_a_stricter_check_is_told_from_the_other_side(tmp_path: Path) -> None:
    code = "CREATE TABLE items (id INTEGER PRIMARY KEY, n INTEGER NOT NULL CHECK (n <> 3), word TEXT);"

    finding = only(project_of(tmp_path, f"{ITEMS};", schema__sql=code))

    assert finding.message == "fresh code rejects `n = 3`, the contract accepts it"
    assert finding.data["expected"] is None


@pytest.mark.parametrize(
    ("declared", "own", "aspect", "words"),
    [
        ("VARCHAR(20)", "INTEGER", "type", "INTEGER affinity instead of TEXT"),
        ("TEXT", "CLOB", "type", "only the name differs, the affinity is TEXT in both"),
        ("VARCHAR(20)", "VARCHAR(30)", "length", "`VARCHAR(30)` in the code, the contract says `VARCHAR(20)`"),
        ("TEXT", "", "type", "is without a type in the code"),
    ],
)
def test_a_type_drift_says_what_follows(tmp_path: Path, declared: str, own: str, aspect: str, words: str) -> None:
    project = project_of(tmp_path, f"CREATE TABLE items (n {declared});", schema__sql=f"CREATE TABLE items (n {own});")

    finding = only(project)

    assert words in finding.message
    assert (finding.data["aspect"], finding.data["expected"], finding.data["actual"]) == (aspect, declared, own)


def test_a_foreign_key_is_shown_whole(tmp_path: Path) -> None:
    parent = "CREATE TABLE parents (id INTEGER PRIMARY KEY);\n"
    declared = f"{parent}CREATE TABLE items (p INTEGER REFERENCES parents (id) ON DELETE CASCADE);"
    code = f"{parent}CREATE TABLE items (p INTEGER REFERENCES parents);"

    finding = only(project_of(tmp_path, declared, schema__sql=code))

    assert finding.message == (
        "`p` of table `items` refers to `parents` in the code, the contract says `parents(id) ON DELETE CASCADE`"
    )
    assert finding.data["aspect"] == "ondelete"


def test_a_missing_table_stands_in_the_contract(tmp_path: Path) -> None:
    finding = only(project_of(tmp_path, f"{ITEMS};\nCREATE TABLE others (id INTEGER);", schema__sql=f"{ITEMS};"))

    assert (finding.at.path, finding.at.line) == (DOCUMENT, 5)


def test_every_finding_has_both_sides_help_and_coordinates(tmp_path: Path) -> None:
    declared = f"{ITEMS}; CREATE TABLE gone (id INTEGER); CREATE INDEX ix ON items (n);"
    code = "CREATE TABLE items (id INTEGER PRIMARY KEY, n TEXT DEFAULT 1, more TEXT); CREATE TABLE new (id INTEGER);"

    for name, some in findings(project_of(tmp_path, declared, schema__sql=code)).items():
        for finding in some:
            assert finding.help, name
            assert {"table", "aspect", "expected", "actual"} <= finding.data.keys(), name
            alone = name in ("missing-table", "undeclared-table")
            assert alone or [label.span.path for label in finding.related] == [DOCUMENT], name
