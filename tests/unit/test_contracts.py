"""Which documents are read, and what happens to those that cannot be."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from persistlint import registry
from persistlint.contracts import DEFAULTS, locate
from persistlint.engine import Request, read, run
from persistlint.errors import SettingsError
from persistlint.facts.contract import Role
from persistlint.registry import LoadedRule, RuleSet
from persistlint.rule import Check, Severity
from persistlint.sdk import Finding, Project
from persistlint.settings import Settings, load
from persistlint.tree import MAX_BYTES, Disk

CONTRACT = "## D01 Users\n\n```sql contract\nCREATE TABLE users (id INTEGER);\n```\n"
MATRIX = "| Unit | Source artifact |\n|---|---|\n| D01 | ART-0001 shop.py |\n"
DEFAULT = DEFAULTS[Role.CONTRACTS]
CODE = "CREATE TABLE users (id INTEGER);\n"


def lay(root: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def rules(*checks: Check) -> RuleSet:
    return registry.assemble(
        [
            LoadedRule(f"a-{check.__name__}", "tests", Severity.ERROR, "x", "0.1", Path("page.md"), check)
            for check in checks
        ]
    )


def tables(project: Project) -> Iterator[Finding]:
    """Reports every table of the code and of the contract."""
    for table in (*project.tables, *project.contract.tables):
        yield Finding(f"{table.origin} `{table.name}`", table.span)


def messages(root: Path, *paths: Path, settings: Settings | None = None, use_cache: bool = False) -> list[str]:
    request = Request(root, paths or (root,), settings or load(root), jobs=1, use_cache=use_cache)
    report = run(request, rules(tables))
    assert report.crashes == ()
    return [f"{item.finding.at.path}:{item.finding.at.line}: {item.finding.message}" for item in report.diagnostics]


class TestPlaces:
    def test_without_documents_there_is_no_contract(self, tmp_path: Path) -> None:
        lay(tmp_path, {"app.sql": CODE})
        project = read(Request(tmp_path, [tmp_path], use_cache=False)).project

        assert locate(Disk(tmp_path), Settings()) == {}
        assert not project.contract.present

    def test_documents_are_looked_for_at_the_default_places(self, tmp_path: Path) -> None:
        lay(tmp_path, dict.fromkeys(DEFAULTS.values(), "x"))

        assert locate(Disk(tmp_path), Settings()) == {path: frozenset({role}) for role, path in DEFAULTS.items()}

    def test_settings_name_others_one_document_may_have_several_roles(self, tmp_path: Path) -> None:
        lay(tmp_path, {"docs/a.md": "x", "docs/b.md": "x", DEFAULT: "x"})
        settings = Settings(matrix="docs/a.md", contracts=("docs/./a.md", "docs/b.md"))

        assert locate(Disk(tmp_path), settings) == {
            "docs/a.md": frozenset({Role.MATRIX, Role.CONTRACTS}),
            "docs/b.md": frozenset({Role.CONTRACTS}),
        }

    @pytest.mark.parametrize("path", ["gone.md", "docs", "../outside.md", "/etc/hosts", "a\0b"])
    def test_a_setting_that_names_no_file_of_the_project_is_an_error_at_its_line(
        self, tmp_path: Path, path: str
    ) -> None:
        root = lay(tmp_path / "project", {"docs/a.md": "x"})
        lay(tmp_path, {"outside.md": "x"})
        settings = replace(Settings(contracts=(path,)), origin=root / "persistlint.toml", lines={"contracts": 3})

        with pytest.raises(SettingsError, match="names no file of the project") as raised:
            locate(Disk(root), settings)
        assert raised.value.line == 3

    def test_an_empty_list_turns_the_default_off(self, tmp_path: Path) -> None:
        lay(tmp_path, {DEFAULT: "x"})

        assert locate(Disk(tmp_path), Settings(contracts=())) == {}

    def test_a_link_out_of_the_project_is_no_document(self, tmp_path: Path) -> None:
        root = lay(tmp_path / "project", {".planning/specs/surfaces/x": ""})
        lay(tmp_path, {"outside.md": CONTRACT})
        (root / DEFAULT).symlink_to(tmp_path / "outside.md")

        assert locate(Disk(root), Settings()) == {}


class TestWhatIsReported:
    FILES: Mapping[str, str] = {DEFAULT: CONTRACT, "shop/db.sql": CODE, "other/db.sql": CODE}

    def test_findings_stand_in_documents_and_code(self, tmp_path: Path) -> None:
        assert messages(lay(tmp_path, self.FILES)) == [
            f"{DEFAULT}:4: contract `users`",
            "other/db.sql:1: ddl `users`",
            "shop/db.sql:1: ddl `users`",
        ]

    def test_a_folder_is_checked_with_the_documents_of_its_project(self, tmp_path: Path) -> None:
        root = lay(tmp_path, self.FILES)

        assert messages(root, root / "shop") == [f"{DEFAULT}:4: contract `users`", "shop/db.sql:1: ddl `users`"]
        assert len(read(Request(root, [root / "shop"], use_cache=False)).project.tables) == 2

    def test_a_single_file_is_checked_alone(self, tmp_path: Path) -> None:
        root = lay(tmp_path, self.FILES)

        assert messages(root, root / "shop/db.sql") == ["shop/db.sql:1: ddl `users`"]
        assert messages(root, root / DEFAULT) == [f"{DEFAULT}:4: contract `users`"]


class TestUnreadable:
    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (CONTRACT.encode("utf-16"), "it is not UTF-8, but UTF-16 or UTF-32"),
            (CONTRACT.encode("utf-16-le"), "it holds a NUL byte in line 1"),
            (b"# Contracts\n\xe9\n", "it is not UTF-8: byte 0xe9 in line 2"),
            (b"x" * (MAX_BYTES + 1), f"it is larger than {MAX_BYTES // 1_000_000} MB"),
        ],
    )
    def test_a_document_is_one_finding_and_no_contract(self, tmp_path: Path, data: bytes, reason: str) -> None:
        root = lay(tmp_path, {DEFAULT: data, "app.sql": CODE})

        assert messages(root) == [
            f"{DEFAULT}:1: this contract document cannot be read: {reason}",
            "app.sql:1: ddl `users`",
        ]
        contract = read(Request(root, [root], use_cache=False)).project.contract
        assert (contract.present, contract.unread, contract.complete(Role.CONTRACTS)) == (
            True,
            frozenset({DEFAULT}),
            False,
        )

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_nor_may_be_opened(self, tmp_path: Path) -> None:
        root = lay(tmp_path, {DEFAULT: CONTRACT})
        (root / DEFAULT).chmod(0)

        assert "it cannot be opened: Permission denied" in messages(root)[0]

    def test_a_byte_order_mark_is_no_matter(self, tmp_path: Path) -> None:
        root = lay(tmp_path, {DEFAULT: b"\xef\xbb\xbf" + CONTRACT.encode()})

        assert messages(root) == [f"{DEFAULT}:4: contract `users`"]


class TestCache:
    def paths(self, root: Path) -> frozenset[str]:
        linked = read(Request(root, [root], load(root), jobs=1))
        assert linked.crashes == ()
        return linked.project.contract.missing_paths

    def test_a_second_run_says_the_same(self, tmp_path: Path) -> None:
        root = lay(tmp_path, {DEFAULT: CONTRACT, DEFAULTS[Role.MATRIX]: MATRIX, "app.sql": CODE})
        request = Request(root, [root], jobs=1)

        assert read(request).project == read(request).project

    def test_every_change_is_seen(self, tmp_path: Path) -> None:
        root = lay(tmp_path, {DEFAULT: CONTRACT, DEFAULTS[Role.MATRIX]: MATRIX})
        seen = [messages(root, use_cache=True)]
        lay(root, {DEFAULT: CONTRACT.replace("users", "orders")})
        seen.append(messages(root, use_cache=True))
        lay(root, {"persistlint.toml": "contracts = []\n"})
        seen.append(messages(root, use_cache=True))

        assert seen == [[f"{DEFAULT}:4: contract `users`"], [f"{DEFAULT}:4: contract `orders`"], []]

    def test_an_artifact_that_goes_or_comes_is_seen(self, tmp_path: Path) -> None:
        root = lay(tmp_path, {DEFAULTS[Role.MATRIX]: MATRIX})
        before = self.paths(root)
        lay(root, {"shop.py": ""})

        assert (before, self.paths(root)) == (frozenset({"shop.py"}), frozenset[str]())

    def test_a_changed_number_of_units_is_seen(self, tmp_path: Path) -> None:
        root = lay(tmp_path, {DEFAULTS[Role.MATRIX]: MATRIX, "persistlint.toml": "units = 1\n"})
        self.paths(root)
        lay(root, {"persistlint.toml": "units = 2\n"})

        assert read(Request(root, [root], load(root), jobs=1)).project.contract.expected_units == 2


def test_documents_in_any_order_make_one_contract(tmp_path: Path) -> None:
    one = "```sql contract\nCREATE INDEX ix ON b (x);\nCREATE TABLE a (x INTEGER);\n```\n"
    two = "```sql contract\nCREATE TABLE b (x INTEGER);\nCREATE TABLE A (x INTEGER);\n```\n"
    root = lay(tmp_path, {"1.md": one, "2.md": two})
    contract, turned = (
        read(Request(root, [root], Settings(contracts=paths), use_cache=False)).project.contract
        for paths in (("1.md", "2.md"), ("2.md", "1.md"))
    )

    assert contract == turned
    assert [(table.name, len(table.indexes)) for table in contract.tables] == [("a", 0), ("b", 1)]
    assert [table.name for table in contract.repeated] == ["A"]
    assert contract.named("B") is contract.tables[1]
