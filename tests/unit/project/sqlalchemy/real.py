"""The same source read twice: by persistlint, and by Python and SQLAlchemy themselves."""

from __future__ import annotations

import contextlib
import importlib
import itertools
import re
import sys
import textwrap
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import CompileError
from sqlalchemy.schema import ColumnDefault

from persistlint.facts.schema import TableFact

from ..reading import project_of

_COUNT = itertools.count()
_DIALECT = sqlite.dialect()

Cell = tuple[object, ...]
Cells = dict[str, frozenset[Cell]]


def agree(folder: Path, source: str | Mapping[str, str], *, imported: str = "app") -> dict[str, TableFact]:
    """The static tables by name, after every cell of them was found equal to what the imported source says.

    `source` is the module `app`, or a mapping of paths to texts; `imported` is the module to import.
    """
    files = {f"{imported}.py": source} if isinstance(source, str) else dict(source)
    dedented = {path: textwrap.dedent(text) for path, text in files.items()}
    project = project_of(dedented)
    tables = [fact for fact in project.tables if fact.origin != "ddl"]
    expected = real_cells(folder, dedented, imported)
    assert expected, "the source has no tables, so nothing was compared"
    found = {fact.name: static_cells(fact) for fact in tables}
    wrong = [
        f"missing {name}: {cell}" for name, cells in expected.items() for cell in cells - found.get(name, frozenset())
    ]
    wrong += [
        f"too much {name}: {cell}" for name, cells in found.items() for cell in cells - expected.get(name, frozenset())
    ]
    wrong += [f"unresolved: {one}" for one in project.unresolved]
    wrong += [f"incomplete: {fact.name}" for fact in tables if not fact.complete]
    assert not wrong, "\n".join(sorted(wrong))
    assert len(tables) == len(expected)
    return {fact.name: fact for fact in tables}


def real_cells(folder: Path, files: Mapping[str, str], imported: str) -> Cells:
    """What the MetaData of a really imported source says."""
    root = folder / f"real{next(_COUNT)}"
    for path, text in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    _forget_models()
    before = set(sys.modules)
    sys.path.insert(0, str(root))
    try:
        importlib.invalidate_caches()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            importlib.import_module(imported)
            sa.orm.configure_mappers()
        new = [name for name in sys.modules if name not in before]
        found: dict[int, sa.MetaData] = {}
        for name in new:
            if str(root) in str(getattr(sys.modules[name], "__file__", "")):
                found.update((id(one), one) for one in _metadata(vars(sys.modules[name])))
        return {table.name: _real(table) for metadata in found.values() for table in metadata.tables.values()}
    finally:
        sys.path.remove(str(root))
        for name in [name for name in sys.modules if name not in before]:
            if str(root) in str(getattr(sys.modules[name], "__file__", "")):
                del sys.modules[name]
        with contextlib.suppress(AttributeError):  # Flask-SQLAlchemy's classes may lack what is deleted here
            sa.orm.clear_mappers()


def _forget_models() -> None:
    """SQLModel keeps all models of a process in one MetaData and one registry."""
    base = getattr(sys.modules.get("sqlmodel"), "SQLModel", None)
    if base is not None:
        base.metadata.clear()
        base._sa_registry.dispose()


def _metadata(names: Mapping[str, object]) -> Iterator[sa.MetaData]:
    for value in list(names.values()):
        for holder in (value, getattr(value, "metadata", None), getattr(value, "mapper_registry", None)):
            if isinstance(holder, sa.MetaData):
                yield holder
        table = vars(value).get("__table__") if isinstance(value, type) else None
        if isinstance(table, sa.Table):
            yield table.metadata


def _real(table: sa.Table) -> frozenset[Cell]:
    cells: set[Cell] = set()
    ddl = _DIALECT.ddl_compiler(_DIALECT, None)
    for column in table.columns:
        cells.add((column.name, "type", _real_type(column)))
        if not column.primary_key:
            cells.add((column.name, "nullable", bool(column.nullable)))
        cells.add((column.name, "primary key", column.primary_key))
        default = None if column.computed is not None or column.identity is not None else _real_default(ddl, column)
        cells.add((column.name, "server default", default))
        cells.add(
            (column.name, "python default", column.default is not None and isinstance(column.default, ColumnDefault))
        )
    for key in table.foreign_key_constraints:
        targets = tuple(element.target_fullname.rpartition(".")[2] for element in key.elements)
        name = key.elements[0].target_fullname.rpartition(".")[0].rpartition(".")[2]
        cells.add(("key", tuple(key.column_keys), name, targets, key.ondelete, key.onupdate, _name(key)))
    for constraint in [*table.constraints, *(one for column in table.columns for one in column.constraints)]:
        if isinstance(constraint, sa.UniqueConstraint):
            cells.add(("unique", tuple(column.name for column in constraint.columns), _name(constraint)))
        elif isinstance(constraint, sa.CheckConstraint):
            cells.add(("check", _name(constraint), _sql(constraint.sqltext, table)))
    for index in table.indexes:
        if index._ddl_if is not None and index._ddl_if.dialect != "sqlite":
            continue
        where = index.dialect_options["sqlite"]["where"]
        columns = tuple(_sql(one, table) for one in index.expressions)
        cells.add(("index", _name(index), columns, bool(index.unique), None if where is None else _sql(where, table)))
    return frozenset(cells)


def _real_type(column: sa.Column[object]) -> str:
    try:
        return str(column.type.compile(dialect=_DIALECT))
    except (CompileError, AttributeError):
        return "!"


def _real_default(ddl: object, column: sa.Column[object]) -> str | None:
    text = ddl.get_column_default_string(column)
    return None if text is None else _bare(text)


def _sql(expression: sa.ClauseElement, table: sa.Table) -> str:
    return _plain(str(expression.compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True})), table.name)


def _bare(text: str) -> str:
    text = " ".join(text.split())
    return text[1:-1].strip() if text.startswith("(") and text.endswith(")") else text


def _plain(text: str, table: str) -> str:
    """SQL with its columns unqualified and its brackets and quotes left out: how it is written does not matter here."""
    text = text.replace(f"{table}.", "").replace('"', "")
    return " ".join(re.sub(r"[()]", " ", text).split()).lower().replace("<>", "!=")


def _name(constraint: sa.Constraint | sa.Index) -> str | None:
    if constraint.name is None:
        return None
    name = _DIALECT.identifier_preparer.format_constraint(constraint)
    return None if name is None else name.strip('"')


def static_cells(fact: TableFact) -> frozenset[Cell]:
    """What persistlint read, in the same form."""
    cells: set[Cell] = set()
    for column in fact.columns:
        cells.add((column.name, "type", "!" if (column.type or "").startswith("!") else column.type))
        if not column.primary_key:
            cells.add((column.name, "nullable", column.nullable))
        cells.add((column.name, "primary key", column.primary_key))
        default = None if column.generated or column.server_default is None else _bare(column.server_default)
        cells.add((column.name, "server default", default))
        cells.add((column.name, "python default", column.python_default is not None))
    for key in fact.foreign_keys:
        cells.add(("key", key.columns, key.table, key.references, key.ondelete, key.onupdate, key.name))
    for unique in fact.uniques:
        cells.add(("unique", unique.columns, unique.name))
    for check in fact.checks:
        cells.add(("check", check.name, None if check.expression is None else _plain(check.expression, fact.name)))
    for index in fact.indexes:
        where = None if index.where is None else _plain(index.where, fact.name)
        columns = tuple(_plain(column, fact.name) for column in index.columns)
        cells.add(("index", index.name, columns, index.unique, where))
    return frozenset(cells)
