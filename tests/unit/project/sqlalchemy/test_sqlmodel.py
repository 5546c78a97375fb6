"""SQLModel: fields, options, mixins."""

from __future__ import annotations

from pathlib import Path

import pytest

from .real import agree

pytest.importorskip("sqlmodel")

HEAD = """
import datetime
import decimal
import enum
import uuid
from datetime import date
from typing import Annotated, Any, ClassVar, Dict, List, Literal, Optional, Union

import sqlalchemy as sa
from pydantic import ConfigDict
from sqlmodel import JSON, AutoString, Column, Field, ForeignKey, Index, Relationship, SQLModel, String, UniqueConstraint

class Color(str, enum.Enum):
    RED = "r"
    GREENISH = "g"

class Owner(SQLModel, table=True):
    id: Optional[int] = Field(default=None, primary_key=True)
    code: str = Field(max_length=9, unique=True)

class Thing(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    owner_id: Optional[int] = Field(default=None, foreign_key="owner.id")
"""


@pytest.mark.parametrize(
    "written",
    [
        "tested: str",
        "tested: str = 'x'",
        "tested: Optional[str] = None",
        "tested: str | None = Field(default=None, max_length=30)",
        "tested: Union[str, None] = Field(default='x')",
        "tested: str = Field(index=True)",
        "tested: str = Field(unique=True, index=True)",
        "tested: str = Field(unique=True)",
        "tested: str = Field(default='x', nullable=True)",
        "tested: Optional[str] = Field(default=None, nullable=False)",
        "tested: int = Field(default=0, ge=0)",
        "tested: bool = False",
        "tested: float = 1.5",
        "tested: bytes",
        "tested: decimal.Decimal = Field(max_digits=8, decimal_places=3)",
        "tested: decimal.Decimal",
        "tested: datetime.datetime = Field(default_factory=datetime.datetime.now)",
        "tested: datetime.datetime = Field(sa_column_kwargs={'server_default': sa.func.now()})",
        "tested: date | None = None",
        "tested: datetime.timedelta = datetime.timedelta(0)",
        "tested: uuid.UUID = Field(default_factory=uuid.uuid4)",
        "tested: Color = Color.RED",
        "tested: Optional[Color] = Field(default=None, sa_type=sa.Enum(Color, native_enum=False, length=20))",
        "tested: str = Field(sa_type=sa.Text)",
        "tested: str = Field(sa_type=sa.String(5))",
        "tested: dict = Field(sa_type=JSON)",
        "tested: Dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON))",
        "tested: list = Field(sa_column=Column('other', JSON, nullable=False))",
        "tested: str = Field(sa_column=Column(sa.Text, unique=True))",
        "tested: Optional[int] = Field(sa_column=Column(ForeignKey('owner.id', ondelete='SET NULL'), index=True))",
        "tested: int = Field(foreign_key='owner.id', ondelete='CASCADE')",
        "tested: Optional[str] = Field(default=None, foreign_key='owner.code')",
        "tested: int = Field(sa_column_args=[sa.CheckConstraint('tested > 0', name='positive')])",
        "tested: Annotated[str, Field(max_length=12)]",
        "tested: Annotated[Optional[str], Field(index=True)] = None",
        "tested: 'str'",
        "tested: 'Optional[str]' = None",
        "tested: str = Field(alias='shown', description='x', title='y')",
        "NOTE: ClassVar[str] = 'x'\n    tested: int = 5",
        "model_config = ConfigDict(extra='forbid')\n    tested: int = 5",
        "tested: str\n    __table_args__ = (UniqueConstraint('tested', 'owner_id', name='uq'), Index('ix', 'tested'))",
        "tested: str\n    __table_args__ = {'extend_existing': True}",
    ],
)
def test_a_field_is_what_it_really_is(tmp_path: Path, written: str) -> None:
    agree(tmp_path, HEAD + f"    {written}\n")


CASES = {
    "bases without a table": """
class HeroBase(SQLModel):
    name: str = Field(index=True)
    secret: str = Field(max_length=40)
class Hero(HeroBase, table=True):
    id: int | None = Field(default=None, primary_key=True)
class HeroCreate(HeroBase):
    pass
class HeroPublic(HeroBase):
    id: int
""",
    "relationships": """
class Team(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    players: List["Player"] = Relationship(back_populates="team")
class Player(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    team_id: Optional[int] = Field(default=None, foreign_key="team.id")
    team: Optional[Team] = Relationship(back_populates="players")
""",
    "mixins and an overridden field": """
class Dated(SQLModel):
    made: datetime.datetime = Field(default_factory=datetime.datetime.now, nullable=False)
class Named(SQLModel):
    name: Optional[str] = None
class Hero(Named, Dated, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=7)
""",
    "a table name of its own": """
class Hero(SQLModel, table=True):
    __tablename__ = "heroes"
    id: int | None = Field(default=None, primary_key=True)
class HeroOfTheDay(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
class Typed(SQLModel, table=True):
    __tablename__: str = "typed_heroes"
    id: int | None = Field(default=None, primary_key=True)
""",
    "a link table": """
class Link(SQLModel, table=True):
    left_id: int | None = Field(default=None, foreign_key="owner.id", primary_key=True)
    right_id: int | None = Field(default=None, foreign_key="thing.id", primary_key=True)
""",
}


@pytest.mark.parametrize("source", CASES.values(), ids=CASES.keys())
def test_models(tmp_path: Path, source: str) -> None:
    agree(tmp_path, HEAD + source)


def test_a_model_without_a_table_is_none(tmp_path: Path) -> None:
    tables = agree(tmp_path, HEAD + CASES["bases without a table"])

    assert sorted(tables) == ["hero", "owner", "thing"]
    assert tables["hero"].origin == "sqlmodel"
