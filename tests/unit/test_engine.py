from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from persistlint import engine, registry
from persistlint.engine import Request, run
from persistlint.project.link import Inputs, Linkage, link_all
from persistlint.registry import LoadedRule, RuleSet
from persistlint.report import Report
from persistlint.reporters import Format, render
from persistlint.rule import Check, Finding, Label, Severity
from persistlint.sdk import Project
from persistlint.settings import Settings
from persistlint.workers import Result, Task, mapper

SHOP = {
    "shop/models.py": "import sqlite3\nDDL = '''CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL)'''\n",
    "shop/db.py": "import sqlite3\nsqlite3.connect('x').execute('CREATE TABLE shop (id INTEGER)')\n",
    "shop/more.py": "import sqlite3\nsqlite3.connect('x').execute('CREATE TABLE more (id INTEGER)')\n",
    "schema.sql": "CREATE TABLE log (at TEXT);\n",
    "README.md": "no code\n",
    "plain.py": "print('nothing to do with databases')\n",
}


def lay(root: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def every_table(project: Project) -> Iterator[Finding]:
    """Reports every table."""
    for table in project.tables:
        yield Finding(f"table `{table.name}`", table.span, (Label(table.span, "here"),), data={"table": table.name})


def failing(project: Project) -> Iterator[Finding]:
    """Reports one table, then fails."""
    yield from list(every_table(project))[:1]
    raise LookupError("no such thing")


def rules(*checks: Check) -> RuleSet:
    return registry.assemble(
        [
            LoadedRule(
                check.__name__.replace("_", "-"), "tests", Severity.WARNING, "Summary.", "0.1", Path("page.md"), check
            )
            for check in checks
        ]
    )


def check(
    root: Path,
    *paths: Path,
    known: RuleSet | None = None,
    settings: Settings | None = None,
    jobs: int = 1,
    use_cache: bool = False,
    map_files: Callable[[Callable[[Task], Result], Sequence[Task]], Iterable[Result]] | None = None,
) -> Report:
    request = Request(root, paths or (root,), settings or Settings(), jobs, use_cache, map_files)
    return run(request, known or rules(every_table))


def messages(report: Report) -> list[str]:
    return [f"{item.finding.at.path}:{item.finding.at.line}: {item.finding.message}" for item in report.diagnostics]


def test_files_become_findings_in_the_order_of_their_places(tmp_path: Path) -> None:
    report = check(lay(tmp_path, SHOP))

    assert messages(report) == [
        "schema.sql:1: table `log`",
        "shop/db.py:2: table `shop`",
        "shop/models.py:2: table `item`",
        "shop/more.py:2: table `more`",
    ]
    assert report.files == 5


class TestDeterminism:
    @pytest.fixture
    def expected(self, tmp_path: Path) -> str:
        return render(check(lay(tmp_path, SHOP)), Format.JSON)

    def test_the_order_in_which_workers_finish_does_not_matter(self, tmp_path: Path, expected: str) -> None:
        for seed in range(5):

            def shuffled(
                work: Callable[[Task], Result], tasks: Sequence[Task], seed: int = seed
            ) -> Iterable[Result]:  # fmt: skip
                order = list(tasks)
                random.Random(seed).shuffle(order)
                return map(work, order)

            assert render(check(tmp_path, map_files=shuffled), Format.JSON) == expected

    def test_the_number_of_workers_does_not_matter(
        self, tmp_path: Path, expected: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("persistlint.workers._WORTH_A_POOL", 0)

        assert render(check(tmp_path, map_files=mapper(3)), Format.JSON) == expected

    def test_a_cached_run_says_the_same(self, tmp_path: Path, expected: str) -> None:
        first = check(tmp_path, use_cache=True)
        again = check(tmp_path, use_cache=True, map_files=_no_mapper)

        assert render(first, Format.JSON) == render(again, Format.JSON) == expected

    def test_facts_are_kept_for_files_that_did_not_change(self, tmp_path: Path, expected: str) -> None:
        check(tmp_path, use_cache=True)
        parsed: list[str] = []

        def watched(work: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterable[Result]:
            parsed.extend(path for path, _ in tasks)
            return map(work, tasks)

        lay(tmp_path, {"shop/db.py": SHOP["shop/db.py"].replace("shop (", "store (")})
        report = check(tmp_path, use_cache=True, map_files=watched)

        assert parsed == ["shop/db.py"]
        assert "shop/db.py:2: table `store`" in messages(report)

    def test_a_file_with_a_new_name_has_its_new_name_in_findings(self, tmp_path: Path, expected: str) -> None:
        check(tmp_path, use_cache=True)
        (tmp_path / "shop" / "db.py").rename(tmp_path / "shop" / "data.py")

        report = check(tmp_path, use_cache=True, map_files=_no_mapper)

        assert "shop/data.py:2: table `shop`" in messages(report)

    def test_a_damaged_cache_changes_nothing(self, tmp_path: Path, expected: str) -> None:
        check(tmp_path, use_cache=True)
        for file in (tmp_path / ".persistlint_cache").iterdir():
            file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])

        assert render(check(tmp_path, use_cache=True), Format.JSON) == expected

    def test_a_cache_with_foreign_values_changes_nothing(self, tmp_path: Path, expected: str) -> None:
        from persistlint import cache as caching

        check(tmp_path, use_cache=True)
        for file in (tmp_path / ".persistlint_cache").iterdir():
            entries = caching._load(file)
            if entries:
                foreign: dict[bytes, tuple[int, bytes]] = {key: (used, b"\xc1") for key, (used, _) in entries.items()}
                file.write_bytes(caching._pack(foreign))

        assert render(check(tmp_path, use_cache=True), Format.JSON) == expected

    def test_without_a_cache_nothing_is_written(self, tmp_path: Path, expected: str) -> None:
        assert not (tmp_path / ".persistlint_cache").exists()


def _no_mapper(work: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterable[Result]:
    assert not tasks, "everything should have come from the cache"
    return ()


class TestDefects:
    def test_a_rule_that_fails_is_named_and_the_others_still_report(self, tmp_path: Path) -> None:
        report = check(lay(tmp_path, SHOP), known=rules(failing, every_table))

        assert [(crash.part, crash.error) for crash in report.crashes] == [
            ("rule failing", "LookupError: no such thing")
        ]
        assert "raise LookupError" in report.crashes[0].trace
        assert [item.rule for item in report.diagnostics] == ["every-table", "failing"] + ["every-table"] * 3

    def test_a_file_that_our_code_fails_on_is_named_and_the_others_still_report(self, tmp_path: Path) -> None:
        from persistlint.crash import guarded

        def fails() -> bytes:
            raise LookupError("no such node")

        def extractor_fails(work: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterable[Result]:
            for task in tasks:
                if task[0] == "shop/db.py":
                    yield task[0], guarded("reading shop/db.py", fails)
                else:
                    yield work(task)

        report = check(lay(tmp_path, SHOP), map_files=extractor_fails)

        assert [crash.part for crash in report.crashes] == ["reading shop/db.py"]
        assert "shop/models.py:2: table `item`" in messages(report)


class TestBadInput:
    @pytest.mark.parametrize(
        ("content", "rule", "line"),
        [
            (b"import sqlite3\nx = '\xff'\n", "unreadable-file", 1),
            (b"import sqlite3\nx = '\0'\n", "unreadable-file", 1),
            ("import sqlite3\n".encode("utf-16"), "unreadable-file", 1),
            (b"# coding: klingon\nimport sqlite3\n", "unreadable-file", 1),
            (b"import sqlite3\nprint 'Python 2'\n", "invalid-syntax", 2),
            (b"import sqlite3\ndef f(:\n", "invalid-syntax", 2),
            (b"import sqlite3\nx = " + b"(" * 50_000 + b")" * 50_000, "invalid-syntax", 1),
            (b"import sqlite3\nx = " + b"-" * 50_000 + b"1\n", "invalid-syntax", 1),
            (b"import sqlite3\nx = y" + b".z()" * 50_000 + b"\n", "invalid-syntax", 1),
        ],
    )
    def test_is_a_finding_and_the_other_files_still_report(
        self, tmp_path: Path, content: bytes, rule: str, line: int
    ) -> None:
        report = check(lay(tmp_path, {**SHOP, "bad.py": content}))

        bad = [item for item in report.diagnostics if item.finding.at.path == "bad.py"]
        assert [(item.rule, item.finding.at.line) for item in bad] == [(rule, line)]
        assert len(report.diagnostics) == 5
        assert report.crashes == ()

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"\n",
            b"\xef\xbb\xbfimport sqlite3\n",
            b"import sqlite3\r\nx = 1\r\n",
            b"import sqlite3\rx = 1\r",
            b"import sqlite3\n\x0c\nx = 1",
            b"# coding: latin-1\nimport sqlite3\nx = '\xe9'\n",
        ],
    )
    def test_odd_but_valid_files_are_no_findings(self, tmp_path: Path, content: bytes) -> None:
        report = check(lay(tmp_path, {"odd.py": content}))

        assert report.diagnostics == ()

    def test_a_file_larger_than_the_limit_is_a_finding_where_it_matters(self, tmp_path: Path) -> None:
        data = b"x = 1\n" * 400_000
        lay(tmp_path, {"big.py": b"import sqlite3\n" + data, "plain.py": data, "dump.sql": b"SELECT 1;\n" * 250_000})

        assert messages(check(tmp_path)) == [
            "big.py:1: this file cannot be read: it is larger than 2 MB",
            "dump.sql:1: this file cannot be read: it is larger than 2 MB",
        ]

    def test_an_sql_file_that_is_no_text_is_a_finding(self, tmp_path: Path) -> None:
        report = check(lay(tmp_path, {"a.sql": b"CREATE TABLE t (a);\nSELECT '\xe9';\n"}))

        assert messages(report) == ["a.sql:1: this file cannot be read: it is not UTF-8: byte 0xe9 in line 2"]

    def test_a_file_that_vanishes_or_is_forbidden_is_a_finding(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lay(tmp_path, SHOP)
        opened = Path.open

        def refusing(self: Path, *arguments: object, **more: object) -> object:
            if self.name == "db.py":
                raise FileNotFoundError(2, "No such file or directory")
            if self.name == "more.py":
                raise PermissionError(13, "Permission denied")
            return opened(self, *arguments, **more)  # type: ignore[call-overload]

        monkeypatch.setattr(Path, "open", refusing)
        report = check(tmp_path)

        assert messages(report) == [
            "schema.sql:1: table `log`",
            "shop/db.py:1: this file cannot be read: it cannot be opened: No such file or directory",
            "shop/models.py:2: table `item`",
            "shop/more.py:1: this file cannot be read: it cannot be opened: Permission denied",
        ]

    def test_strings_that_are_no_text_are_no_obstacle(self, tmp_path: Path) -> None:
        code = 'import sqlite3\nsqlite3.connect("x").execute("CREATE TABLE t (a TEXT DEFAULT \'\\ud800\')")\n'
        lay(tmp_path, {"odd.py": code + "x = '\\udfff'\ndef f():\n    return '\\ud800'\n"})

        for _ in range(2):
            report = check(tmp_path, use_cache=True)
            assert (report.crashes, messages(report)) == ((), ["odd.py:2: table `t`"])

    def test_a_file_of_another_kind_that_is_named_is_judged_as_python(self, tmp_path: Path) -> None:
        lay(tmp_path, {"notes.txt": b"not Python at all\n", "image.png": b"\x89PNG\r\n\0\0"})

        report = check(tmp_path, tmp_path / "notes.txt", tmp_path / "image.png")

        assert [item.rule for item in report.diagnostics] == ["unreadable-file", "invalid-syntax"]


class TestScope:
    def test_findings_are_for_the_files_that_were_named(self, tmp_path: Path) -> None:
        lay(tmp_path, SHOP)

        assert messages(check(tmp_path, tmp_path / "shop" / "db.py")) == ["shop/db.py:2: table `shop`"]

    def test_ignored_rules_and_files_are_silent(self, tmp_path: Path) -> None:
        lay(tmp_path, {**SHOP, "bad.py": "import sqlite3\nprint 1\n"})
        settings = Settings(
            ignore=("invalid-syntax",), per_file_ignores=(("shop/**", ("tests",)),), exclude=("more.py",)
        )

        assert messages(check(tmp_path, settings=settings)) == ["schema.sql:1: table `log`"]


class TestCacheOfProjects:
    """A run in which nothing that matters has changed finds its project again, and no other run does."""

    MODELS = (
        "import sqlite3\nfrom names import TABLE\nsqlite3.connect('x').execute(f'CREATE TABLE {TABLE} (a INTEGER)')\n"
    )

    def names(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[set[str], bool]:
        """The names of the project's tables, and whether the project was linked anew."""
        linked: list[str] = []

        def link(inputs: Inputs) -> Linkage:
            linked.append("anew")
            return link_all(inputs)

        with monkeypatch.context() as patch:
            patch.setattr("persistlint.project.link.link_all", link)
            project = engine.read(Request(root, [root], jobs=1)).project
        return {table.name for table in project.tables}, bool(linked)

    def test_a_file_without_persistence_code_changes_nothing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "models.py").write_text(self.MODELS)
        (tmp_path / "names.py").write_text("TABLE = 'one'\n")
        (tmp_path / "idle.py").write_text("x = 1\n")

        assert self.names(tmp_path, monkeypatch) == ({"one"}, True)
        assert self.names(tmp_path, monkeypatch) == ({"one"}, False)
        (tmp_path / "idle.py").write_text("x = 2\n")
        assert self.names(tmp_path, monkeypatch) == ({"one"}, False)
        (tmp_path / "names.py").write_text("TABLE = 'two'\n")
        assert self.names(tmp_path, monkeypatch) == ({"two"}, True)
        (tmp_path / "names.py").write_text("TABLE = 'one'\n")
        assert self.names(tmp_path, monkeypatch) == ({"one"}, False)
        (tmp_path / "idle.py").write_bytes(b"x = '\xff'\n")
        assert self.names(tmp_path, monkeypatch) == ({"one"}, True)
        (tmp_path / "idle.py").unlink()
        assert self.names(tmp_path, monkeypatch) == ({"one"}, True)
