"""Column types of the project's own: enumerations, TypeDecorators, compiled elements."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from .real import agree

HEAD = """
import enum
import uuid
from enum import Enum, IntEnum, auto
import sqlalchemy as sa
from sqlalchemy import Column, Integer, String
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.ext.mutable import MutableDict, MutableList
from sqlalchemy.orm import DeclarativeBase, Mapped, declarative_base, mapped_column
from sqlalchemy.types import TypeDecorator, UserDefinedType

class Base(DeclarativeBase):
    pass

class Color(enum.Enum):
    RED = "r"
    GREENISH = "green-ish"

class Level(IntEnum):
    LOW = 1
    HIGHEST = 2

class Kind(str, Enum):
    A = "a"
    LONG_NAME = "b"
    ALIAS_THAT_IS_LONGER = "a"

    @classmethod
    def values(cls):
        return [one.value for one in cls]

    @property
    def shown(self):
        return self.value.upper()

class Word(enum.StrEnum):
    FIRST = auto()
    SECOND_ONE = auto()

class Num(Enum):
    def describe(self):
        return self.name
    ONE = auto()
    TWO = auto()

Functional = Enum("Functional", "AA BBBB")

class Json(TypeDecorator):
    impl = sa.Text
    cache_ok = True

class Sized(TypeDecorator):
    impl = String(12)
    cache_ok = True

class Passing(TypeDecorator):
    impl = String
    cache_ok = True

class Loading(TypeDecorator):
    impl = postgresql.UUID
    cache_ok = True
    def load_dialect_impl(self, dialect):
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.UUID())
        else:
            return dialect.type_descriptor(sa.CHAR(36))

class Configured(TypeDecorator):
    impl = String
    cache_ok = True
    def __init__(self, length=9, **kw):
        super().__init__(length=length, **kw)

class Derived(Json):
    cache_ok = True

class Custom(UserDefinedType):
    cache_ok = True
    def get_col_spec(self, **kw):
        return "POINT"

class Compiled(UserDefinedType):
    cache_ok = True

@compiles(Compiled, "sqlite")
def compile_sqlite(element, compiler, **kw):
    return "BLOB_OF_OURS"

class Own(sa.String):
    pass

class Thing(Base):
    __tablename__ = "thing"
    id: Mapped[int] = mapped_column(primary_key=True)
"""


@pytest.mark.parametrize(
    "written",
    [
        "Column(sa.Enum(Color))",
        "Column(sa.Enum(Color), default=Color.RED, server_default='RED')",
        "Column(sa.Enum(Color, name='color', create_constraint=True))",
        "Column(sa.Enum(Color, values_callable=lambda e: [one.value for one in e]))",
        "Column(sa.Enum(Color, values_callable=lambda e: [str(one.value) for one in e], create_constraint=True, name='c'))",
        "Column(sa.Enum(Color, native_enum=False, length=33))",
        "Column(sa.Enum(Level))",
        "Column(sa.Enum(Kind))",
        "Column(sa.Enum(Kind, values_callable=lambda obj: obj.values()))",
        "Column(sa.Enum(Kind, values_callable=lambda x: [i.value for i in x]))",
        "Column(sa.Enum(Word))",
        "Column(sa.Enum(Word, values_callable=lambda x: [i.value for i in x]))",
        "Column(sa.Enum(Num))",
        "Column(sa.Enum(*[one.value for one in Color]))",
        "Column(sa.Enum(*[one.name for one in Color], name='names'))",
        "Column(sa.Enum('x', *Kind.values()))",
        "Column(sa.Enum(*('a', 'bbb')))",
        "Column(sa.String(len('four')))",
        "Column(String(length=2 ** 3))",
        "Column(String(10 * 2 + 1))",
        "Column(Json)",
        "Column(Json())",
        "Column(Sized)",
        "Column(Passing(40))",
        "Column(Passing(length=41))",
        "Column(Loading)",
        "Column(Loading())",
        "Column(Configured)",
        "Column(Configured(17))",
        "Column(Derived)",
        "Column(Custom)",
        "Column(Compiled())",
        "Column(Own(7))",
        "Column(Own)",
        "Column(MutableDict.as_mutable(sa.JSON))",
        "Column(MutableList.as_mutable(Json))",
        "Column(MutableDict.as_mutable(sa.JSON().with_variant(sa.Text(), 'sqlite')))",
        "Column(sqlite.JSON)",
        "Column(sqlite.DATETIME)",
        "Column(sqlite.INTEGER)",
        "Column(postgresql.JSONB().with_variant(sa.JSON(), 'sqlite'))",
        "Column(sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'))",
        "Column(postgresql.UUID(as_uuid=True), default=uuid.uuid4)",
        "Column(postgresql.ARRAY(sa.Text))",
        "Column(mysql.LONGTEXT)",
        "Column(sa.Text().with_variant(mysql.LONGTEXT(), 'mysql'))",
        "Column(sa.String(255, 'NOCASE'))",
        "Column(sa.Text(collation='NOCASE'))",
        "Column(sa.types.Unicode(5))",
        "Column(sa.VARCHAR(5))",
        "Column(sa.NVARCHAR(5))",
        "Column(sa.BLOB)",
        "Column(sa.VARBINARY(3))",
        "Column(sa.REAL)",
        "Column(sa.DECIMAL(5, 2))",
        "Column(sa.DOUBLE_PRECISION)",
        "Column(sa.BOOLEAN)",
        "Column(sa.CLOB)",
    ],
)
def test_a_type_is_rendered_as_sqlite_has_it(tmp_path: Path, written: str) -> None:
    agree(tmp_path, HEAD + f"    tested = {written}\n")


def test_members_of_enumerations_name_tables_and_lengths(tmp_path: Path) -> None:
    agree(
        tmp_path,
        HEAD
        + textwrap.dedent("""
            class Names(str, Enum):
                ITEM = "item"
            class Size(IntEnum):
                NAME = 20
            class Other(Base):
                __tablename__ = Names.ITEM.value
                id = Column(Integer, primary_key=True)
                name = Column(String(Size.NAME.value))
                second = Column("second_" + Names.ITEM.value, String(Size.NAME))
        """),
    )
