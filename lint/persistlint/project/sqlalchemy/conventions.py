"""Names of constraints and indexes, as a MetaData's `naming_convention` makes them.

https://docs.sqlalchemy.org/en/20/core/constraints.html#configuring-constraint-naming-conventions
"""

from __future__ import annotations

import re

from persistlint.project.interp.values import known
from persistlint.project.sqlalchemy.draft import TableDraft

_TOKEN = re.compile(r"%\((\w+)\)s")
_COLUMN = re.compile(r"(?P<referred>referred_)?column_(?P<index>\d+)(?P<all>_?N)?_(?P<what>name|key|label)")
_INDEX_NAME = "ix_%(column_0_label)s"


class FinalName(str):
    """A name wrapped in `conv("…")` or `op.f("…")`: no naming convention is applied to it."""

    __slots__ = ()


def conventional(
    draft: TableDraft,
    kind: str,
    name: str | None,
    columns: tuple[str, ...],
    referred: tuple[str, tuple[str, ...]] = ("", ()),
) -> str | None:
    """The name of a constraint of that kind (`fk`, `uq`, `ck`, `ix`), which the code calls `name`.

    `referred` is the table and the columns that a foreign key refers to.
    """
    if isinstance(name, FinalName):
        return str(name)
    if draft.conventions is None:
        template = _INDEX_NAME if kind == "ix" else None
    else:
        template = known(draft.conventions.get(kind))  # an own convention takes the place of the built-in one
    if template is None or (name is not None and "constraint_name" not in template):
        return name
    if name is None and "constraint_name" in template:
        return None
    words = {"table_name": draft.name, "referred_table_name": referred[0], "constraint_name": name or ""}

    def word(match: re.Match[str]) -> str:
        return words.get(match[1]) or _column_token(match[1], draft.name, columns, referred[1]) or match[0]

    return _TOKEN.sub(word, template)


def _column_token(token: str, table: str, columns: tuple[str, ...], referred: tuple[str, ...]) -> str | None:
    match = _COLUMN.fullmatch(token)
    if match is None:
        return None
    named = referred if match["referred"] else columns
    shown = [f"{table}_{column}" for column in named] if match["what"] == "label" else list(named)
    if match["all"]:
        return ("_" if match["all"] == "_N" else "").join(shown)
    index = int(match["index"])
    return shown[index] if index < len(shown) else None
