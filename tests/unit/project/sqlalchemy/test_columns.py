"""Columns as the legacy style and the 2.0 style write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from .real import agree

LEGACY = """
import sqlalchemy as sa
from sqlalchemy import Column, Integer, String, ForeignKey, func, text, true, false
from sqlalchemy.orm import declarative_base

Base = declarative_base()

class Owner(Base):
    __tablename__ = "owner"
    id = Column(Integer, primary_key=True)
    code = Column(sa.String(12), unique=True)

class Thing(Base):
    __tablename__ = "thing"
    id = Column(Integer, primary_key=True)
"""
TYPED = """
import datetime
import decimal
import enum
import uuid
from typing import Annotated, Any, ClassVar, List, Literal, Optional, Union

import sqlalchemy as sa
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

class Base(DeclarativeBase):
    pass

class Color(enum.Enum):
    RED = "r"
    GREENISH = "g"

class Owner(Base):
    __tablename__ = "owner"
    id: Mapped[int] = mapped_column(primary_key=True)
    things: Mapped[List["Thing"]] = relationship(back_populates="owner", foreign_keys="Thing.owner_id")

key = Annotated[int, mapped_column(primary_key=True)]
name50 = Annotated[str, mapped_column(String(50), unique=True)]
stamp = Annotated[datetime.datetime, mapped_column(server_default=sa.func.now())]

class Thing(Base):
    __tablename__ = "thing"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[Optional[int]] = mapped_column(ForeignKey("owner.id"))
    owner: Mapped[Optional["Owner"]] = relationship(back_populates="things", foreign_keys=[owner_id])
"""


@pytest.mark.parametrize(
    "column",
    [
        "Column(Integer)",
        "Column('other_name', String(50), nullable=False, unique=True)",
        "Column(name='other_name', type_=String(50))",
        "Column(String, index=True)",
        "Column(sa.CHAR(3), unique=True, index=True)",
        "Column(sa.SmallInteger, default=1)",
        "Column(sa.SmallInteger, default=0, nullable=False)",
        "Column(sa.JSON, default=dict)",
        "Column(sa.JSON, default=lambda: [])",
        "Column(sa.DateTime, default=func.now())",
        "Column(sa.DateTime, onupdate=func.now())",
        "Column(sa.DateTime, server_default=func.now())",
        "Column(sa.DateTime, server_default=func.current_timestamp())",
        "Column(sa.DateTime, server_default=sa.text('CURRENT_TIMESTAMP'))",
        'Column(sa.Text, server_default="it\'s")',
        "Column(sa.Text, server_default='')",
        "Column(sa.Boolean, server_default=true())",
        "Column(sa.Boolean, server_default=false())",
        "Column(sa.Boolean, server_default='0')",
        "Column(sa.Integer, server_default=text('7'))",
        "Column(sa.Integer, server_default=func.abs(-3))",
        "Column(sa.Integer, server_default=func.coalesce(None, 3, 'a'))",
        "Column(sa.Integer, sa.DefaultClause('5'))",
        "Column(sa.Integer, sa.FetchedValue())",
        "Column(sa.Integer, sa.ColumnDefault(5))",
        "Column(sa.Integer, sa.Computed('1 + 2'))",
        "Column(sa.Integer, sa.Computed('1 + 2', persisted=True))",
        "Column(sa.Integer, sa.Identity())",
        "Column(sa.Integer, sa.Identity(start=3), nullable=True)",
        "Column(sa.Integer, sa.Sequence('s'))",
        "Column(sa.Integer, autoincrement=True)",
        "Column(sa.Integer, sa.CheckConstraint('column > 0'))",
        "Column(sa.Integer, sa.CheckConstraint('column > 0', name='positive'))",
        "Column(sa.Integer, ForeignKey('owner.id'))",
        "Column(ForeignKey('owner.id'))",
        "Column(ForeignKey('owner.code'))",
        "Column(ForeignKey('owner.id', ondelete='CASCADE', onupdate='SET NULL'), nullable=False)",
        "Column('other_name', ForeignKey('owner.id', name='fk_owner'))",
        "Column(Integer, ForeignKey(Owner.id))",
        "Column(ForeignKey(Owner.code))",
        "Column(Integer, ForeignKey(Owner.__table__.c.id))",
        "Column(Integer, ForeignKey(Owner.__table__.c['id']))",
        "Column(None, ForeignKey('owner.id'))",
        "Column(sa.types.Integer(), ForeignKey('owner.id'), ForeignKey('thing.id'))",
        "Column(sa.String(length=20, collation='NOCASE'))",
        "Column(sa.Numeric(10, 2))",
        "Column(sa.Numeric(precision=10))",
        "Column(sa.Numeric(asdecimal=False))",
        "Column(sa.Float)",
        "Column(sa.Float(53))",
        "Column(sa.Double)",
        "Column(sa.LargeBinary)",
        "Column(sa.LargeBinary(16))",
        "Column(sa.PickleType)",
        "Column(sa.Interval)",
        "Column(sa.Time, key='other_key')",
        "Column(sa.Date)",
        "Column(sa.TIMESTAMP(timezone=True))",
        "Column(sa.DateTime(timezone=True))",
        "Column(sa.Uuid)",
        "Column(sa.UUID)",
        "Column(sa.Uuid(native_uuid=False))",
        "Column(sa.Unicode(10))",
        "Column(sa.UnicodeText())",
        "Column(sa.BigInteger().with_variant(sa.Integer, 'sqlite'))",
        "Column(sa.JSON().with_variant(sa.Text(), 'postgresql'))",
        "Column(sa.String(5).with_variant(sa.String(9), 'mysql', 'sqlite'))",
        "Column(sa.ARRAY(Integer))",
        "Column(sa.ARRAY(Integer).with_variant(sa.JSON(), 'sqlite'))",
        "Column(sa.Enum('a', 'bcd', name='kind'))",
        "Column(sa.Enum('a', 'bcd', create_constraint=True, name='kind'))",
        "Column(sa.Enum('a', 'bcd', create_constraint=True))",
        "Column(sa.Enum('a', 'bcd', length=40))",
        "Column(sa.Enum('a', 'bcd', native_enum=False, length=40))",
        "Column(sa.Boolean(create_constraint=True, name='is_bool'))",
        "Column(sa.Boolean(create_constraint=True))",
        "sa.orm.deferred(Column(sa.Text))",
        "sa.orm.column_property(Column(sa.Text, nullable=False))",
        "sa.orm.mapped_column(sa.Text)",
        "sa.orm.mapped_column(ForeignKey('owner.code'), nullable=False)",
        "Column('tested', sa.String, quote=True, comment='x', doc='y', info={})",
        "Column(sa.Text, default='x')",
    ],
)
def test_a_legacy_column_is_what_it_really_is(tmp_path: Path, column: str) -> None:
    tables = agree(tmp_path, LEGACY + f"    tested = {column}\n")

    assert [one.attribute for one in tables["thing"].columns] == ["id", "tested"]


@pytest.mark.parametrize(
    "written",
    [
        "tested: Mapped[int]",
        "tested: Mapped[int] = mapped_column()",
        "tested: Mapped[Optional[int]]",
        "tested: Mapped[int | None]",
        "tested: Mapped[None | int]",
        "tested: Mapped[Union[int, None]]",
        "tested: Mapped[Union[None, str]]",
        "tested: Mapped['int']",
        "tested: Mapped['Optional[int]']",
        "tested: Mapped['int | None']",
        "tested: 'Mapped[Optional[int]]'",
        "tested: 'Mapped[int]' = mapped_column(index=True)",
        "tested: Mapped[Optional['int']]",
        "tested: Mapped[Optional[int]] = mapped_column(nullable=False)",
        "tested: Mapped[int] = mapped_column(nullable=True)",
        "tested: Mapped[str]",
        "tested: Mapped[str] = mapped_column(String(30))",
        "tested: Mapped[str] = mapped_column('other', String(30), default='x')",
        "tested: Mapped[str] = mapped_column('other')",
        "tested: Mapped[bytes]",
        "tested: Mapped[bool] = mapped_column(default=False)",
        "tested: Mapped[datetime.datetime]",
        "tested: Mapped[datetime.date | None]",
        "tested: Mapped[datetime.timedelta]",
        "tested: Mapped[decimal.Decimal]",
        "tested: Mapped[uuid.UUID] = mapped_column(default=uuid.uuid4)",
        "tested: Mapped[Color]",
        "tested: Mapped[Optional[Color]]",
        "tested: Mapped['Color'] = mapped_column(default=Color.RED)",
        "tested: Mapped[Literal['a', 'bcd']]",
        "tested: Mapped[Optional[Literal['a', 'bcd']]]",
        "tested: Mapped[Any] = mapped_column(sa.JSON)",
        "tested: Mapped[dict] = mapped_column(sa.JSON, default=dict)",
        "tested: Mapped[list[str]] = mapped_column(sa.JSON)",
        "tested: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)",
        "tested: Mapped[name50]",
        "tested: Mapped[Optional[name50]]",
        "tested: Mapped[name50] = mapped_column(String(80))",
        "tested: Mapped[name50] = mapped_column(nullable=True)",
        "tested: Mapped[stamp]",
        "tested: Mapped[Annotated[str, 5]]",
        "tested: Mapped[Annotated[Optional[str], mapped_column(index=True)]]",
        "tested: Mapped[int] = mapped_column(ForeignKey('owner.id', ondelete='CASCADE'))",
        "tested: Mapped[int] = mapped_column(ForeignKey(Owner.id))",
        "tested: Mapped[Optional[str]] = mapped_column(ForeignKey('owner.id'))",
        "tested: Mapped[int] = mapped_column(sa.BigInteger, sa.CheckConstraint('tested > 1', name='big'))",
        "tested: Mapped[str] = mapped_column(insert_default='x')",
        "tested: Mapped[str] = mapped_column(default=None)",
        "tested: Mapped[int] = mapped_column(sa.Identity())",
        "tested: Mapped[int] = mapped_column(sa.Computed('id + 1'))",
        "tested: Mapped[str] = mapped_column(server_default='x', deferred=True)",
        "tested: Mapped[str] = mapped_column(sort_order=-5)",
        "tested: Mapped[Any] = mapped_column(sa.Text, nullable=False)",
    ],
)
def test_a_mapped_column_is_what_it_really_is(tmp_path: Path, written: str) -> None:
    tables = agree(tmp_path, TYPED + f"    {written}\n")

    assert [one.attribute for one in tables["thing"].columns] == ["id", "owner_id", "tested"]


def test_annotations_that_make_no_column(tmp_path: Path) -> None:
    tables = agree(
        tmp_path,
        TYPED
        + """
    note: ClassVar[str] = "not a column"
    constant = 5
    size = sa.orm.column_property(sa.select(sa.func.count()).scalar_subquery())
    also = sa.orm.synonym("id")
    many: Mapped[List["Thing"]] = relationship(remote_side=[id], primaryjoin="Thing.id == foreign(Thing.owner_id)", viewonly=True)

    def method(self) -> int:
        return 1

    @property
    def prop(self) -> int:
        return 1
""",
    )

    assert [one.name for one in tables["thing"].columns] == ["id", "owner_id"]
