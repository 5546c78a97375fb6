"""`__table_args__` in all its shapes, indexes and constraints in and outside classes, naming conventions."""

from __future__ import annotations

from pathlib import Path

import pytest

from .real import agree

HEAD = """
import sqlalchemy as sa
from sqlalchemy import (
    CheckConstraint, Column, ForeignKey, ForeignKeyConstraint, Index, Integer, PrimaryKeyConstraint, String,
    UniqueConstraint, func, text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, declarative_base, declared_attr, mapped_column

Base = declarative_base()

class Owner(Base):
    __tablename__ = "owner"
    a = Column(Integer, primary_key=True)
    b = Column(Integer, primary_key=True)

class Thing(Base):
    __tablename__ = "thing"
    id = Column(Integer, primary_key=True)
    a = Column(Integer, nullable=False)
    b = Column("bee", Integer)
    name = Column(String(20))
    rank = Column(Integer)
"""


@pytest.mark.parametrize(
    "written",
    [
        "__table_args__ = (UniqueConstraint('a', 'bee'),)",
        "__table_args__ = (UniqueConstraint(a, b, name='uq_ab'), )",
        "__table_args__ = (UniqueConstraint('a', 'bee', name='uq'), {'sqlite_autoincrement': True})",
        "__table_args__ = {'sqlite_autoincrement': True}",
        "__table_args__ = {'comment': 'x', 'extend_existing': True}",
        "__table_args__ = (CheckConstraint('a > 0'), CheckConstraint('rank < 3', name='low'))",
        "__table_args__ = (CheckConstraint(a > 0, name='positive'), CheckConstraint(rank.in_([1, 2, 3]), name='few'))",
        "__table_args__ = (CheckConstraint(sa.and_(a > 0, rank < 5), name='both'),)",
        "__table_args__ = (CheckConstraint(sa.or_(a.is_(None), rank.between(1, 9)), name='either'),)",
        "__table_args__ = (CheckConstraint(func.length(name) > 3, name='long'),)",
        "__table_args__ = (CheckConstraint(name != 'x', name='not_x'), CheckConstraint(~(a == 5), name='not_five'))",
        "__table_args__ = (CheckConstraint(text('a <> 7'), name='not_seven'),)",
        "__table_args__ = (Index('ix_a', 'a'), Index('ix_ab', 'a', 'bee', unique=True))",
        "__table_args__ = (Index('ix_a', a, b.desc()), Index(None, 'rank'))",
        "__table_args__ = (Index('ix_part', 'a', sqlite_where=text('rank > 3')),)",
        "__table_args__ = (Index('ix_part', 'a', unique=True, sqlite_where=rank > 3, postgresql_where=rank > 4),)",
        "__table_args__ = (Index('ix_null', 'a', sqlite_where=rank.is_(None)), Index('ix_not', 'a', sqlite_where=rank.is_not(None)))",
        "__table_args__ = (Index('ix_lower', func.lower(name)), Index('ix_text', text('upper(name)')))",
        "__table_args__ = (ForeignKeyConstraint(['a', 'bee'], ['owner.a', 'owner.b'], ondelete='CASCADE', name='fk'),)",
        "__table_args__ = (ForeignKeyConstraint([a, b], [Owner.a, Owner.b]),)",
        "__table_args__ = (ForeignKeyConstraint(columns=['a', 'bee'], refcolumns=['owner.a', 'owner.b'], onupdate='CASCADE'),)",
        "__table_args__ = tuple([Index(f'ix_{one}', one) for one in ('a', 'rank')])",
        "__table_args__ = (*(Index('ix_' + one, one) for one in ['a', 'rank']), {'comment': 'x'})",
        "__table_args__ = (Index('ix_a', 'a'),) + (UniqueConstraint('rank'),)",
        "@declared_attr\n    def __table_args__(cls):\n        return (Index(f'ix_{cls.__tablename__}_a', 'a'),)",
        "@declared_attr.directive\n    def __table_args__(cls):\n        return (UniqueConstraint('a', name=f'uq_{cls.__name__.lower()}'), {'comment': 'x'})",
        "__table_args__ = (Index('ix_a', 'a').ddl_if(dialect='sqlite'), Index('ix_pg', 'rank').ddl_if(dialect='postgresql'))",
        "__table_args__ = ()",
        "__table_args__ = {}",
    ],
)
def test_table_arguments(tmp_path: Path, written: str) -> None:
    agree(tmp_path, HEAD + f"    {written}\n")


@pytest.mark.parametrize(
    "written",
    [
        "Index('ix_a', Thing.a)",
        "Index('ix_ab', Thing.a, Thing.b, unique=True)",
        "Index('ix_a', Thing.__table__.c.a)",
        "Index('ix_a', Thing.__table__.c['a'].desc())",
        "Index('ix_lower', func.lower(Thing.name))",
        "Index('ix_part', Thing.a, sqlite_where=Thing.rank > 3)",
        "Index(None, Thing.rank)",
        "for one in (Thing.a, Thing.rank):\n    Index(None, one)",
        "INDEXES = [Index('ix_a', Thing.a), Index('ix_rank', Thing.rank)]",
        "Thing.__table__.append_constraint(UniqueConstraint('a', 'rank'))",
        "Index('ix_c', Thing.__table__.columns.a)",
    ],
)
def test_indexes_and_constraints_outside_the_class(tmp_path: Path, written: str) -> None:
    agree(tmp_path, HEAD + "\n" + written + "\n")


CONVENTION = """
import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, MetaData, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, declarative_base
from sqlalchemy.schema import conv

CONVENTION = {{
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}}
{base}

class Owner(Base):
    __tablename__ = "owner"
    id = Column(Integer, primary_key=True)

class Thing(Base):
    __tablename__ = "thing"
    id = Column(Integer, primary_key=True)
    owner_id = Column(ForeignKey("owner.id"), index=True)
    other_id = Column(Integer, ForeignKey("owner.id", name="my_fk"))
    code = Column(String(9), unique=True)
    rank = Column(Integer)
    __table_args__ = (
        UniqueConstraint("rank", "code"), UniqueConstraint("code", "rank", name="mine"),
        UniqueConstraint("id", "rank", name=conv("exactly_this")),
        CheckConstraint("rank > 0", name="positive"), Index(None, "rank", "code"), Index("as_said", "code", "rank"),
    )
"""


@pytest.mark.parametrize(
    "base",
    [
        "Base = declarative_base(metadata=MetaData(naming_convention=CONVENTION))",
        "metadata = MetaData(naming_convention=CONVENTION)\nBase = declarative_base(metadata=metadata)",
        "class Base(DeclarativeBase):\n    metadata = MetaData(naming_convention=CONVENTION)",
        "metadata = MetaData(naming_convention=CONVENTION)\n\nclass Base(DeclarativeBase):\n    metadata = metadata",
        "from sqlalchemy.orm import registry\nBase = registry(metadata=MetaData(naming_convention=CONVENTION)).generate_base()",
        "from sqlalchemy.orm import registry\nclass Base(DeclarativeBase):\n    registry = registry(metadata=MetaData(naming_convention=CONVENTION))",
        "from sqlalchemy.orm import as_declarative\n@as_declarative(metadata=MetaData(naming_convention=CONVENTION))\nclass Base:\n    pass",
        "class Root(DeclarativeBase):\n    metadata = MetaData(naming_convention=CONVENTION)\n\nclass Base(Root):\n    __abstract__ = True",
        "Base = declarative_base(metadata=MetaData(naming_convention=dict(CONVENTION)))",
    ],
)
def test_naming_conventions_from_every_kind_of_base(tmp_path: Path, base: str) -> None:
    agree(tmp_path, CONVENTION.format(base=base))


@pytest.mark.parametrize(
    "template",
    [
        "{'uq': 'uq_%(column_0_N_name)s'}",
        "{'uq': 'uq_%(column_0N_name)s', 'ix': 'ix_%(column_0_N_label)s'}",
        "{'fk': 'fk_%(referred_table_name)s_%(referred_column_0_name)s'}",
        "{'ix': 'i_%(table_name)s_%(column_0_N_name)s'}",
        "{'ck': 'ck_%(constraint_name)s'}",
        "{'fk': '%(table_name)s_%(column_0_N_name)s_fkey'}",
        "{'ix': 'ix_%(column_0_key)s', 'uq': '%(column_0_N_key)s_key'}",
    ],
)
def test_naming_convention_tokens(tmp_path: Path, template: str) -> None:
    base = f"Base = declarative_base(metadata=MetaData(naming_convention={template}))"

    agree(tmp_path, CONVENTION.format(base=base).replace("owner_id = Column(", "owner_id = Column('owner', "))
