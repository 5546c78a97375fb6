"""`--upgrade-from`: what only a change can tell, read from git's object store."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from persistlint import gather, workers
from persistlint.cli.app import run as main
from persistlint.errors import UserError
from persistlint.vcs import Repository
from persistlint.workers import Result, Task

MODELS = """\
from sqlalchemy import CheckConstraint, Integer, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    __table_args__ = (CheckConstraint("amount > 0"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(50))
    amount: Mapped[int] = mapped_column(server_default="1")
    code: Mapped[str] = mapped_column(String(10), unique=True)
    color: Mapped[str | None] = mapped_column(String(10), index=True)
"""
STORE = """\
from sqlalchemy import create_engine

from models import Base


def open_shop(path):
    engine = create_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    return engine
"""


def git(root: Path, *arguments: str) -> str:
    own = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *own, *arguments], cwd=root, capture_output=True, text=True, check=True).stdout


def commit(root: Path, tag: str) -> None:
    git(root, "add", ".")
    git(root, "commit", "-q", "--allow-empty", "-m", tag)
    git(root, "tag", tag)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    (root / "models.py").write_text(MODELS)
    (root / "store.py").write_text(STORE)
    commit(root, "v1")
    return root


def checked(root: Path, capsys: pytest.CaptureFixture[str], *refs: str) -> list[dict[str, object]]:
    """The findings of the upgrades family."""
    given = [word for ref in refs for word in ("--upgrade-from", ref)]
    assert main(["check", "--select", "upgrades", "--format", "json", "--no-cache", *given, str(root)]) in (0, 1)
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)["findings"]
    return found


@pytest.mark.parametrize(
    ("old", "new", "rule", "aspect"),
    [
        ("    amount:", "    note: Mapped[str | None]\n    amount:", "missing-upgrade-path", "column"),
        ("    name: Mapped[str] = mapped_column(String(50))\n", "", "orphan-required-column", "column"),
        ("name: Mapped[str] = mapped_column(String(50))", "name: Mapped[int]", "upgraded-column-drift", "type"),
        ("name: Mapped[str] =", "name: Mapped[str | None] =", "upgraded-column-drift", "nullable"),
        ('server_default="1"', 'server_default="2"', "upgraded-column-drift", "default"),
        ("amount > 0", "amount > 5", "upgraded-constraint-missing", "check"),
        ('(CheckConstraint("amount > 0"),)', "()", "orphan-constraint", "check"),
        ("String(10), unique=True", "String(10)", "orphan-constraint", "unique"),
        ("mapped_column(String(50))", "mapped_column(String(50), index=True)", "upgraded-index-missing", "index"),
        ("mapped_column(String(50))", "mapped_column(String(50), unique=True)", "upgraded-constraint-missing", "unique"),
    ],
)  # fmt: skip
def test_a_change_of_the_models_alone_is_one_rules_finding(
    shop: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, rule: str, aspect: str
) -> None:
    assert old in MODELS
    (shop / "models.py").write_text(MODELS.replace(old, new))

    [finding] = checked(shop, capsys, "v1")

    assert finding["rule"] == rule
    assert isinstance(data := finding["data"], dict)
    assert (data["table"], data["aspect"], data["start"]) == ("orders", aspect, "v1")
    assert finding["path"] == "models.py"


def test_an_index_under_its_old_name_is_told_with_what_the_old_one_is(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both = MODELS.replace("__table_args__ = (", '__table_args__ = (Index("ix", "name"), ').replace(
        "import CheckConstraint", "import CheckConstraint, Index"
    )
    (shop / "models.py").write_text(both)
    commit(shop, "v2")
    (shop / "models.py").write_text(both.replace('"ix", "name"', '"ix", "name", "amount"'))

    [finding] = checked(shop, capsys, "v2")

    assert finding["rule"] == "upgraded-index-missing"
    assert "the upgraded one has an index on `name` instead" in str(finding["message"])


def test_an_upgrade_that_makes_up_for_it_is_no_finding(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "models.py").write_text(MODELS + "    note: Mapped[str | None]\n")
    (shop / "store.py").write_text(
        STORE.replace("create_engine", "create_engine, inspect, text").replace(
            "    return engine",
            "    with engine.begin() as connection:\n"
            '        if "note" not in [one["name"] for one in inspect(connection).get_columns("orders")]:\n'
            '            connection.execute(text("ALTER TABLE orders ADD COLUMN note VARCHAR"))\n'
            "    return engine",
        )
    )

    assert checked(shop, capsys, "v1") == []


def test_a_table_that_is_new_is_made_by_create_all(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "models.py").write_text(
        MODELS
        + '\n\nclass Bill(Base):\n    __tablename__ = "bills"\n    id: Mapped[int] = mapped_column(primary_key=True)\n'
    )

    assert checked(shop, capsys, "v1") == []


def test_tables_that_are_created_while_a_module_is_imported_are_a_store_too(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shop / "store.py").write_text(
        "from sqlalchemy import create_engine\n\nfrom models import Base\n\n"
        'engine = create_engine("sqlite:///shop.db")\nBase.metadata.create_all(engine)\n'
    )
    (shop / "models.py").write_text(MODELS + "    note: Mapped[str | None]\n")

    assert [one["rule"] for one in checked(shop, capsys, "v1")] == ["missing-upgrade-path"]


def test_nothing_changed_is_nothing_to_say(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert checked(shop, capsys, "v1") == []


def test_revisions_of_alembic_that_have_run_are_not_run_again(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "versions").mkdir()
    head = (
        'import sqlalchemy as sa\nfrom alembic import op\n\nrevision = "{}"\ndown_revision = {}\n\n\ndef upgrade():\n'
    )
    (shop / "store.py").unlink()
    (shop / "models.py").write_text(
        "from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column\n\n\nclass Base(DeclarativeBase):\n    pass\n"
        '\n\nclass Item(Base):\n    __tablename__ = "items"\n    id: Mapped[int] = mapped_column(primary_key=True)\n'
    )
    first = '    op.create_table("items", sa.Column("id", sa.Integer(), primary_key=True, nullable=False))\n'
    (shop / "versions" / "1.py").write_text(head.format("1", None) + first)
    commit(shop, "v2")
    with (shop / "models.py").open("a") as stream:
        stream.write("    a: Mapped[str | None]\n    b: Mapped[str | None]\n")
    (shop / "versions" / "2.py").write_text(
        head.format("2", '"1"') + '    op.add_column("items", sa.Column("a", sa.String()))\n'
    )

    [finding] = checked(shop, capsys, "v2")

    assert (finding["rule"], "`items.b`" in str(finding["message"])) == ("missing-upgrade-path", True)


def test_a_pattern_is_every_tag_that_matches_it_and_each_is_a_start(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shop / "models.py").write_text(MODELS + "    note: Mapped[str | None]\n")
    commit(shop, "v2")
    commit(shop, "v10")  # the same files again
    commit(shop, "other")

    assert main(["upgrades", "--format", "json", "--no-cache", "--upgrade-from", "v*", str(shop)]) == 0
    [store] = json.loads(capsys.readouterr().out)["stores"]

    assert [start["start"] for start in store["starts"]] == ["v1", "v2", "v10"]
    assert [[one["object"] for one in start["differences"]] for start in store["starts"]] == [["note"], [], []]


def test_where_the_branch_began_is_a_start(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(shop, "checkout", "-q", "-b", "feature")
    (shop / "models.py").write_text(MODELS + "    note: Mapped[str | None]\n")
    commit(shop, "on-the-branch")

    assert [one["rule"] for one in checked(shop, capsys, "main...")] == ["missing-upgrade-path"]


def test_files_that_are_the_same_are_not_parsed_again(
    shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (shop / "store.py").write_text(STORE + "\n# changed\n")
    parsed: list[str] = []

    def extract(task: Task) -> Result:
        parsed.append(task[0])
        return workers.extract(task)

    monkeypatch.setattr(gather, "extract", extract)

    checked(shop, capsys, "v1")

    assert sorted(parsed) == ["models.py", "store.py", "store.py"]


def test_the_revision_is_read_and_never_checked_out(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "models.py").write_text(MODELS + "    note: Mapped[str | None]\n")
    before = {path: path.stat().st_mtime_ns for path in shop.glob("*.py")}

    checked(shop, capsys, "v1")

    assert {path: path.stat().st_mtime_ns for path in shop.glob("*.py")} == before
    assert git(shop, "status", "--short") == " M models.py\n"


@pytest.mark.parametrize(
    ("ref", "words"),
    [
        ("nowhere", "git knows no revision `nowhere`"),
        ("w*", "no tag of this repository matches `w*`"),
        ("--help", "git knows no revision `--help`"),
    ],
)
def test_a_revision_that_is_not_there_is_one_line(
    shop: Path, capsys: pytest.CaptureFixture[str], ref: str, words: str
) -> None:
    for command in ("check", "upgrades"):
        assert main([command, f"--upgrade-from={ref}", "--no-cache", str(shop)]) == 2
        assert capsys.readouterr().err == f"persistlint: {words}\n"


def test_no_repository_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "models.py").write_text(MODELS)

    assert main(["check", "--upgrade-from", "v1", "--no-cache", str(tmp_path)]) == 2
    assert "is in no git repository" in capsys.readouterr().err


def test_a_shallow_clone_says_how_to_get_the_rest(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = git(shop, "rev-parse", "HEAD").strip()
    (shop / "models.py").write_text(MODELS + "    note: Mapped[str | None]\n")
    commit(shop, "v2")
    shallow = shop.parent / "shallow"
    git(shop.parent, "clone", "-q", "--depth", "1", f"file://{shop}", str(shallow))

    assert main(["check", "--upgrade-from", first, "--no-cache", str(shallow)]) == 2
    said = capsys.readouterr().err
    assert "`git fetch --unshallow --tags`" in said
    assert said.count("\n") == 1


def test_objects_that_git_lacks_are_told_apart_from_files_that_are_not_there(shop: Path) -> None:
    snapshot = Repository(shop).at("v1")
    blob = git(shop, "rev-parse", "v1:models.py").strip()
    (shop / ".git" / "objects" / blob[:2] / blob[2:]).unlink()

    with pytest.raises(OSError, match="git lacks this object"):
        snapshot.read("models.py")
    from persistlint.engine import Request, read

    with pytest.raises(UserError, match=r"git lacks `models\.py` of revision `v1`"):
        read(Request(shop, [shop], jobs=1, use_cache=False, upgrade_from=("v1",)))


def test_what_was_found_is_kept_for_the_same_revisions_only(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "models.py").write_text(MODELS + "    note: Mapped[str | None]\n")
    commit(shop, "v2")

    def rules(*given: str) -> list[str]:
        main(["check", "--select", "upgrades", "--format", "json", *given, str(shop)])
        return [one["rule"] for one in json.loads(capsys.readouterr().out)["findings"]]

    assert rules() == []
    assert rules("--upgrade-from", "v1") == ["missing-upgrade-path"]
    assert rules("--upgrade-from", "v1") == ["missing-upgrade-path"]
    assert rules("--upgrade-from", "v2") == []
    assert rules() == []
