"""Mixins, abstract bases, `declared_attr`, joined and single-table inheritance, column order."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from .real import agree

HEAD = """
import datetime
import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Integer, String, UniqueConstraint, func
from sqlalchemy.orm import (
    DeclarativeBase, Mapped, MappedAsDataclass, as_declarative, declarative_base, declarative_mixin, declared_attr,
    has_inherited_table, mapped_column, registry, relationship,
)
"""
CASES = {
    "a mixin with columns": """
        Base = declarative_base()
        class Stamped:
            created = Column(sa.DateTime, nullable=False, server_default=func.now())
            updated = Column("changed", sa.DateTime, onupdate=func.now())
        class A(Stamped, Base):
            __tablename__ = "a"
            id = Column(Integer, primary_key=True)
        class B(Base, Stamped):
            __tablename__ = "b"
            id = Column(Integer, primary_key=True)
    """,
    "typed mixins": """
        class Base(DeclarativeBase): pass
        class HasId:
            id: Mapped[int] = mapped_column(primary_key=True)
        class HasName:
            name: Mapped[str | None] = mapped_column(String(20), index=True, unique=True)
        class A(HasId, HasName, Base):
            __tablename__ = "a"
            other: Mapped[int]
    """,
    "a mixin that inherits a mixin": """
        class Base(DeclarativeBase): pass
        class HasId:
            id: Mapped[int] = mapped_column(primary_key=True)
        class Both(HasId):
            name: Mapped[str]
        class A(Both, Base):
            __tablename__ = "a"
    """,
    "an overridden mixin column": """
        class Base(DeclarativeBase): pass
        class HasName:
            id: Mapped[int] = mapped_column(primary_key=True)
            name: Mapped[str | None] = mapped_column(String(20))
        class A(HasName, Base):
            __tablename__ = "a"
            name: Mapped[str] = mapped_column(String(99), unique=True)
    """,
    "columns on the base itself": """
        class Base(DeclarativeBase):
            id: Mapped[int] = mapped_column(primary_key=True)
            note: Mapped[str | None]
        class A(Base):
            __tablename__ = "a"
        class B(Base):
            __tablename__ = "b"
            more: Mapped[int]
    """,
    "declarative_base with a class": """
        class Methods:
            id = Column(Integer, primary_key=True)
            @declared_attr
            def __tablename__(cls):
                return cls.__name__.lower() + "s"
        Base = declarative_base(cls=Methods)
        class User(Base):
            name = Column(String)
    """,
    "as_declarative": """
        @as_declarative()
        class Base:
            id = Column(Integer, primary_key=True)
            @declared_attr
            def __tablename__(cls):
                return cls.__name__.lower()
        class User(Base):
            name = Column(String)
    """,
    "registry.mapped": """
        reg = registry()
        @reg.mapped
        class User:
            __tablename__ = "users"
            id = Column(Integer, primary_key=True)
            name: Mapped[str]
    """,
    "dataclasses": """
        class Base(MappedAsDataclass, DeclarativeBase): pass
        class User(Base):
            __tablename__ = "users"
            id: Mapped[int] = mapped_column(init=False, primary_key=True)
            name: Mapped[str] = mapped_column(default="x")
    """,
    "an abstract class": """
        Base = declarative_base()
        class Model(Base):
            __abstract__ = True
            id = Column(Integer, primary_key=True)
            @declared_attr
            def __tablename__(cls):
                return f"app_{cls.__name__.lower()}"
        class User(Model):
            name = Column(String)
        class Role(Model):
            __tablename__ = "role_table"
    """,
    "declared_attr columns": """
        class Base(DeclarativeBase): pass
        class Owner(Base):
            __tablename__ = "owner"
            id: Mapped[int] = mapped_column(primary_key=True)
        class Owned:
            @declared_attr
            def owner_id(cls):
                return Column(ForeignKey("owner.id", ondelete="CASCADE"), index=True)
            @declared_attr
            def second_id(cls) -> Mapped[int | None]:
                return mapped_column(ForeignKey("owner.id"))
            @declared_attr
            def owner(cls):
                return relationship("Owner", foreign_keys=[cls.owner_id])
            @declared_attr.directive
            def __table_args__(cls):
                return (UniqueConstraint("name", "owner_id"),)
        class A(Owned, Base):
            __tablename__ = "a"
            id: Mapped[int] = mapped_column(primary_key=True)
            name: Mapped[str]
    """,
    "table arguments from a mixin": """
        Base = declarative_base()
        class Args:
            __table_args__ = {"sqlite_autoincrement": True}
        class Named:
            name = Column(String)
            __table_args__ = (UniqueConstraint("name"),)
        class A(Args, Base):
            __tablename__ = "a"
            id = Column(Integer, primary_key=True)
        class B(Named, Base):
            __tablename__ = "b"
            id = Column(Integer, primary_key=True)
    """,
    "joined inheritance": """
        class Base(DeclarativeBase): pass
        class Person(Base):
            __tablename__ = "person"
            id: Mapped[int] = mapped_column(primary_key=True)
            kind: Mapped[str]
            __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "person"}
            __table_args__ = (Index("ix_kind", "kind"),)
        class Engineer(Person):
            __tablename__ = "engineer"
            id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
            language: Mapped[str | None]
            __mapper_args__ = {"polymorphic_identity": "engineer"}
    """,
    "single-table inheritance": """
        class Base(DeclarativeBase): pass
        class Person(Base):
            __tablename__ = "person"
            id: Mapped[int] = mapped_column(primary_key=True)
            kind: Mapped[str]
            __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "person"}
        class Manager(Person):
            level: Mapped[int | None] = mapped_column(index=True)
            __mapper_args__ = {"polymorphic_identity": "manager"}
        class Boss(Manager):
            car = mapped_column(sa.Text)
            __mapper_args__ = {"polymorphic_identity": "boss"}
    """,
    "joined below an abstract": """
        Base = declarative_base()
        class Model(Base):
            __abstract__ = True
            id = Column(Integer, primary_key=True)
        class Person(Model):
            __tablename__ = "person"
            kind = Column(String)
        class Engineer(Person):
            __tablename__ = "engineer"
            id = Column(ForeignKey("person.id"), primary_key=True)
    """,
    "a tablename computed for the root only": """
        Base = declarative_base()
        class Named:
            @declared_attr
            def __tablename__(cls):
                if has_inherited_table(cls):
                    return None
                return cls.__name__.lower()
        class Person(Named, Base):
            id = Column(Integer, primary_key=True)
            kind = Column(String)
            __mapper_args__ = {"polymorphic_on": kind, "polymorphic_identity": "p"}
        class Engineer(Person):
            language = Column(String)
            __mapper_args__ = {"polymorphic_identity": "e"}
    """,
    "a table argument that calls super": """
        class Base(DeclarativeBase): pass
        class First:
            name: Mapped[str]
            @declared_attr.directive
            def __table_args__(cls):
                return (Index(f"ix_{cls.__tablename__}_name", "name"),)
        class Second(First):
            rank: Mapped[int]
            @declared_attr.directive
            def __table_args__(cls):
                return super().__table_args__ + (Index(f"ix_{cls.__tablename__}_rank", "rank"),)
        class A(Second, Base):
            __tablename__ = "a"
            id: Mapped[int] = mapped_column(primary_key=True)
    """,
    "__table__ in the class": """
        class Base(DeclarativeBase): pass
        class A(Base):
            __table__ = sa.Table(
                "a", Base.metadata, Column("id", Integer, primary_key=True), Column("name", String(9), unique=True)
            )
        class B(Base):
            __tablename__ = "b"
            id: Mapped[int] = mapped_column(primary_key=True)
            a_id: Mapped[int] = mapped_column(ForeignKey(A.id))
    """,
    "a type map on the base": """
        from typing import Any, Annotated
        str30 = Annotated[str, 30]
        class Base(DeclarativeBase):
            type_annotation_map = {
                str: sa.String(77), dict[str, Any]: sa.JSON, datetime.datetime: sa.TIMESTAMP(timezone=True),
                str30: sa.String(30), int: sa.BigInteger().with_variant(sa.Integer, "sqlite"), list[str]: sa.JSON(),
            }
        class A(Base):
            __tablename__ = "a"
            id: Mapped[int] = mapped_column(primary_key=True)
            name: Mapped[str]
            short: Mapped[str30]
            maybe: Mapped[str30 | None]
            data: Mapped[dict[str, Any]]
            more: Mapped[dict[str, Any] | None]
            tags: Mapped[list[str]]
            at: Mapped[datetime.datetime]
            own: Mapped[str] = mapped_column(String(5))
    """,
    "a type map in the registry": """
        class Base(DeclarativeBase):
            registry = registry(type_annotation_map={str: sa.Text})
        class A(Base):
            __tablename__ = "a"
            id: Mapped[int] = mapped_column(primary_key=True)
            name: Mapped[str]
    """,
    "a NewType": """
        from typing import NewType
        Name = NewType("Name", str)
        class Base(DeclarativeBase):
            type_annotation_map = {Name: sa.String(12)}
        class A(Base):
            __tablename__ = "a"
            id: Mapped[int] = mapped_column(primary_key=True)
            name: Mapped[Name]
            plain: Mapped[str]
    """,
    "columns in a loop and with setattr": """
        Base = declarative_base()
        class A(Base):
            __tablename__ = "a"
            id = Column(Integer, primary_key=True)
        for one in ("x", "y"):
            setattr(A, one, Column(Integer))
        A.z = Column(String(3))
    """,
    "a class made by type()": """
        Base = declarative_base()
        def make(name):
            return type(name, (Base,), {"__tablename__": name.lower(), "id": Column(Integer, primary_key=True)})
        First = make("First")
        Second = make("Second")
    """,
    "a class made by a function": """
        Base = declarative_base()
        def history(table, *, key="id"):
            class History(Base):
                __tablename__ = table + "_history"
                id = Column(key, Integer, primary_key=True)
                what = Column(String(10), default="x")
            return History
        A = history("a")
        B = history("b", key="key")
    """,
}


@pytest.mark.parametrize("source", CASES.values(), ids=CASES.keys())
def test_inherited_tables(tmp_path: Path, source: str) -> None:
    agree(tmp_path, HEAD + textwrap.dedent(source))


def test_a_subclass_without_a_table_shares_its_parents(tmp_path: Path) -> None:
    tables = agree(tmp_path, HEAD + textwrap.dedent(CASES["single-table inheritance"]))

    assert [column.name for column in tables["person"].columns] == ["id", "kind", "level", "car"]
    assert tables["person"].model == "app.Person"
