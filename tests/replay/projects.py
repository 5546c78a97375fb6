"""Small projects, replayed from their sources."""

from __future__ import annotations

from collections.abc import Mapping

from persistlint.extract.python import extract_python
from persistlint.extract.sql import parse
from persistlint.facts.upgrades import Difference, StoreUpgrade, UpgradeStart
from persistlint.project.link import Inputs, Linkage, link_all
from persistlint.replay.starts import Past, Start
from persistlint.replay.upgrades import carry_out

_MODELS = """
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, mapped_column

class Base(DeclarativeBase):
    pass

class Model(Base):
    __tablename__ = "{table}"
    id = mapped_column(sa.Integer, primary_key=True)
"""
_REVISION = """
import sqlalchemy as sa
from alembic import op

revision = "{name}"
down_revision = {parent}
{more}

def upgrade():
    {body}
"""


def model(table: str, **columns: str) -> str:
    """A module with the model of one table, which has an id and these columns."""
    lines = [f"    {name} = mapped_column({arguments})\n" for name, arguments in columns.items()]
    return _MODELS.format(table=table) + "".join(lines)


def revision(name: str, parent: str, body: str = "pass", more: str = "") -> dict[str, str]:
    """One script of Alembic; its file's name says nothing about the order."""
    return {f"versions/{name}.py": _REVISION.format(name=name, parent=parent, body=body, more=more)}


def linked(files: Mapping[str, str]) -> Linkage:
    """The project of these files."""
    python = {path: extract_python(path, text) for path, text in files.items() if path.endswith(".py")}
    scripts = {path: text for path, text in files.items() if path.endswith(".sql")}
    return link_all(Inputs(python, scripts, python.get, frozenset(files), "sqlite", parse))


def replayed(
    files: Mapping[str, str], *starts: Start, before: Mapping[str, str] | None = None
) -> tuple[StoreUpgrade, ...]:
    """Its upgrade paths; `before` is what the project was at the revision `old`."""
    pasts = (Past("old", lambda: linked(before)),) if before is not None else ()
    return carry_out(linked(files), parse, starts, pasts)


def found(store: StoreUpgrade, start: str = "inferred") -> UpgradeStart:
    """The outcome from one start."""
    return next(one for one in store.starts if one.start == start)


def rows(start: UpgradeStart) -> list[tuple[str, str, str, str]]:
    """What differs, without the two sides."""
    return sorted(map(_row, start.differences))


def _row(one: Difference) -> tuple[str, str, str, str]:
    return one.table, one.aspect, one.change, one.object
