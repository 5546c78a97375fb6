"""Random models, read statically and by SQLAlchemy: every cell is the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .real import agree

HEAD = """
import datetime
import enum
from typing import Annotated, Literal, Optional, Union
import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, MetaData, UniqueConstraint, func, text
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

LENGTH = 24
SIZES = {"short": 5, "long": 99}

class Color(enum.Enum):
    RED = "r"
    GREENISH = "g"

short = Annotated[str, mapped_column(sa.String(SIZES["short"]))]

class Base(DeclarativeBase):
"""
BASES = [
    "    pass",
    "    type_annotation_map = {str: sa.String(LENGTH)}",
    '    metadata = MetaData(naming_convention={"ix": "i_%(table_name)s_%(column_0_name)s", "uq": "u_%(column_0_N_name)s"})',
    '    metadata = MetaData(naming_convention={"ix": "ix_%(column_0_label)s", "ck": "ck_%(table_name)s_%(constraint_name)s",'
    ' "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s"})',
]
MIXINS = """
class Dated:
    made: Mapped[datetime.datetime] = mapped_column(server_default=func.now())

class Owned:
    @declared_attr
    def owner_id(cls) -> Mapped[Optional[int]]:
        return mapped_column(ForeignKey("first.id", ondelete="SET NULL"), index=True)

class Noted(Dated):
    note = Column("remark", sa.Text, default="-")
"""
TYPES = ["sa.Integer", "sa.String(LENGTH)", "sa.String(SIZES['long'])", "sa.Text", "sa.Boolean", "sa.Numeric(8, 3)",
         "sa.JSON", "sa.Enum(Color)", "sa.Enum('a', 'bcd')", "sa.DateTime", "sa.LargeBinary", "sa.Uuid",
         "sa.BigInteger().with_variant(sa.Integer, 'sqlite')"]  # fmt: skip
ANNOTATIONS = ["int", "str", "bool", "bytes", "datetime.date", "Color", "short", "Literal['x', 'yz']"]
WRAPPERS: list[Callable[[str], str]] = [
    lambda name: name, lambda name: f"Optional[{name}]", lambda name: f"{name} | None",
    lambda name: f"Union[None, {name}]", lambda name: f'"{name}"' if "'" not in name else name,
    lambda name: f'Optional["{name}"]' if "'" not in name else f"Optional[{name}]",
]  # fmt: skip
OPTIONS = ["nullable=False", "nullable=True", "unique=True", "index=True", "default=None", "server_default='1'",
           "server_default=text('0')", "comment='c'"]  # fmt: skip
KEYS = ["ForeignKey('first.id')", "ForeignKey('first.id', ondelete='CASCADE')", "ForeignKey(First.id)",
        "ForeignKey(First.__table__.c.code)", "ForeignKey('first.code', onupdate='CASCADE', name='fk_given')"]  # fmt: skip


def options() -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(OPTIONS), max_size=3, unique_by=lambda option: option.partition("=")[0])


@st.composite
def legacy(draw: st.DrawFn, name: str, *, keys: bool) -> str:
    args = [draw(st.sampled_from(TYPES))]
    if keys and draw(st.integers(0, 3)) == 0:
        key = draw(st.sampled_from(KEYS))
        args = [key] if draw(st.booleans()) else ["sa.Integer", key]
    if draw(st.integers(0, 4)) == 0:
        args.insert(0, f"'db_{name}'")
    return f"    {name} = Column({', '.join([*args, *draw(options())])})"


@st.composite
def typed(draw: st.DrawFn, name: str, *, keys: bool) -> str:
    annotation = draw(st.sampled_from(WRAPPERS))(draw(st.sampled_from(ANNOTATIONS)))
    args = draw(options())
    if keys and draw(st.integers(0, 3)) == 0:
        args.insert(0, draw(st.sampled_from(KEYS)))
    return f"    {name}: Mapped[{annotation}]" + (f" = mapped_column({', '.join(args)})" if args else "")


@st.composite
def arguments(draw: st.DrawFn, table: str, names: list[str]) -> str:
    if not names:
        return ""
    first, last = names[0], names[-1]
    found = draw(
        st.lists(
            st.sampled_from([
                f"UniqueConstraint('{first}', '{last}')" if first != last else f"UniqueConstraint('{first}')",
                f"UniqueConstraint({last}, name='uq_{table}')",
                f"Index('ix_{table}', '{first}', unique=True)",
                f"Index('ixd_{table}', {last}.desc(), sqlite_where=text('{first} > 1'))",
                f"Index(None, {first})" if first != last else f"Index('ixl_{table}', func.lower({first}))",
                f"CheckConstraint('{first} <> 3', name='three')",
                f"CheckConstraint({last}.is_not(None), name='not_x')",
            ]),
            max_size=3,
            unique=True,
        )
    )  # fmt: skip
    tail = draw(st.sampled_from(["", "{'comment': 'x'}"]))
    listed = [*found, *([tail] if tail else [])]
    return f"    __table_args__ = ({', '.join(listed)},)\n" if listed else ""


@st.composite
def model(draw: st.DrawFn, name: str) -> str:
    mixins = draw(st.lists(st.sampled_from(["Dated", "Owned", "Noted"]), max_size=2, unique=True))
    if {"Dated", "Noted"} <= set(mixins):
        mixins = ["Noted"]
    lines = [f"class {name}({', '.join([*mixins, 'Base'])}):", f"    __tablename__ = '{name.lower()}'",
             "    id: Mapped[int] = mapped_column(primary_key=True)"]  # fmt: skip
    names: list[str] = []
    for index in range(draw(st.integers(0, 5))):
        column = f"c{index}"
        lines.append(draw(draw(st.sampled_from([legacy, typed]))(column, keys=True)))
        if f"'db_{column}'" not in lines[-1] and " = " in lines[-1]:  # it has that name in and outside the class body
            names.append(column)
    return "\n".join(lines) + "\n" + draw(arguments(name.lower(), names))


@st.composite
def sources(draw: st.DrawFn) -> str:
    base = draw(st.sampled_from(BASES))
    first = "class First(Base):\n    __tablename__ = 'first'\n    id: Mapped[int] = mapped_column(primary_key=True)\n"
    first += "    code: Mapped[str] = mapped_column(sa.String(7), unique=True)\n"
    models = [draw(model(name)) for name in ("Second", "Third")[: draw(st.integers(1, 2))]]
    return HEAD + base + "\n" + MIXINS + "\n" + first + "\n" + "\n".join(models)


@settings(
    max_examples=100, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(sources())
def test_random_models_are_read_as_they_are(tmp_path: Path, source: str) -> None:
    agree(tmp_path, source)
