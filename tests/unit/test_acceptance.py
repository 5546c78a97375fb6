"""Acceptance checks are decided by the rules that they name; what cannot be decided is never a pass."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from persistlint import registry
from persistlint.acceptance import Acceptance, Status, evaluate
from persistlint.contracts import DEFAULTS
from persistlint.engine import Request
from persistlint.errors import UserError
from persistlint.facts.contract import Role
from persistlint.registry import LoadedRule, RuleSet
from persistlint.reporters.acceptance import renderer
from persistlint.rule import Severity, Value
from persistlint.sdk import Finding, Project
from persistlint.settings import Settings
from persistlint.source import Span

CONTRACTS = DEFAULTS[Role.CONTRACTS]
TWO_UNITS = """\
## D01 Users

```sql contract
CREATE TABLE users (id INTEGER);
```

```toml contract
[[store]]
name = "main"
```

### Acceptance Checks

- [ ] D01: no drift: `table-drift`

## D02 Orders

```sql contract
CREATE TABLE orders (id INTEGER);
```

```toml contract
[[store]]
name = "other"
```

### Acceptance Checks

- [ ] D02: no drift: `table-drift`

## Acceptance Checks

- [ ] SHOP-1: no drift anywhere: `table-drift`, `quiet`
"""


def finding(**data: Value) -> Callable[[Project], Iterator[Finding]]:
    def check(project: Project) -> Iterator[Finding]:
        """Reports one finding with that data."""
        yield Finding("it drifts", Span("schema.sql", 1, 1), data=data)

    return check


def quiet(project: Project) -> Iterator[Finding]:
    """Reports nothing."""
    return iter(())


def failing(project: Project) -> Iterator[Finding]:
    """Fails."""
    raise LookupError("no such thing")


def rules(table_drift: Callable[[Project], Iterator[Finding]]) -> RuleSet:
    checks = {"table-drift": table_drift, "quiet": quiet, "failing": failing}
    return registry.assemble(
        [
            LoadedRule(name, "tests", Severity.ERROR, "x", "0.1", Path("page.md"), check, default=False)
            for name, check in checks.items()
        ]
    )


def accept(
    root: Path,
    contracts: str = TWO_UNITS,
    known: RuleSet | None = None,
    settings: Settings | None = None,
    files: Mapping[str, str | bytes] | None = None,
    paths: tuple[str, ...] = (".",),
) -> Acceptance:
    for name, content in {CONTRACTS: contracts, "schema.sql": "SELECT 1;\n", **(files or {})}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    request = Request(root, [root / path for path in paths], settings or Settings(), jobs=1, use_cache=False)
    return evaluate(request, known or rules(quiet))


def outcomes(acceptance: Acceptance) -> list[tuple[str | None, str]]:
    return [(outcome.check.label, outcome.status.value) for outcome in acceptance.outcomes]


def single(check: str) -> str:
    return f"## Acceptance Checks\n\n- [ ] {check}\n"


class TestResults:
    def test_a_check_passes_when_none_of_its_rules_reports(self, tmp_path: Path) -> None:
        result = accept(tmp_path)

        assert outcomes(result) == [("D01", "pass"), ("D02", "pass"), ("SHOP-1", "pass")]
        assert result.accepted

    def test_and_fails_with_the_findings_behind_it(self, tmp_path: Path) -> None:
        result = accept(tmp_path, known=rules(finding()))

        assert outcomes(result) == [("D01", "fail"), ("D02", "fail"), ("SHOP-1", "fail")]
        assert [one.finding.message for one in result.outcomes[0].findings] == ["it drifts"]
        assert not result.accepted

    @pytest.mark.parametrize(
        ("data", "failed"),
        [
            ({"table": "Users"}, ["D01", "SHOP-1"]),
            ({"table": "orders"}, ["D02", "SHOP-1"]),
            ({"table": "nobody_declares_it"}, ["D01", "D02", "SHOP-1"]),
            ({"store": "main"}, ["D01", "SHOP-1"]),
            ({"store": "third"}, ["D01", "D02", "SHOP-1"]),
            ({"unit": "D02"}, ["D02", "SHOP-1"]),
            ({"table": None, "unit": None}, ["D01", "D02", "SHOP-1"]),
        ],
    )
    def test_a_unit_answers_for_its_own_tables_and_stores(
        self, tmp_path: Path, data: Mapping[str, Value], failed: list[str]
    ) -> None:
        result = accept(tmp_path, known=rules(finding(**data)))

        assert [label for label, status in outcomes(result) if status == "fail"] == failed

    def test_settings_do_not_select_and_paths_do_not_narrow(self, tmp_path: Path) -> None:
        files = {"part/schema.sql": "SELECT 1;\n"}
        result = accept(
            tmp_path, known=rules(finding()), settings=Settings(select=("quiet",)), files=files, paths=("part",)
        )

        assert result.count(Status.FAIL) == 3


class TestUndecided:
    @pytest.mark.parametrize(
        ("check", "reason"),
        [
            ("D01: it works", "it names no rule"),
            ("D01: x: `quiet`, `qiet`", "no rule is called `qiet`"),
            ("D01: x: `failing`", "`failing` failed, a defect of persistlint's"),
        ],
    )
    def test_a_check_without_a_rule_that_runs_is_not_checked(self, tmp_path: Path, check: str, reason: str) -> None:
        [outcome] = accept(tmp_path, single(check)).outcomes

        assert (outcome.status, outcome.reason) == (Status.NOT_CHECKED, reason)

    def test_nor_is_one_whose_rule_is_ignored(self, tmp_path: Path) -> None:
        [outcome] = accept(tmp_path, single("x: `quiet`"), settings=Settings(ignore=("quiet",))).outcomes

        assert (outcome.status, outcome.reason) == (Status.NOT_CHECKED, "`quiet` is ignored by the settings")

    def test_nor_one_of_code_that_cannot_be_read(self, tmp_path: Path) -> None:
        [outcome] = accept(tmp_path, single("x: `quiet`"), files={"old.sql": b"SELECT '\xe9';\n"}).outcomes

        assert (outcome.status, outcome.reason) == (Status.NOT_CHECKED, "`old.sql` cannot be read")

    @pytest.mark.parametrize(
        ("files", "message"),
        [
            ({CONTRACTS: "# Nothing\n"}, "the contract documents hold no acceptance checks"),
            ({CONTRACTS: b"\xff\xfe#\0"}, f"{CONTRACTS}:1: this contract document cannot be read"),
        ],
    )
    def test_without_any_check_it_is_the_user_who_must_act(
        self, tmp_path: Path, files: Mapping[str, str | bytes], message: str
    ) -> None:
        with pytest.raises(UserError) as raised:
            accept(tmp_path, files=files)
        assert message in str(raised.value)

    def test_without_any_document_too(self, tmp_path: Path) -> None:
        with pytest.raises(UserError, match="there are no contract documents"):
            accept(tmp_path, settings=Settings(contracts=()))


class TestParity:
    @pytest.mark.parametrize(
        ("rows", "units", "parity", "complete"),
        [
            ("D01 D02", None, "2/2", True),
            ("D01 D02", 2, "2/2", True),
            ("D01 D02", 3, "2/3", False),
            ("D01", None, "1/2", False),
            ("D01 D02 D03", None, "2/3", False),
            ("D01 D02 D03", 2, "2/2", False),
        ],
    )
    def test_counts_the_units_of_both_documents(
        self, tmp_path: Path, rows: str, units: int | None, parity: str, complete: bool
    ) -> None:
        matrix = "| Unit |\n|---|\n" + "".join(f"| {unit} |\n" for unit in rows.split())
        result = accept(tmp_path, settings=Settings(units=units), files={DEFAULTS[Role.MATRIX]: matrix})

        assert result.parity is not None
        assert (str(result.parity), result.accepted) == (parity, complete)

    def test_takes_a_matrix(self, tmp_path: Path) -> None:
        assert accept(tmp_path).parity is None


class TestFormats:
    @pytest.fixture
    def result(self, tmp_path: Path) -> Acceptance:
        text = TWO_UNITS + "- [ ] SHOP-1: a | b: `qiet`\n"
        matrix = {DEFAULTS[Role.MATRIX]: "| Unit |\n|---|\n| D01 |\n| D02 |\n"}
        return accept(tmp_path, text, rules(finding(table="orders")), files=matrix)

    def test_text(self, result: Acceptance) -> None:
        assert renderer("text", color=False)(result).splitlines() == [
            "pass         D01     no drift",
            "fail         D02     no drift",
            "                     schema.sql:1:1: table-drift: it drifts",
            "fail         SHOP-1  no drift anywhere",
            "                     schema.sql:1:1: table-drift: it drifts",
            "not-checked  SHOP-1  a | b",
            "                     no rule is called `qiet`",
            "",
            "matrix-to-contract 2/2",
            "4 checks: 1 pass, 2 fail, 1 not-checked",
        ]

    def test_markdown(self, result: Acceptance) -> None:
        assert renderer("markdown", color=False)(result).splitlines() == [
            "| Unit | Acceptance check | Result |",
            "|---|---|---|",
            "| D01 | no drift | **pass** |",
            "| D02 | no drift | **fail**<br>schema.sql&#58;1&#58;1: table-drift: it drifts |",
            "| SHOP-1 | no drift anywhere | **fail**<br>schema.sql&#58;1&#58;1: table-drift: it drifts |",
            "| SHOP-1 | a &#124; b | **not-checked**<br>no rule is called <code>qiet</code> |",
            "",
            "- matrix-to-contract 2/2",
            "- 4 checks: 1 pass, 2 fail, 1 not-checked",
        ]

    def test_json(self, result: Acceptance) -> None:
        document = json.loads(renderer("json", color=False)(result))

        assert (document["version"], document["accepted"]) == (1, False)
        assert document["parity"] == {"matched": 2, "expected": 2, "complete": True}
        assert document["summary"] == {"pass": 1, "fail": 2, "not-checked": 1}
        assert [one["status"] for one in document["checks"]] == ["pass", "fail", "fail", "not-checked"]
        assert document["checks"][1]["findings"][0] | {"fingerprint": ""} == {
            "rule": "table-drift",
            "message": "it drifts",
            "path": "schema.sql",
            "line": 1,
            "column": 1,
            "fingerprint": "",
        }
        assert (document["checks"][3]["reason"], document["checks"][3]["line"]) == ("no rule is called `qiet`", 34)

    def test_colour_is_only_for_terminals(self, result: Acceptance) -> None:
        assert "\x1b[" in renderer("text", color=True)(result)
        assert "\x1b[" not in renderer("text", color=False)(replace(result, parity=None))
