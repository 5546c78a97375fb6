"""The reference documents of `examples/feature_board`: what they must say, and that every broken promise is noticed."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from persistlint import registry, settings
from persistlint.acceptance import Status, evaluate
from persistlint.contracts import DEFAULTS
from persistlint.engine import Request, read, run
from persistlint.extract.contract import extract_contract
from persistlint.extract.sql import parse as parse_sql
from persistlint.facts.contract import Role
from persistlint.facts.sql import SqlStatement
from persistlint.project.contract import Contract, Documents, unite
from persistlint.sdk import Finding, Project

EXAMPLE = Path(__file__).parents[2] / "examples" / "feature_board"
MATRIX, CONTRACTS, INVENTORY = (DEFAULTS[role] for role in (Role.MATRIX, Role.CONTRACTS, Role.INVENTORY))
TEXTS: Mapping[str, str] = {
    path: (EXAMPLE / path).read_text(encoding="utf-8") for path in (MATRIX, CONTRACTS, INVENTORY)
}
UNITS = [f"D{number:02}" for number in range(1, 13)]
FAMILY = "contracts"
LINES = re.MULTILINE | re.DOTALL

Found = list[tuple[str, str, int]]
"""Rule, document, line."""


@cache
def parse(text: str) -> tuple[SqlStatement, ...]:
    return parse_sql(text)


@cache
def rules() -> registry.RuleSet:
    return registry.assemble(registry.load_pack(registry.BUILT_IN))


@cache
def code() -> Project:
    return read(Request(EXAMPLE, [EXAMPLE], settings.load(EXAMPLE), jobs=1, use_cache=False)).project


def contract_of(texts: Mapping[str, str]) -> Contract:
    roles = {path: frozenset({role}) for role, path in DEFAULTS.items() if path in texts}
    facts = {path: extract_contract(path, text, roles[path], parse) for path, text in texts.items()}
    used = [use.path for one in facts.values() if one.matrix for row in one.matrix.rows for use in row.artifacts]
    paths = [*used, *(artifact.path for one in facts.values() for artifact in one.artifacts)]
    missing = {path.text for path in paths if path is not None and not (EXAMPLE / path.text).exists()}
    return unite(Documents(facts, roles, 12, frozenset(missing)))


def findings(texts: Mapping[str, str]) -> Iterator[tuple[str, Finding]]:
    contract = contract_of(texts)
    named = frozenset(name.text for check in contract_of(TEXTS).checks for name in check.rules)
    project = replace(code(), contract=contract, rule_names=named | {"second-door"})
    for rule in rules():
        if rule.family == FAMILY and rule.check is not None:
            for finding in rule.check(project):
                yield rule.name, finding


def told(texts: Mapping[str, str]) -> Found:
    return sorted((name, finding.at.path, finding.at.line) for name, finding in findings(texts))


def changed(path: str, change: Callable[[str], str]) -> dict[str, str]:
    text = change(TEXTS[path])
    assert text != TEXTS[path]
    return {**TEXTS, path: text}


def swapped(path: str, old: str, new: str, count: int = 1) -> dict[str, str]:
    return changed(path, lambda text: text.replace(old, new, count))


def line_of(path: str, start: str) -> int:
    return next(number for number, line in enumerate(TEXTS[path].splitlines(), 1) if line.startswith(start))


class TestWhatTheDocumentsSay:
    def test_the_matrix_has_exactly_twelve_rows(self) -> None:
        assert len(re.findall(r"^\| D[0-9]{2} \|", TEXTS[MATRIX], flags=re.MULTILINE)) == 12

    @pytest.mark.parametrize(
        "words",
        [
            *("features", "schedules", "schedule_overrides", "conversations", "conversation_messages"),
            *("feature_list.json", "BEGIN IMMEDIATE", "busy_timeout", "journal mode", "WAL", "DELETE", "backup"),
            *("Acceptance Checks", "SURF-03", "12/12", "matrix-to-contract", "migration", "lifecycle", "pass/fail"),
        ],
    )
    def test_the_contracts_contain(self, words: str) -> None:
        assert words in TEXTS[CONTRACTS]

    def test_everything_in_them_is_read(self) -> None:
        contract = contract_of(TEXTS)

        assert [row.unit.text for row in contract.rows] == UNITS
        assert [unit.id for unit in contract.units] == UNITS
        assert [table.name for table in contract.tables] == [
            *("features", "schedules", "schedule_overrides", "conversations", "conversation_messages")
        ]
        assert [len(table.columns) for table in contract.tables] == [12, 11, 5, 5, 5]
        assert [store.name for store in contract.stores] == ["features", "assistant"]
        assert (len(contract.upgrades), len(contract.documents), len(contract.baselines)) == (7, 1, 2)
        assert (len(contract.artifacts), len(contract.checks), contract.matrices[0].missing) == (13, 41, ())
        assert contract.problems == ()
        assert contract.repeated == ()

    def test_they_are_clean(self) -> None:
        assert told(TEXTS) == []

    def test_no_acceptance_check_fails(self) -> None:
        request = Request(EXAMPLE, [EXAMPLE], settings.load(EXAMPLE), jobs=1, use_cache=False)
        result = evaluate(request, rules())

        assert str(result.parity) == "12/12"
        assert [one for one in result.outcomes if one.status is not Status.PASS] == []


class TestBrokenPromises:
    @pytest.mark.parametrize("unit", UNITS)
    def test_a_row_that_is_lost(self, unit: str) -> None:
        lost = changed(MATRIX, lambda text: re.sub(rf"^\| {unit} .*\n", "", text, flags=re.MULTILINE))

        assert told(lost) == [
            ("contract-without-unit", CONTRACTS, line_of(CONTRACTS, f"## {unit}")),
            ("wrong-unit-count", MATRIX, line_of(MATRIX, "| Unit")),
        ]

    @pytest.mark.parametrize("unit", UNITS)
    def test_a_section_that_is_lost(self, unit: str) -> None:
        lost = changed(CONTRACTS, lambda text: re.sub(rf"^## {unit} .*?(?=^## )", "", text, flags=LINES))

        assert told(lost) == [("unit-without-contract", MATRIX, line_of(MATRIX, f"| {unit}"))]

    @pytest.mark.parametrize("unit", UNITS)
    def test_an_id_that_is_changed_in_the_matrix(self, unit: str) -> None:
        assert told(swapped(MATRIX, f"| {unit} |", "| D99 |")) == [
            ("contract-without-unit", CONTRACTS, line_of(CONTRACTS, f"## {unit}")),
            ("unit-without-contract", MATRIX, line_of(MATRIX, f"| {unit}")),
        ]

    @pytest.mark.parametrize("unit", UNITS)
    def test_an_id_that_is_changed_in_the_contracts(self, unit: str) -> None:
        assert told(swapped(CONTRACTS, f"## {unit} ", "## D99 ")) == [
            ("contract-without-unit", CONTRACTS, line_of(CONTRACTS, f"## {unit}")),
            ("unit-without-contract", MATRIX, line_of(MATRIX, f"| {unit}")),
        ]

    @pytest.mark.parametrize("unit", UNITS)
    @pytest.mark.parametrize("part", ["### Failure and edge behavior", "### Acceptance Checks"])
    def test_a_part_of_a_section_that_is_lost(self, unit: str, part: str) -> None:
        lost = changed(CONTRACTS, lambda text: without_part(text, unit, part))

        assert told(lost) == [("missing-section", CONTRACTS, line_of(CONTRACTS, f"## {unit}"))]

    @pytest.mark.parametrize("unit", UNITS)
    def test_a_block_or_its_waiver_that_is_lost(self, unit: str) -> None:
        def lose(text: str) -> str:
            section = section_of(text, unit)
            block = re.sub(
                r"^```\w+ contract\n.*?^```\n|^No contract block applies.*\n",
                "",
                section,
                flags=LINES,
            )
            return text.replace(section, block)

        names = {name for name, _, _ in told(changed(CONTRACTS, lose))}

        assert names == {"missing-section"}

    @pytest.mark.parametrize("artifact", [f"ART-{number:04}" for number in range(1, 14)])
    def test_an_artifact_that_is_renamed(self, artifact: str) -> None:
        in_inventory = told(swapped(INVENTORY, artifact, "ART-0999"))
        in_matrix = told(swapped(MATRIX, artifact, "ART-0999"))

        assert {name for name, _, _ in in_inventory} == {"unknown-artifact"}
        assert {path for _, path, _ in in_inventory} == {MATRIX}
        assert [name for name, _, _ in in_matrix] == ["unknown-artifact"]

    @pytest.mark.parametrize("path", sorted(set(re.findall(r"feature_board/\S+\.py", TEXTS[INVENTORY]))))
    def test_a_path_that_is_renamed(self, path: str) -> None:
        renamed = path.replace(".py", "_old.py")

        assert {name for name, _, _ in told(swapped(MATRIX, path, renamed))} == {"unknown-artifact"}
        assert [name for name, _, _ in told(swapped(INVENTORY, path, renamed))] == ["unknown-artifact"]

    @pytest.mark.parametrize(
        ("path", "old", "new", "expected"),
        [
            (CONTRACTS, "12/12, each", "11/12, each", "wrong-unit-count"),
            (CONTRACTS, "id INTEGER NOT NULL,\n    priority", "id INTEGER NOT,\n    priority", "unreadable-block"),
            (CONTRACTS, 'begin = "IMMEDIATE"', 'begin = "NOW"', "unreadable-block"),
            (CONTRACTS, "busy_timeout_ms = 30000", 'busy_timeout_ms = "30000"', "unreadable-block"),
            (CONTRACTS, "dispose = ", "dispoze = ", "unreadable-block"),
            (CONTRACTS, "[[document]]", "[[documents]]", "unreadable-block"),
            (CONTRACTS, "```sql baseline", "```sql basline", "unreadable-block"),
            (CONTRACTS, "`missing-table`,", "`mising-table`,", "acceptance-check-without-rule"),
            (
                CONTRACTS,
                ": `missing-upgrade-path`, `upgraded-index",
                ": `upgraded-indeks",
                "acceptance-check-without-rule",
            ),
            (CONTRACTS, ": `check-drift`", "", "acceptance-check-without-rule"),
            (MATRIX, "| `features` |", "| `schedules` |", "objects-drift"),
            (MATRIX, "| `features` |", "| `featurez` |", "objects-drift"),
            (MATRIX, "`schedule_overrides` | Look", "`conversations` | Look", "objects-drift"),
            (MATRIX, "`features`, `schedules`, ", "`features`, ", "objects-drift"),
            (MATRIX, "`conversations`, `conversation_messages`", "`conversations`", "objects-drift"),
            (MATRIX, "| Feature schema |", "| |", "missing-section"),
            (MATRIX, "| Concern |", "| Topic |", "missing-section"),
            (MATRIX, "| Unit |", "| Number |", "unreadable-block"),
            (INVENTORY, "| Path |", "| Place |", "unreadable-block"),
        ],
    )
    def test_another_change_has_one_rule(self, path: str, old: str, new: str, expected: str) -> None:
        assert {name for name, _, _ in told(swapped(path, old, new))} == {expected}

    def test_a_row_or_section_that_is_there_twice(self) -> None:
        row = next(line for line in TEXTS[MATRIX].splitlines(keepends=True) if line.startswith("| D05"))
        section = section_of(TEXTS[CONTRACTS], "D07")
        rows = told(swapped(MATRIX, row, row * 2))
        sections = told(swapped(CONTRACTS, section, section * 2))

        assert rows == [
            ("duplicate-unit", MATRIX, line_of(MATRIX, "| D05") + 1),
            ("wrong-unit-count", MATRIX, line_of(MATRIX, "| Unit")),
        ]
        assert [name for name, _, _ in sections] == ["duplicate-unit"]

    def test_rows_and_sections_in_another_order(self) -> None:
        lines = TEXTS[MATRIX].splitlines(keepends=True)
        first, second = (line_of(MATRIX, f"| {unit}") - 1 for unit in ("D03", "D04"))
        lines[first], lines[second] = lines[second], lines[first]
        three, four = (section_of(TEXTS[CONTRACTS], unit) for unit in ("D03", "D04"))

        assert told({**TEXTS, MATRIX: "".join(lines)}) == [("unit-out-of-sequence", MATRIX, second + 1)]
        assert [name for name, _, _ in told(swapped(CONTRACTS, three + four, four + three))] == ["unit-out-of-sequence"]

    def test_a_table_that_is_declared_twice(self) -> None:
        table = TEXTS[CONTRACTS][TEXTS[CONTRACTS].index("CREATE TABLE schedule_overrides") :].split("```")[0]

        assert [name for name, _, _ in told(swapped(CONTRACTS, table, table * 2))] == ["duplicate-declaration"]


class TestSpoiltCopies:
    """Through the engine, as a user meets them: never a defect of ours, always a place."""

    def run(self, root: Path, texts: Mapping[str, bytes]) -> Found:
        for path, data in texts.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(data)
        chosen = settings.parse(f'select = ["{FAMILY}"]\nunits = 12\n', root / "persistlint.toml", nested=False)
        report = run(Request(root, [root], chosen, jobs=1, use_cache=False), rules())
        for one in report.diagnostics:
            assert 1 <= one.finding.at.line <= len(texts[one.finding.at.path].decode(errors="replace").splitlines()) + 1
        assert report.crashes == ()
        return [(one.rule, one.finding.at.path, one.finding.at.line) for one in report.diagnostics]

    @pytest.fixture
    def root(self, tmp_path: Path) -> Path:
        for artifact in contract_of(TEXTS).artifacts:
            assert artifact.path is not None
            (tmp_path / artifact.path.text).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(EXAMPLE / artifact.path.text, tmp_path / artifact.path.text)
        return tmp_path

    @pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
    @pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
    def test_newlines_and_byte_order_marks_change_nothing(self, root: Path, newline: str, mark: bytes) -> None:
        copies = {path: mark + text.replace("\n", newline).encode() for path, text in TEXTS.items()}
        found = self.run(root, copies)

        assert found == []

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32"])
    @pytest.mark.parametrize("path", [MATRIX, CONTRACTS, INVENTORY])
    def test_another_encoding_is_one_finding_of_its_own(self, root: Path, path: str, encoding: str) -> None:
        copies = {name: text.encode() for name, text in TEXTS.items()} | {path: TEXTS[path].encode(encoding)}
        found = self.run(root, copies)

        assert found == [("unreadable-file", path, 1)]

    @pytest.mark.parametrize("path", [MATRIX, CONTRACTS, INVENTORY])
    def test_a_document_that_ends_anywhere(self, root: Path, path: str) -> None:
        whole = TEXTS[path]
        units = whole.find("\n## Migration lifecycle")  # what follows the units repeats them in other words
        for end in range(0, units if units > 0 else int(len(whole) * 0.9), len(whole) // 12):
            copies = {name: text.encode() for name, text in TEXTS.items()} | {path: whole[:end].encode()}

            assert self.run(root, copies) != []

    @pytest.mark.parametrize("gone", [MATRIX, CONTRACTS])
    def test_a_document_that_is_gone(self, root: Path, gone: str) -> None:
        found = self.run(root, {path: text.encode() for path, text in TEXTS.items() if path != gone})
        names = {rule for rule, _, _ in found}

        assert names == ({"unit-without-contract"} if gone == CONTRACTS else set())


def section_of(text: str, unit: str) -> str:
    match = re.search(rf"^## {unit} .*?(?=^## )", text, flags=LINES)
    assert match is not None
    return match[0]


def without_part(text: str, unit: str, part: str) -> str:
    section = section_of(text, unit)
    return text.replace(section, re.sub(rf"^{part}\n.*?(?=^##|\Z)", "", section, flags=LINES))
