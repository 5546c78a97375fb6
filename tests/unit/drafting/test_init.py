"""`init` writes documents that the code keeps."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from persistlint.errors import UserError
from persistlint.settings import Settings

from .drafted import CONTRACTS, INVENTORY, MATRIX, Drafted

EXAMPLES = Path(__file__).parents[3] / "examples"
SHOP = """
from datetime import datetime, timezone
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


def now():
    return datetime.now(timezone.utc)


class Base(DeclarativeBase):
    pass


class Customer(Base):
    __tablename__ = "customers"
    id: Mapped[int] = mapped_column(primary_key=True)
    mail: Mapped[str] = mapped_column(String(200), unique=True)
    level: Mapped[int] = mapped_column(default=3)
    tags: Mapped[str] = mapped_column(default="a|b `c`")
    since: Mapped[datetime] = mapped_column(default=now)


class Order(Base):
    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint("amount > 0", name="ck_amount"),
        Index("ix_open", "customer_id", "amount", sqlite_where=text("amount > 10")),
    )
    number: Mapped[str] = mapped_column(String(20), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"))
    amount: Mapped[int] = mapped_column(server_default="1")
"""
NOTES = """
from sqlalchemy import Column, Integer, Text
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Note(Base):
    __tablename__ = "notes"
    id = Column(Integer, primary_key=True)
    body = Column(Text, nullable=False)
"""
UPGRADES = """
import sqlite3


def add_level(path):
    connection = sqlite3.connect(path)
    columns = [row[1] for row in connection.execute("PRAGMA table_info(customers)")]
    if "level" not in columns:
        connection.execute("ALTER TABLE customers ADD COLUMN level INTEGER NOT NULL DEFAULT 3")
        connection.commit()
    connection.close()


def open_store(path):
    add_level(path)
    return sqlite3.connect(path)
"""


@pytest.fixture
def shop(tmp_path: Path) -> Drafted:
    files = {"src/shop/__init__.py": "", "src/shop/models.py": SHOP, "src/shop/notes.py": NOTES,
             "src/shop/upgrades.py": UPGRADES}  # fmt: skip
    return Drafted(tmp_path, files)


def test_units_stand_in_the_order_of_the_reference(shop: Drafted) -> None:
    shop.init()
    rows = re.findall(r"^\| (D\d+) \| ([^|]+) \|", shop.read(MATRIX), re.MULTILINE)
    assert rows == [
        ("D01", "Customers schema"),
        ("D02", "Orders schema"),
        ("D03", "Constraints and indexes"),
        ("D04", "Schema upgrades"),
        ("D05", "Notes store"),
    ]
    assert re.findall(r"^## (D\d+) (.+)$", shop.read(CONTRACTS), re.MULTILINE) == rows
    shop.is_clean()


def test_what_is_written_is_what_the_code_says(shop: Drafted) -> None:
    shop.init()
    contracts = shop.read(CONTRACTS)
    for text in (
        "PRIMARY KEY (number, line)",
        "FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE",
        "CONSTRAINT ck_amount CHECK (amount > 0)",
        "CREATE INDEX ix_open ON orders (customer_id, amount) WHERE amount > 10;",
        'table = "customers"\ncolumn = "tags"\nvalue = "a|b `c`"',
        'column = "since"\nby = "shop.models:now"',
        'table = "customers"\ncolumn = "level"\nby = "shop.upgrades:add_level"',
    ):
        assert text in contracts
    assert "| ART-0001 | src/shop/models.py | Tables |" in shop.read(INVENTORY)


@pytest.mark.parametrize("example", ["feature_board", "legacy_board"])
def test_the_examples(example: str, tmp_path: Path) -> None:
    root = tmp_path / example
    shutil.copytree(
        EXAMPLES / example, root, ignore=shutil.ignore_patterns(".planning", ".persistlint_cache", "*.toml")
    )
    project = Drafted(root, {})
    project.init()
    project.is_clean()


def test_the_same_code_gives_the_same_bytes(shop: Drafted, tmp_path_factory: pytest.TempPathFactory) -> None:
    shop.init()
    other = tmp_path_factory.mktemp("other")
    shutil.copytree(shop.root, other, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".planning"))
    again = Drafted(other, {})
    again.init()
    assert again.bytes() == shop.bytes()


def test_an_existing_document_is_never_overwritten(shop: Drafted) -> None:
    shop.write(CONTRACTS, "# Ours\n")
    with pytest.raises(UserError, match="exists") as error:
        shop.init()
    assert error.value.path == CONTRACTS
    assert shop.bytes() == {CONTRACTS: b"# Ours\n"}


def test_an_inventory_that_exists_gives_its_ids(shop: Drafted) -> None:
    inventory = "| Artifact | Path |\n|---|---|\n| ART-0042 | src/shop/models.py |\n"
    shop.write(INVENTORY, inventory)
    shop.init()
    assert shop.read(INVENTORY) == inventory
    assert "| ART-0042 src/shop/models.py |" in shop.read(MATRIX)
    assert "| src/shop/notes.py |" in shop.read(MATRIX)
    shop.is_clean()


def test_documents_stand_where_the_settings_say(shop: Drafted) -> None:
    shop.settings = Settings(matrix="doc/matrix.md", contracts=("doc/a.md", "doc/b.md"), inventory="doc/inventory.md")
    shop.init()
    assert sorted(shop.bytes()) == ["doc/a.md", "doc/b.md", "doc/inventory.md", "doc/matrix.md"]
    shop.is_clean()


def test_one_document_for_all(shop: Drafted) -> None:
    shop.settings = Settings(matrix="DATA.md", contracts=("DATA.md",), inventory="DATA.md")
    shop.init()
    assert list(shop.bytes()) == ["DATA.md"]
    shop.is_clean()


def test_a_place_outside_of_the_project_is_refused(shop: Drafted) -> None:
    shop.settings = Settings(matrix="../matrix.md")
    with pytest.raises(UserError, match="outside"):
        shop.init()


def test_a_project_that_stores_nothing(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no table"):
        Drafted(tmp_path, {"app.py": "print(1)\n"}).init()
    assert list(tmp_path.rglob("*.md")) == []


def test_definitions_that_differ(tmp_path: Path) -> None:
    one = 'DDL = "CREATE TABLE runs (id INTEGER PRIMARY KEY, state TEXT)"\n'
    other = 'DDL = "CREATE TABLE runs (id INTEGER PRIMARY KEY)"\n'
    project = Drafted(tmp_path, {"new.py": one, "old.py": other})
    outcome = project.init()
    assert outcome.said == ("table `runs` has another shape in `old.py`, which the contract does not speak of",)
    assert 'name = "runs"\ndefined_in = ["new.py"]' in project.read(CONTRACTS)
    project.is_clean()
    project.write("new.py", one.replace("state", "status"))
    assert {rule for rule, _ in project.findings()} == {"missing-column", "undeclared-column"}


def test_definitions_that_differ_in_one_file(tmp_path: Path) -> None:
    both = 'A = "CREATE TABLE runs (id INTEGER PRIMARY KEY, state TEXT)"\nB = "CREATE TABLE runs (id INTEGER PRIMARY KEY)"\n'
    project = Drafted(tmp_path, {"store.py": both})
    project.init()
    assert "CREATE TABLE" not in project.read(CONTRACTS)
    project.is_clean()


HARD = {
    "quoted names": 'CREATE TABLE "odd ""table"" | x" ("a column" TEXT, "select" INTEGER NOT NULL, "b|c" TEXT UNIQUE);',
    "a composite key": "CREATE TABLE t (a TEXT NOT NULL, b INTEGER NOT NULL, c TEXT, PRIMARY KEY (b, a)) WITHOUT ROWID;",
    "strict": "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT DEFAULT 'x''y' COLLATE NOCASE) STRICT;",
    "autoincrement": "CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT, b);",
    "generated": "CREATE TABLE t (a INTEGER, b INTEGER GENERATED ALWAYS AS (a + 1) STORED, c AS (a * 2));",
    "indexes": "CREATE TABLE t (a TEXT, b INTEGER);\nCREATE INDEX i ON t (lower(a), b DESC) WHERE b IS NOT NULL;\n"
    "CREATE UNIQUE INDEX u ON t (a) WHERE b > 0;",
    "checks": "CREATE TABLE t (a TEXT CHECK (a IN ('x', 'y|z', '--')), b INTEGER CHECK (b BETWEEN 1 AND 5 /* ok */),\n"
    "  CONSTRAINT both CHECK (\n    a <> 'x' -- never\n    OR b > 2\n  ));",
    "keys": "CREATE TABLE p (a INTEGER, b INTEGER, PRIMARY KEY (a, b));\n"
    "CREATE TABLE t (x INTEGER, y INTEGER, FOREIGN KEY (x, y) REFERENCES p (a, b) ON DELETE SET NULL ON UPDATE CASCADE,\n"
    "  z INTEGER REFERENCES p);".replace("z INTEGER REFERENCES p", "UNIQUE (y, x)"),
    "defaults": "CREATE TABLE t (a TEXT DEFAULT (datetime('now')), b REAL DEFAULT -1.5, c TEXT DEFAULT CURRENT_TIMESTAMP,\n"
    "  d INTEGER DEFAULT ((1) + (2)), e BLOB DEFAULT x'00');",
    "full text": "CREATE VIRTUAL TABLE found USING fts5(title, body, tokenize = 'porter');\nCREATE TABLE t (a);",
    "a view": "CREATE TABLE t (a);\nCREATE VIEW v AS SELECT a FROM t;",
    "backquotes": "CREATE TABLE `t``x` (a TEXT DEFAULT '```', [b c] TEXT);",
    "keywords": 'CREATE TABLE "order" ("group" INTEGER PRIMARY KEY, "index" TEXT, "table" TEXT REFERENCES "order" ("group"));',
}


@pytest.mark.parametrize("name", HARD)
def test_hard_tables(name: str, tmp_path: Path) -> None:
    project = Drafted(tmp_path, {"schema.sql": HARD[name]})
    outcome = project.init()
    assert outcome.said == ()
    project.is_clean()


APART = {
    "app/cache.py": """
import sqlite3


class Cache:
    def __init__(self, path):
        self.connection = sqlite3.connect(path)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("CREATE TABLE IF NOT EXISTS entries (id INTEGER PRIMARY KEY, value TEXT)")
""",
    "app/runs.py": """
import sqlite3

SCHEMA = "CREATE TABLE runs (id INTEGER PRIMARY KEY); CREATE TABLE steps (run INTEGER REFERENCES runs (id))"


def opened(path):
    return sqlite3.connect(path, isolation_level=None)


def create(connection: sqlite3.Connection):
    connection.executescript(SCHEMA)
""",
}


def test_a_store_promises_only_the_tables_that_it_creates(tmp_path: Path) -> None:
    project = Drafted(tmp_path, APART)
    project.init()
    assert 'tables = ["entries"]\nengine = "app.cache:Cache.__init__"' in project.read(CONTRACTS)
    project.is_clean()


ONLY = """
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, sessionmaker

engine = create_engine("sqlite:///shop.db", connect_args={"timeout": 20})
Session = sessionmaker(engine)


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
"""


def test_the_only_database_holds_the_tables_that_nothing_is_seen_to_create(tmp_path: Path) -> None:
    project = Drafted(tmp_path, {"shop.py": ONLY})
    project.init()
    titles = re.findall(r"^## D\d+ (.+)$", project.read(CONTRACTS), re.MULTILINE)
    assert titles == ["Items schema", "Transaction mode", "Busy timeout", "Engine and session lifecycle"]
    assert "a clause knows connections by their one door or by the tables" in project.read(CONTRACTS)
    assert "[[store]]" not in project.read(CONTRACTS)
    project.is_clean()


ANSWERS = """
import json
from pathlib import Path

from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)


class Handler:
    def write(self, text): ...

    def get(self, session: Session):
        self.write(json.dumps([{"id": one.id} for one in session.query(Item).all()]))
"""


def test_an_answer_is_no_export(tmp_path: Path) -> None:
    project = Drafted(tmp_path, {"shop.py": ANSWERS})
    project.init()
    assert "xport" not in project.read(MATRIX).partition("<!--")[0]
    project.write("shop.py", ANSWERS.replace("self.write(", "Path('items.json').write_text("))
    project.init(update=True)
    assert "| Export |" in project.read(MATRIX)


def test_a_constant_of_another_package_is_no_function(tmp_path: Path) -> None:
    code = ONLY.replace("import create_engine", "import create_engine\nimport logging\nimport uuid")
    code += "    level: Mapped[int] = mapped_column(default=logging.INFO)\n"
    code += "    key: Mapped[str] = mapped_column(default=uuid.uuid4)\n"
    project = Drafted(tmp_path, {"shop.py": code})
    project.init()
    assert re.findall('^by = "(.+)"$', project.read(CONTRACTS), re.MULTILINE) == ["uuid:uuid4"]


VERSIONED = """
import sqlite3


class Store:
    def __init__(self, path):
        self.connection = sqlite3.connect(path)
        self.connection.execute("CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, mark INTEGER DEFAULT 0)")

    def migrate(self, table, column):
        self.connection.execute(f"ALTER TABLE {table} ADD COLUMN {column} TEXT")
"""


def test_upgrades_that_nothing_is_seen_to_run(tmp_path: Path) -> None:
    project = Drafted(tmp_path, {"app/store.py": VERSIONED})
    project.init()
    assert (
        "| Schema upgrades | ART-0001 app/store.py | \N{EN DASH} | Existing tables are changed by one function |"
        in (project.read(MATRIX))
    )
    assert "Tables that exist already are altered by `app.store:Store.migrate`." in project.read(CONTRACTS)
    project.is_clean()


@pytest.mark.parametrize(
    ("files", "module"),
    [
        (("src/shop/db.py", "src/shop/__init__.py"), "shop.db"),
        (("src/shop/db.py",), "shop.db"),
        (("shop/db.py",), "shop.db"),
        (("backend/shop/db.py", "backend/shop/__init__.py"), "shop.db"),
        (("big/name/shop/db.py", "big/name/shop/__init__.py"), "big.name.shop.db"),
        (("db.py",), "db"),
        (("shop/__init__.py",), "shop"),
    ],
)
def test_functions_are_named_as_they_are_imported(files: tuple[str, ...], module: str, tmp_path: Path) -> None:
    code = ONLY.replace("engine = create_engine", "def opened():\n    engine = create_engine")
    code = code.replace("\nSession = sessionmaker(engine)", "\n    Base.metadata.create_all(engine)\n    return engine")
    project = Drafted(tmp_path, {**dict.fromkeys(files, ""), files[0]: code})
    project.init()
    assert f'engine = "{module}:opened"' in project.read(CONTRACTS)
    project.is_clean()


@pytest.mark.parametrize(
    ("table", "said", "refused"),
    [
        ("(name TEXT PRIMARY KEY, n INT)", "Two columns, all may be null; the key is `name`", "no row but one with"),
        ("(name TEXT PRIMARY KEY, n INT) WITHOUT ROWID", "Two columns, one of them never null", "a null in a column"),
        ("(name TEXT PRIMARY KEY, n INT) STRICT", "Two columns, one of them never null", "a null in a column"),
        ("(name TEXT PRIMARY KEY NOT NULL, n INT)", "Two columns, one of them never null", "a null in a column"),
        ("(id INTEGER PRIMARY KEY, n INT)", "Two columns, one of them never null", "no row but one with"),
        ("(a INT, b INT, PRIMARY KEY (a, b))", "Two columns, all may be null", "no row but one with"),
    ],
)
def test_a_key_is_never_null_only_where_sqlite_says_so(table: str, said: str, refused: str, tmp_path: Path) -> None:
    project = Drafted(tmp_path, {"app/schema.sql": f"CREATE TABLE pets {table};\n"})
    project.init()
    matrix = project.read(MATRIX)

    assert said in matrix
    assert f"The database refuses {refused}" in matrix
    project.is_clean()


REVISION = """
import sqlalchemy as sa
from alembic import op
from app.models import Base

revision = "1"
down_revision = None


def upgrade():
    old = sa.Table("old_pets", Base.metadata, sa.Column("id", sa.Integer, primary_key=True))
    for _ in op.get_bind().execute(sa.select(old)):
        pass
    op.drop_table("old_pets")
"""


def test_tables_that_a_revision_reads_old_rows_by_are_not_declared(tmp_path: Path) -> None:
    project = Drafted(tmp_path, {"app/models.py": ONLY, "app/migrations/versions/1_old.py": REVISION})
    project.init()

    assert "old_pets" not in project.read(CONTRACTS)
    project.is_clean()


AT_RUN_TIME = """
import sqlite3


class Queue:
    def __init__(self, path, mode, timeout):
        self.connection = sqlite3.connect(path, isolation_level=mode, timeout=timeout)
        self.connection.execute("CREATE TABLE IF NOT EXISTS jobs (id INTEGER PRIMARY KEY, body TEXT)")
"""


def test_what_is_decided_at_run_time_is_said_to_be(tmp_path: Path) -> None:
    project = Drafted(tmp_path, {"app/queue.py": AT_RUN_TIME})
    project.init()
    matrix, contracts = project.read(MATRIX), project.read(CONTRACTS)

    assert "How transactions on the store `queue` begin is decided at run time." in contracts
    assert "Connections to the store `queue` wait a time that is decided at run time." in contracts
    assert matrix.count("| `queue`: decided at run time |") == 2
    project.is_clean()
