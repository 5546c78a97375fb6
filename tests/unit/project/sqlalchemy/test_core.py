"""Core tables, association tables, imperative mapping, models over several modules."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from .real import agree

HEAD = """
import sqlalchemy as sa
from sqlalchemy import (
    CheckConstraint, Column, ForeignKey, ForeignKeyConstraint, Index, Integer, MetaData, PrimaryKeyConstraint, String,
    Table, UniqueConstraint, func, text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, declarative_base, mapped_column, registry, relationship
from sqlalchemy.sql.expression import quoted_name

metadata = MetaData()
"""
CASES = {
    "columns and constraints": """
        owner = Table("owner", metadata, Column("id", Integer, primary_key=True), Column("code", String(5)))
        thing = Table(
            "thing",
            metadata,
            Column("id", Integer, primary_key=True),
            Column("owner_id", None, ForeignKey("owner.id")),
            Column("second", ForeignKey(owner.c.code), nullable=False),
            Column("third", Integer, ForeignKey(owner.columns["id"])),
            Column("rank", Integer, server_default=text("3"), index=True),
            UniqueConstraint("owner_id", "rank", name="uq"),
            CheckConstraint("rank > 0", name="positive"),
            Index("ix_both", "owner_id", "rank", unique=True),
            sqlite_autoincrement=True,
        )
        Index("ix_outside", thing.c.second, thing.c["third"])
    """,
    "a composite key": """
        a = Table("a", metadata, Column("x", Integer), Column("y", Integer), PrimaryKeyConstraint("x", "y"))
        b = Table(
            "b", metadata, Column("p", Integer, primary_key=True), Column("q", Integer),
            ForeignKeyConstraint(["p", "q"], ["a.x", "a.y"], ondelete="CASCADE"),
        )
    """,
    "names by keyword and as quoted_name": """
        a = Table(name="a", metadata=metadata) if False else Table("a", metadata, Column(name="x", type_=Integer, primary_key=True))
        b = Table(quoted_name("B", quote=True), metadata, Column(quoted_name("Y", True), Integer, primary_key=True))
    """,
    "columns from a list": """
        COMMON = [("x", Integer), ("y", String(4))]
        a = Table("a", metadata, Column("id", Integer, primary_key=True), *[Column(n, t) for n, t in COMMON])
        def columns():
            return [Column("id", Integer, primary_key=True), Column("z", sa.Text)]
        b = Table("b", metadata, *columns())
    """,
    "tables in a loop": """
        for letter in "ab":
            Table(f"t_{letter}", metadata, Column("id", Integer, primary_key=True))
    """,
    "a table from a function": """
        def make(name, *extra):
            return Table(name, metadata, Column("id", Integer, primary_key=True), *extra)
        a = make("a")
        b = make("b", Column("x", Integer, nullable=False))
    """,
    "append_column": """
        a = Table("a", metadata, Column("id", Integer, primary_key=True))
        a.append_column(Column("late", Integer))
        a.append_constraint(UniqueConstraint("late"))
    """,
    "an association table": """
        class Base(DeclarativeBase): pass
        links = Table(
            "links", Base.metadata,
            Column("left_id", ForeignKey("left.id", ondelete="CASCADE"), primary_key=True),
            Column("right_id", ForeignKey("right.id"), primary_key=True),
        )
        class Left(Base):
            __tablename__ = "left"
            id: Mapped[int] = mapped_column(primary_key=True)
            rights: Mapped[list["Right"]] = relationship(secondary=links)
        class Right(Base):
            __tablename__ = "right"
            id: Mapped[int] = mapped_column(primary_key=True)
    """,
    "imperative mapping": """
        mapper_registry = registry()
        users = Table(
            "users", mapper_registry.metadata, Column("id", Integer, primary_key=True), Column("name", String(50)),
        )
        class User:
            pass
        mapper_registry.map_imperatively(User, users)
        posts = Table("posts", mapper_registry.metadata, Column("id", Integer, primary_key=True), Column("user", ForeignKey(users.c.id)))
    """,
    "a composite key in a class": """
        Base = declarative_base()
        class A(Base):
            __tablename__ = "a"
            x = Column(Integer)
            y = Column(Integer, nullable=True)
            __table_args__ = (PrimaryKeyConstraint("x", "y", name="pk"),)
        class B(Base):
            __tablename__ = "b"
            x = Column(ForeignKey(A.x), primary_key=True)
            y = Column(Integer, primary_key=True)
    """,
    "a key to a key to a key": """
        Base = declarative_base()
        class C(Base):
            __tablename__ = "c"
            id = Column(ForeignKey("b.id"), primary_key=True)
        class B(Base):
            __tablename__ = "b"
            id = Column(ForeignKey("a.id"), primary_key=True)
        class A(Base):
            __tablename__ = "a"
            id = Column(String(7), primary_key=True)
    """,
    "a key to itself": """
        Base = declarative_base()
        class Node(Base):
            __tablename__ = "node"
            id = Column(String(12), primary_key=True)
            parent_id = Column(ForeignKey("node.id"))
            other_id = Column(ForeignKey(id))
    """,
    "two bases with the same table name": """
        First, Second = declarative_base(), declarative_base()
        class A(First):
            __tablename__ = "a"
            id = Column(String(3), primary_key=True)
        class Other(Second):
            __tablename__ = "other"
            id = Column(Integer, primary_key=True)
        class B(First):
            __tablename__ = "b"
            id = Column(ForeignKey("a.id"), primary_key=True)
    """,
}


@pytest.mark.parametrize("source", CASES.values(), ids=CASES.keys())
def test_core_tables(tmp_path: Path, source: str) -> None:
    agree(tmp_path, HEAD + textwrap.dedent(source))


def test_bases_constants_and_mixins_come_from_other_modules(tmp_path: Path) -> None:
    agree(
        tmp_path,
        {
            "shop/__init__.py": "from .models import *",
            "shop/const.py": "MAX_NAME = 40\nTABLES = {'item': 'shop_item'}\nclass Size:\n    CODE = 8\n",
            "shop/db/__init__.py": "from .base import Base, Stamped as Dated",
            "shop/db/base.py": """
                from datetime import datetime
                from sqlalchemy import MetaData, func
                from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
                class Base(DeclarativeBase):
                    metadata = MetaData(naming_convention={"uq": "uq_%(table_name)s_%(column_0_name)s"})
                class Stamped:
                    made: Mapped[datetime] = mapped_column(server_default=func.now())
            """,
            "shop/models.py": """
                from __future__ import annotations
                from typing import TYPE_CHECKING, Optional
                import sqlalchemy as sa
                from sqlalchemy.orm import Mapped, mapped_column, relationship
                from shop import const
                from . import db
                from .const import MAX_NAME, Size
                if TYPE_CHECKING:
                    from shop.other import Other
                __all__ = ["Item", "Order"]
                class Item(db.Dated, db.Base):
                    __tablename__ = const.TABLES["item"]
                    id: Mapped[int] = mapped_column(primary_key=True)
                    name: Mapped[str] = mapped_column(sa.String(MAX_NAME), unique=True)
                    code: Mapped[Optional[str]] = mapped_column(sa.String(Size.CODE * 2))
                    orders: Mapped[list[Order]] = relationship(back_populates="item")
                class Order(db.Base):
                    __tablename__ = f"{Item.__tablename__}_order"
                    id: Mapped[int] = mapped_column(primary_key=True)
                    item_id: Mapped[int] = mapped_column(sa.ForeignKey(f"{Item.__tablename__}.id"))
                    item: Mapped[Item] = relationship(back_populates="orders")
            """,
            "app.py": "import shop\n",
        },
    )


def test_a_module_named_like_the_library_does_not_hide_it(tmp_path: Path) -> None:
    agree(
        tmp_path,
        {
            "jobs/sqlalchemy.py": "def Column(*args): ...\nInteger = None\n",
            "app.py": """
                from sqlalchemy import Column, Integer
                from sqlalchemy.orm import declarative_base
                Base = declarative_base()
                class A(Base):
                    __tablename__ = "a"
                    id = Column(Integer, primary_key=True)
            """,
        },
    )


def test_a_table_that_is_looked_up_is_not_another_one(tmp_path: Path) -> None:
    agree(
        tmp_path,
        {
            "app.py": """
                from sqlalchemy import Column, Index, Integer, MetaData, Table
                from sqlalchemy.orm import declarative_base
                Base = declarative_base()
                metadata = MetaData()
                orders = Table("orders", metadata, Column("id", Integer, primary_key=True))
                class User(Base):
                    __tablename__ = "users"
                    id = Column(Integer, primary_key=True)
                    age = Column(Integer)
                again = Table("users", Base.metadata)
                Index("ix_age", again.c.age)
                def index(name):
                    return Table(name, metadata).indexes
                index("orders")
            """,
        },
    )
