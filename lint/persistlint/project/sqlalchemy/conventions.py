"""Names of constraints and indexes, as a MetaData's `naming_convention` makes them.

https://docs.sqlalchemy.org/en/20/core/constraints.html#configuring-constraint-naming-conventions
"""

from __future__ import annotations

import re

from persistlint.project.interp.values import Mapping, known
from persistlint.project.sqlalchemy.draft import TableDraft

_TOKEN = re.compile(r"%\((\w+)\)s")
_INDEX_NAME = "ix_%(column_0_label)s"


class FinalName(str):
    """A name wrapped in `conv("…")` or `op.f("…")`: no naming convention is applied to it."""

    __slots__ = ()


def conventional(
    draft: TableDraft, kind: str, name: str | None, columns: tuple[str, ...], referred: str = ""
) -> str | None:
    """The name of a constraint of that kind (`fk`, `uq`, `ck`, `ix`), which the code calls `name`."""
    return conventional_name(draft.conventions, kind, draft.name, name, columns, referred)


def conventional_name(
    conventions: Mapping | None, kind: str, table: str, name: str | None, columns: tuple[str, ...], referred: str = ""
) -> str | None:
    """The same for a table that is only known by its name."""
    if isinstance(name, FinalName):
        return str(name)
    template = known(conventions.get(kind)) if conventions is not None else None
    if template is None:
        template = _INDEX_NAME if kind == "ix" else None
    if template is None or (name is not None and "constraint_name" not in template):
        return name
    if name is None and "constraint_name" in template:
        return None
    first = columns[0] if columns else ""
    labels = [f"{table}_{column}" for column in columns]
    words = {
        "table_name": table, "referred_table_name": referred, "constraint_name": name or "",
        "column_0_name": first, "column_0_key": first, "column_0_label": labels[0] if labels else "",
        "column_0_N_name": "_".join(columns), "column_0N_name": "".join(columns), "column_0_N_label": "_".join(labels),
    }  # fmt: skip
    return _TOKEN.sub(lambda match: words.get(match[1], match[0]), template)
