"""However the code defines its tables: each promise that is broken in the contract is told by the rule that owns it."""

from __future__ import annotations

import pytest

from .drafted import CONTRACTS, Drafted

CODE = {
    "sql": {
        "app/store.py": '''
import sqlite3

SCHEMA = """
CREATE TABLE IF NOT EXISTS owners (
    id INTEGER PRIMARY KEY,
    mail VARCHAR(80) NOT NULL UNIQUE
);
CREATE TABLE IF NOT EXISTS pets (
    owner_id INTEGER NOT NULL REFERENCES owners (id) ON DELETE CASCADE ON UPDATE RESTRICT,
    "the name" VARCHAR(40) NOT NULL,
    kind TEXT DEFAULT 'cat' CHECK (kind IN ('cat', 'dog')),
    age INTEGER CONSTRAINT ck_age CHECK (age BETWEEN 0 AND 30),
    weight REAL,
    PRIMARY KEY (owner_id, "the name"),
    CONSTRAINT uq_pet UNIQUE (kind, age)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS ix_pets_age ON pets (age) WHERE age > 1;
CREATE INDEX IF NOT EXISTS ix_pets_name ON pets (lower("the name"), age);
"""


def connect(path):
    connection = sqlite3.connect(path)
    connection.executescript(SCHEMA)
    return connection
'''
    },
    "core": {
        "app/tables.py": """
from sqlalchemy import (CheckConstraint, Column, Float, ForeignKey, Index, Integer, MetaData, String, Table, Text,
                        UniqueConstraint, func, text)

metadata = MetaData()
owners = Table("owners", metadata, Column("id", Integer, primary_key=True),
               Column("mail", String(80), nullable=False, unique=True))
pets = Table(
    "pets",
    metadata,
    Column("owner_id", ForeignKey("owners.id", ondelete="CASCADE", onupdate="RESTRICT"), primary_key=True),
    Column("the name", String(40), primary_key=True),
    Column("kind", Text, server_default="cat"),
    Column("age", Integer),
    Column("weight", Float),
    CheckConstraint("kind IN ('cat', 'dog')"),
    CheckConstraint("age BETWEEN 0 AND 30", name="ck_age"),
    UniqueConstraint("kind", "age", name="uq_pet"),
)
Index("ix_pets_age", pets.c.age, sqlite_where=pets.c.age > 1)
Index("ix_pets_name", func.lower(pets.c["the name"]), pets.c.age)
"""
    },
    "declarative": {
        "app/models.py": """
from typing import Annotated, Optional

from sqlalchemy import CheckConstraint, ForeignKey, Index, MetaData, String, Text, UniqueConstraint, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

name40 = Annotated[str, mapped_column(String(40))]


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention={"ck": "ck_%(constraint_name)s"})


class Owner(Base):
    __tablename__ = "owners"
    id: Mapped[int] = mapped_column(primary_key=True)
    mail: Mapped[str] = mapped_column(String(80), unique=True)


class Pet(Base):
    __tablename__ = "pets"
    owner_id: Mapped[int] = mapped_column(
        ForeignKey(Owner.id, ondelete="CASCADE", onupdate="RESTRICT"), primary_key=True
    )
    name: Mapped[name40] = mapped_column("the name", primary_key=True)
    kind: Mapped[Optional[str]] = mapped_column(Text, server_default="cat")
    age: Mapped[int | None] = mapped_column()
    weight: Mapped[float | None]
    __table_args__ = (
        CheckConstraint(kind.in_(["cat", "dog"])),
        CheckConstraint(age.between(0, 30), name="age"),
        UniqueConstraint(kind, age, name="uq_pet"),
    )


Index("ix_pets_age", Pet.age, sqlite_where=Pet.age > 1)
Index("ix_pets_name", func.lower(Pet.name), Pet.age)
"""
    },
    "sqlmodel": {
        "app/models.py": """
from typing import Optional

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel


class Owner(SQLModel, table=True):
    __tablename__ = "owners"
    id: Optional[int] = Field(default=None, primary_key=True)
    mail: str = Field(max_length=80, unique=True)


class Pet(SQLModel, table=True):
    __tablename__ = "pets"
    __table_args__ = (
        CheckConstraint("kind IN ('cat', 'dog')"),
        CheckConstraint("age BETWEEN 0 AND 30", name="ck_age"),
        UniqueConstraint("kind", "age", name="uq_pet"),
        Index("ix_pets_age", "age", sqlite_where=text("age > 1")),
        Index("ix_pets_name", text('lower("the name")'), "age"),
    )
    owner_id: int = Field(
        sa_column=Column(ForeignKey("owners.id", ondelete="CASCADE", onupdate="RESTRICT"), primary_key=True)
    )
    name: str = Field(sa_column=Column("the name", String(40), primary_key=True))
    kind: Optional[str] = Field(sa_column=Column(Text, server_default="cat"))
    age: Optional[int] = None
    weight: Optional[float] = None
"""
    },
}
BROKEN = {
    "a length": ("mail VARCHAR(80)", "mail VARCHAR(81)", "column-type-drift"),
    "no length": ('"the name" VARCHAR(40)', '"the name" VARCHAR', "column-type-drift"),
    "an affinity": ("age INTEGER", "age TEXT", "column-type-drift"),
    "nullability": ("mail VARCHAR(80) NOT NULL", "mail VARCHAR(80)", "nullability-drift"),
    "nullability, the other way": ("    weight ", "    weight NOT NULL ", None),
    "a default": ("DEFAULT 'cat'", "DEFAULT 'dog'", "default-drift"),
    "a default's form": ("DEFAULT 'cat'", "DEFAULT ('cat')", None),
    "no default": (" DEFAULT 'cat'", "", "default-drift"),
    "an action": ("ON DELETE CASCADE", "ON DELETE SET NULL", "foreign-key-drift"),
    "another action": (" ON UPDATE RESTRICT", "", "foreign-key-drift"),
    "a target": ("REFERENCES owners (id)", "REFERENCES owners (mail)", "foreign-key-drift"),
    "a target's form": ("REFERENCES owners (id)", "REFERENCES OWNERS", None),
    "a check's bound": ("age BETWEEN 0 AND 30", "age BETWEEN 0 AND 31", "check-drift"),
    "a check's lower bound": ("age BETWEEN 0 AND 30", "age BETWEEN 1 AND 30", "check-drift"),
    "a check's form": ("age BETWEEN 0 AND 30", "NOT (age < 0 OR 30 < age)", None),
    "a check's name": ("CONSTRAINT ck_age ", "", None),
    "a member": ("'cat', 'dog'", "'cat', 'dog', 'cow'", "check-drift"),
    "a member less": ("IN ('cat', 'dog')", "IN ('dog')", "check-drift"),
    "members in another order": ("IN ('cat', 'dog')", "IN ('dog', 'cat')", None),
    "members as a chain": ("kind IN ('cat', 'dog')", "kind = 'cat' OR kind = 'dog'", None),
    "a key's order": ('(owner_id, "the name")', '("the name", owner_id)', "primary-key-drift"),
    "a key's part": ('PRIMARY KEY (owner_id, "the name")', "PRIMARY KEY (owner_id)", "primary-key-drift"),
    "a unique set": ("UNIQUE (kind, age)", "UNIQUE (kind, age, weight)", "unique-drift"),
    "a unique set's order": ("UNIQUE (kind, age)", "UNIQUE (age, kind)", None),
    "a partial index": ("WHERE age > 1", "WHERE age > 2", "index-drift"),
    "a whole index": (" WHERE age > 1", "", "index-drift"),
    "an expression": ('lower("the name")', 'upper("the name")', "index-drift"),
    "an index's order": ('(lower("the name"), age)', '(age, lower("the name"))', "index-drift"),
    "a column": ("    age INTEGER", "    colour TEXT,\n    age INTEGER", "missing-column"),
    "a table": ("CREATE TABLE owners", "CREATE TABLE keepers (id INTEGER);\nCREATE TABLE owners", "missing-table"),
}


@pytest.fixture(scope="module", params=CODE)
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Drafted:
    project = Drafted(tmp_path_factory.mktemp(request.param), CODE[request.param])
    project.init()
    return project


def test_unbroken(project: Drafted) -> None:
    assert project.findings() == []


@pytest.mark.parametrize("name", BROKEN)
def test_broken(project: Drafted, name: str) -> None:
    old, new, rule = BROKEN[name]
    whole = project.read(CONTRACTS)
    if old not in whole:
        pytest.skip("this way to define tables writes it otherwise")
    try:
        project.write(CONTRACTS, whole.replace(old, new, 1))
        found = {one for one, _ in project.findings("schema")}
    finally:
        project.write(CONTRACTS, whole)
    assert found == ({rule} if rule is not None else set())
