"""The command line as its users meet it: streams, exit statuses, one-line errors."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from persistlint import __version__

ROOT = Path(__file__).parents[2]
BROKEN = {"app.py": "import sqlite3\nprint 'Python 2'\n"}
CLEAN = {"app.py": "import sqlite3\n\nsqlite3.connect('x.db').execute('CREATE TABLE t (a INTEGER)')\n"}


def lay(root: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def persistlint(*arguments: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    own = [str(ROOT / "lint"), str(ROOT / "rules")]
    search = os.pathsep.join(own + [path for path in [environment.pop("PYTHONPATH", "")] if path])
    return subprocess.run(
        [sys.executable, "-m", "persistlint", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": search, "PYTHONIOENCODING": "utf-8", **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        stdin=subprocess.DEVNULL,
    )


class TestExitStatus:
    def test_0_when_there_is_nothing_to_say(self, tmp_path: Path) -> None:
        done = persistlint("check", cwd=lay(tmp_path, CLEAN))

        assert (done.returncode, done.stdout, done.stderr) == (0, "no findings in 1 file\n", "")

    def test_1_when_there_are_findings(self, tmp_path: Path) -> None:
        done = persistlint("check", "--format", "concise", cwd=lay(tmp_path, BROKEN))

        assert done.returncode == 1
        assert done.stdout.startswith("app.py:2:1:")
        assert ": error[invalid-syntax] this file cannot be parsed" in done.stdout
        assert done.stderr == ""

    def test_0_for_findings_when_asked_for(self, tmp_path: Path) -> None:
        done = persistlint("check", "--exit-zero", cwd=lay(tmp_path, BROKEN))

        assert done.returncode == 0
        assert "invalid-syntax" in done.stdout

    def test_3_for_a_defect_of_ours_and_the_rest_is_still_reported(self, tmp_path: Path) -> None:
        pack = {
            "broken_pack/__init__.py": "",
            "broken_pack/family/__init__.py": "",
            "broken_pack/family/broken_rule.md": "",
            "broken_pack/family/broken_rule.py": (
                "from persistlint.sdk import Severity, rule\n\n"
                "@rule(severity=Severity.ERROR, since='0.1')\n"
                "def broken_rule(project):\n    '''Fails.'''\n    yield from {}['missing']\n"
            ),
            "broken_pack-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: broken-pack\nVersion: 1.0\n",
            "broken_pack-1.0.dist-info/entry_points.txt": "[persistlint.rules]\nbroken = broken_pack\n",
        }
        lay(tmp_path / "packs", pack)
        done = persistlint("check", cwd=lay(tmp_path / "project", BROKEN), PYTHONPATH=str(tmp_path / "packs"))

        assert done.returncode == 3
        assert "persistlint: rule broken-rule failed" in done.stderr
        assert "KeyError: 'missing'" in done.stderr
        assert "error[invalid-syntax]" in done.stdout

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["chek"], "there is no command `chek`; did you mean `check`?"),
            (["check", "--slect", "x"], "there is no option `--slect`; did you mean `--select`?"),
            (["check", "no/such/path"], "`no/such/path` does not exist"),
            (["check", "--select", "quries,files"], "`--select` names no rule or family: `quries`"),
            (["check", "--ignore", "invalid-sintax"], "did you mean `invalid-syntax`?"),
            (["check", "--format", "xml"], "there is no format `xml`"),
            (["check", "--dialect", "postgresql"], "there is no dialect `postgresql`; did you mean `postgres`?"),
            (["check", "--jobs", "-1"], "`-1` is no number of processes"),
            (["check", "--config", "gone.toml"], "settings file `gone.toml` does not exist"),
            (["check", "--output-file", "no/such/folder"], "`no/such/folder` cannot be written"),
            (["check", "--statistics", "--format", "sarif"], "`--statistics` has no format `sarif`"),
            (["schema", "--format"], "option `--format` requires an argument"),
            (["facts"], "missing argument `FILE`"),
            (["facts", "gone.py"], "`gone.py` cannot be read: No such file or directory"),
            (["explain"], "missing argument `RULE`"),
            (["rules", "more"], "got unexpected extra argument"),
            (["check", "--no-cache=1"], "option `--no-cache` does not take a value"),
            (["--selct"], "there is no option `--selct`"),
            (["explain", "invalid-sintax"], "no rule is called `invalid-sintax`; did you mean `invalid-syntax`?"),
        ],
    )
    def test_2_and_one_line_when_the_user_must_fix_something(
        self, tmp_path: Path, arguments: list[str], message: str
    ) -> None:
        done = persistlint(*arguments, cwd=lay(tmp_path, CLEAN))

        assert done.returncode == 2
        assert done.stdout == ""
        assert done.stderr.startswith("persistlint: ")
        assert done.stderr.count("\n") == 1
        assert message in done.stderr

    @pytest.mark.parametrize(
        ("text", "line"),
        [
            ("\nselct = []\n", 2),
            ("ignore = ['invalid-sintax']\n", 1),
            ("dialect = 'sqlight'\n", 1),
            ("x = [\n", None),
            ("[per-file-ignores]\n'*' = ['nothing']\n", 1),
        ],
    )
    def test_2_with_file_and_line_for_settings(self, tmp_path: Path, text: str, line: int | None) -> None:
        done = persistlint("check", cwd=lay(tmp_path, {**CLEAN, "persistlint.toml": text}))

        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
        assert done.stderr.startswith(f"persistlint: {tmp_path}/persistlint.toml:{line or ''}")

    def test_unknown_places_fail_only_when_asked_for(self, tmp_path: Path) -> None:
        lay(tmp_path, {"app.py": "import sqlite3\n\ndef f(db: sqlite3.Connection, sql):\n    db.execute(sql)\n"})
        done = persistlint("check", cwd=tmp_path)
        strict = persistlint("check", "--fail-on-unknown", cwd=tmp_path)

        assert (done.returncode, strict.returncode) == (0, 1)
        assert "app.py:4:" in strict.stdout


class TestOutput:
    def test_a_file_gets_the_report_and_stdout_nothing(self, tmp_path: Path) -> None:
        lay(tmp_path, BROKEN)
        done = persistlint("check", "--output-file", "out.txt", cwd=tmp_path, FORCE_COLOR="1")

        assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
        text = (tmp_path / "out.txt").read_text()
        assert text.startswith("error[invalid-syntax]")
        assert "\x1b" not in text

    def test_statistics_are_a_line_a_rule(self, tmp_path: Path) -> None:
        done = persistlint("check", "--statistics", cwd=lay(tmp_path, BROKEN))

        assert done.returncode == 1
        assert done.stdout.startswith("1  error    invalid-syntax  A Python file with")

    @pytest.mark.parametrize(
        ("environment", "colored"),
        [
            ({}, False),
            ({"FORCE_COLOR": "1"}, True),
            ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
            ({"CI": "1"}, False),
        ],
    )
    def test_colour_in_a_pipe_only_when_it_is_forced(
        self, tmp_path: Path, environment: dict[str, str], colored: bool
    ) -> None:
        done = persistlint("check", cwd=lay(tmp_path, BROKEN), **environment)

        assert ("\x1b[" in done.stdout) is colored

    def test_the_width_of_a_terminal_changes_nothing_in_a_pipe(self, tmp_path: Path) -> None:
        lay(tmp_path, BROKEN)
        narrow, wide = (persistlint("check", cwd=tmp_path, COLUMNS=columns).stdout for columns in ("20", "300"))

        assert narrow == wide


class TestBadInput:
    def test_everything_bad_at_once_is_reported_file_by_file(self, tmp_path: Path) -> None:
        code = b"import sqlite3\n"
        lay(
            tmp_path,
            {
                "good.py": CLEAN["app.py"],
                "empty.py": b"",
                "bom.py": b"\xef\xbb\xbf" + code,
                "crlf.py": b"import sqlite3\r\nx = 1\r\n",
                "a_latin.py": code + b"x = '\xe9'\n",
                "b_nul.py": code + b"\0",
                "c_python2.py": code + b"print 1\n",
                "d_prose.py": code + b"this is no Python\n",
                "e_deep.py": code + b"x = " + b"[" * 5_000 + b"]" * 5_000 + b"\n",
                "f_huge.py": code + b"x = 1\n" * 900_000,
                "g_latin.sql": b"SELECT '\xe9';\n",
            },
        )
        (tmp_path / "loop").symlink_to(tmp_path)
        (tmp_path / "h_gone.py").symlink_to(tmp_path / "nowhere.py")

        done = persistlint("check", "--format", "json", cwd=tmp_path)

        assert done.returncode == 1
        document = json.loads(done.stdout)
        assert {finding["path"]: finding["rule"] for finding in document["findings"]} == {
            "a_latin.py": "unreadable-file",
            "b_nul.py": "unreadable-file",
            "c_python2.py": "invalid-syntax",
            "d_prose.py": "invalid-syntax",
            "e_deep.py": "invalid-syntax",
            "f_huge.py": "unreadable-file",
            "g_latin.sql": "unreadable-file",
        }
        assert [notice["path"] for notice in document["notices"]] == ["h_gone.py", "loop"]
        assert done.stderr.splitlines() == [
            "persistlint: h_gone.py: this link leads nowhere",
            "persistlint: loop: this link leads back to a folder that holds it: not followed",
        ]

    @pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable for root")
    def test_a_file_without_permission_is_a_finding(self, tmp_path: Path) -> None:
        lay(tmp_path, {**CLEAN, "closed.py": "import sqlite3\n"})
        (tmp_path / "closed.py").chmod(0)

        done = persistlint("check", "--format", "concise", cwd=tmp_path)

        assert done.returncode == 1
        assert "closed.py:1:1: error[unreadable-file]" in done.stdout

    def test_a_pipe_is_no_file(self, tmp_path: Path) -> None:
        lay(tmp_path, CLEAN)
        os.mkfifo(tmp_path / "pipe.py")

        assert persistlint("check", cwd=tmp_path).returncode == 0
        assert "neither a file nor a folder" in persistlint("check", "pipe.py", cwd=tmp_path).stderr

    def test_modules_of_the_project_are_never_imported(self, tmp_path: Path) -> None:
        trap = "raise SystemExit('imported')\n"
        names = (
            "nt",
            "msgspec",
            "libcst",
            "typer",
            "pydantic",
            "pathspec",
            "sqlglot",
            "rich",
            "sitecustomize",
            "typing",
        )
        lay(tmp_path, {**CLEAN, **{f"{name}.py": trap for name in names}})

        done = persistlint("check", cwd=tmp_path)

        assert (done.returncode, done.stderr) == (0, "")


class TestSchema:
    def test_json_and_sql(self, tmp_path: Path) -> None:
        lay(tmp_path, {"schema.sql": "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT 'x');\n"})

        document = json.loads(persistlint("schema", "--format", "json", cwd=tmp_path).stdout)
        sql = persistlint("schema", cwd=tmp_path)

        [table] = document["tables"]
        assert (table["name"], table["path"], table["line"]) == ("item", "schema.sql", 1)
        assert [column["name"] for column in table["columns"]] == ["id", "name"]
        assert sql.returncode == 0
        assert 'CREATE TABLE "item"' in sql.stdout

    def test_files_that_cannot_be_read_are_told_on_stderr(self, tmp_path: Path) -> None:
        done = persistlint("schema", "--format", "json", cwd=lay(tmp_path, BROKEN))

        assert done.returncode == 0
        assert json.loads(done.stdout)["tables"] == []
        assert done.stderr.startswith("persistlint: app.py:2: this file cannot be parsed")


class TestOtherCommands:
    def test_facts_are_json(self, tmp_path: Path) -> None:
        lay(tmp_path, {**CLEAN, "a.sql": "SELECT 1;\n"})

        python = persistlint("facts", "app.py", cwd=tmp_path)
        sql = persistlint("facts", "a.sql", cwd=tmp_path)

        assert json.loads(python.stdout)["facts"]["path"] == "app.py"
        assert [statement["kind"] for statement in json.loads(sql.stdout)] == ["select"]

    def test_rules_are_listed_in_three_formats(self, tmp_path: Path) -> None:
        listed = persistlint("rules", cwd=tmp_path).stdout
        document = json.loads(persistlint("rules", "--format", "json", cwd=tmp_path).stdout)
        table = persistlint("rules", "--format", "markdown", cwd=tmp_path).stdout

        for rule in document["rules"]:
            assert f"  {rule['name']} " in listed
            assert f"| `{rule['name']}` |" in table

    def test_every_rule_is_explained(self, tmp_path: Path) -> None:
        done = persistlint("explain", "unreadable-file", cwd=tmp_path)

        assert done.stdout.startswith("# unreadable-file\n")
        assert "\x1b" not in done.stdout

    def test_on_a_terminal_a_page_is_rendered(self, tmp_path: Path) -> None:
        done = persistlint("explain", "unreadable-file", cwd=tmp_path, FORCE_COLOR="1", NO_COLOR="")

        assert "\x1b[" in done.stdout

    def test_config_shows_what_is_in_force_and_where_it_comes_from(self, tmp_path: Path) -> None:
        import tomllib

        settings = 'select = ["files"]\nexclude = ["a\\"b"]\n[per-file-ignores]\n"tests/**" = ["files"]\n'
        lay(tmp_path, {**CLEAN, "persistlint.toml": settings})

        shown = persistlint("config", cwd=tmp_path).stdout

        assert f"# settings: {tmp_path}/persistlint.toml" in shown
        assert tomllib.loads(shown) == {**tomllib.loads(settings), "ignore": [], "dialect": "sqlite"}
        sources = {line.split(" ")[0].strip("#[]"): line.rpartition("# ")[2] for line in shown.splitlines()[3:]}
        assert (sources["select"], sources["exclude"]) == ("persistlint.toml:1", "persistlint.toml:2")
        assert (sources["per-file-ignores"], sources["dialect"]) == ("persistlint.toml:3", "default")
        assert "# units " in shown
        document = json.loads(persistlint("config", "--format", "json", cwd=tmp_path).stdout)
        assert document["settings"]["select"] == {"value": ["files"], "source": "persistlint.toml", "line": 1}

    @pytest.mark.parametrize("flag", ["--version", "-V"])
    def test_version(self, tmp_path: Path, flag: str) -> None:
        assert persistlint(flag, cwd=tmp_path).stdout == f"persistlint {__version__}\n"

    def test_version_imports_nothing_heavy(self, tmp_path: Path) -> None:
        done = persistlint("--version", cwd=tmp_path, PYTHONPROFILEIMPORTTIME="1")

        imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
        assert "persistlint.cli" in imported
        assert imported.isdisjoint({"libcst", "sqlglot", "rich", "msgspec", "typer", "dataclasses", "re"})

    @pytest.mark.parametrize("command", ["check", "acceptance", "schema", "upgrades", "facts", "rules", "config"])
    def test_help_is_plain_and_fits_a_terminal_and_imports_no_command(self, tmp_path: Path, command: str) -> None:
        long = persistlint(command, "--help", cwd=tmp_path, COLUMNS="80", FORCE_COLOR="1", PYTHONPROFILEIMPORTTIME="1")
        short = persistlint(command, "-h", cwd=tmp_path, COLUMNS="80")

        assert (short.returncode, short.stderr, short.stdout) == (0, "", long.stdout)
        assert max(map(len, short.stdout.splitlines())) <= 80
        assert "\x1b" not in long.stdout
        imported = {line.rpartition("|")[2].strip() for line in long.stderr.splitlines()}
        assert imported.isdisjoint({"rich", "persistlint.engine", f"persistlint.cli.{command}"})

    def test_no_arguments_show_the_help(self, tmp_path: Path) -> None:
        bare, asked = persistlint(cwd=tmp_path), persistlint("--help", cwd=tmp_path)

        assert (bare.returncode, asked.returncode) == (2, 0)
        assert bare.stdout == asked.stdout
        assert "check" in bare.stdout


class TestCache:
    def test_a_cached_run_prints_the_same_and_imports_no_parser(self, tmp_path: Path) -> None:
        lay(tmp_path, {**CLEAN, "schema.sql": "CREATE TABLE x (a);\n", "bad.py": BROKEN["app.py"]})
        first = persistlint("check", cwd=tmp_path)
        again = persistlint("check", cwd=tmp_path, PYTHONPROFILEIMPORTTIME="1")

        assert again.stdout == first.stdout
        imported = {line.rpartition("|")[2].strip() for line in again.stderr.splitlines()}
        assert imported.isdisjoint({"libcst", "sqlglot", "rich"})

    def test_no_cache_leaves_nothing_behind(self, tmp_path: Path) -> None:
        persistlint("check", "--no-cache", cwd=lay(tmp_path, CLEAN))

        assert not (tmp_path / ".persistlint_cache").exists()

    def test_two_runs_at_once_do_not_disturb_each_other(self, tmp_path: Path) -> None:
        lay(tmp_path, {f"m{number}.py": CLEAN["app.py"].replace("t (", f"t{number} (") for number in range(20)})
        search = os.pathsep.join([str(ROOT / "lint"), str(ROOT / "rules")])
        command = [sys.executable, "-m", "persistlint", "check", "--format", "json"]
        runs = [
            subprocess.Popen(
                command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": search}, stdout=subprocess.PIPE, text=True
            )
            for _ in range(3)
        ]
        outputs = {run.communicate(timeout=120)[0] for run in runs}

        assert [run.returncode for run in runs] == [0, 0, 0]
        assert len(outputs) == 1
        assert persistlint("check", "--format", "json", cwd=tmp_path).stdout in outputs


def test_a_reader_that_leaves_early_is_no_defect(tmp_path: Path) -> None:
    lay(tmp_path, {f"m{number:04}.py": BROKEN["app.py"] for number in range(1500)})
    search = os.pathsep.join([str(ROOT / "lint"), str(ROOT / "rules")])
    run = subprocess.Popen(
        [sys.executable, "-m", "persistlint", "check"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": search},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert run.stdout is not None
    assert run.stderr is not None
    run.stdout.readline()
    run.stdout.close()
    errors = run.stderr.read()
    run.stderr.close()

    assert run.wait(timeout=120) == 1
    assert errors == ""


def test_a_terminal_without_unicode_gets_escapes(tmp_path: Path) -> None:
    lay(tmp_path, {"app.py": "import sqlite3\nx = 'é' 1\n"})

    done = persistlint("check", cwd=tmp_path, PYTHONIOENCODING="ascii")

    assert done.returncode == 1
    assert "\\xe9" in done.stdout


def test_the_installed_script_and_the_module_are_the_same_program() -> None:
    from importlib.metadata import PackageNotFoundError, entry_points, version

    try:
        version("persistlint")
    except PackageNotFoundError:
        pytest.skip("persistlint is not installed here")
    [script] = entry_points(group="console_scripts", name="persistlint")

    assert script.value == "persistlint.cli:main"


def test_starting_is_fast_enough_for_an_editor(tmp_path: Path) -> None:
    def seconds(*command: str) -> float:
        started = time.perf_counter()
        search = os.pathsep.join([str(ROOT / "lint"), str(ROOT / "rules")])
        subprocess.run(command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": search}, check=True, capture_output=True)
        return time.perf_counter() - started

    bare = min(seconds(sys.executable, "-c", "pass") for _ in range(5))
    version = min(seconds(sys.executable, "-m", "persistlint", "--version") for _ in range(5))

    assert version <= 8 * bare
