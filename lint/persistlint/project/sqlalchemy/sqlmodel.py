"""SQLModel fields to columns, as sqlmodel.main.get_column_from_field does (https://sqlmodel.tiangolo.com/)."""

from __future__ import annotations

from persistlint.project.interp.machine import Machine
from persistlint.project.interp.values import (
    Class,
    Const,
    External,
    Items,
    Loc,
    Made,
    Mapping,
    Operation,
    Value,
    flag,
    known,
)
from persistlint.project.sqlalchemy.annotations import is_annotated, listed, unwrap_annotation
from persistlint.project.sqlalchemy.columns import Columns, column_object
from persistlint.project.sqlalchemy.draft import KeyDraft, TableDraft
from persistlint.project.sqlalchemy.python_types import python_type
from persistlint.project.sqlalchemy.symbols import made, symbol
from persistlint.project.sqlalchemy.types import Rendered, Types


def field(
    machine: Machine,
    types: Types,
    columns: Columns,
    draft: TableDraft,
    owner: Class,
    name: str,
    value: Value | None,
    loc: Loc,
) -> None:
    """Add the column of one annotated field, unless it is a relationship or a class variable."""
    if name == "model_config":
        return  # pydantic's own, whatever its annotation
    node, env, _ = owner.annotations[name]
    annotation = machine.eval_annotation(node, env)
    if made(value) == "Relationship" or _is_class_variable(annotation):
        return
    options = value.kwargs if isinstance(value, Made) and _is_field(value) else {}
    python, nullable, _ = unwrap_annotation(annotation)
    options = {**_annotated_field(python), **options}
    given = column_object(options.get("sa_column"))
    if given is not None:
        columns.add(draft, given, name, loc)
        return
    if isinstance(python, Operation) and is_annotated(python):
        python, _, _ = unwrap_annotation(listed(python.operands[1])[0])
    rendered = _type(types, python, options)
    column = Made(External("sqlalchemy.Column"), _column_items(options), _column_options(options), loc)
    allowed = flag(options.get("nullable"))
    if allowed is None:
        allowed = nullable and flag(options.get("primary_key")) is not True
    added = columns.add(draft, column, name, loc, nullable=allowed, inferred=rendered)
    target = options.get("foreign_key")
    if added is not None and target is not None and not _undefined(target):
        draft.keys.append(KeyDraft([column], [target], loc, known(options.get("ondelete"))))
    if added is not None and _is_default(_default(value, options), options):
        added.python_default = added.python_default or "…"


def _column_items(options: dict[str, Value]) -> list[Value]:
    items = options.get("sa_column_args")
    return list(items.items) if isinstance(items, Items) else []


def _column_options(options: dict[str, Value]) -> dict[str, Value]:
    out: dict[str, Value] = {}
    for key in ("primary_key", "index", "unique"):
        if key in options and not _undefined(options[key]):
            out[key] = options[key]
    extra = options.get("sa_column_kwargs")
    if isinstance(extra, Mapping):
        out.update({known(key) or "": value for key, value in extra.entries})
    return out


def _type(types: Types, python: Value, options: dict[str, Value]) -> Rendered:
    given = options.get("sa_type")
    if given is not None and not _undefined(given):
        return types.render(given)
    rendered = python_type(types, python, None, sqlmodel=True)
    length = options.get("max_length")
    if rendered.text == "VARCHAR" and isinstance(length, Const) and isinstance(length.value, int):
        return Rendered(f"VARCHAR({length.value})", length.value)
    digits, places = options.get("max_digits"), options.get("decimal_places")
    if rendered.text == "NUMERIC" and isinstance(digits, Const):
        scale = f", {places.value}" if isinstance(places, Const) else ""
        return Rendered(f"NUMERIC({digits.value}{scale})")
    return rendered


def _is_field(value: Made) -> bool:
    name = symbol(value.func) or (value.func.name.rpartition(".")[2] if isinstance(value.func, External) else "")
    return name in ("Field", "FieldInfo")


def _default(value: Value | None, options: dict[str, Value]) -> Value | None:
    if isinstance(value, Made) and value.args:
        return value.args[0]
    return options.get("default", None if options else value)


def _is_default(value: Value | None, options: dict[str, Value]) -> bool:
    if "default_factory" in options:
        return True
    if value is None or (isinstance(value, Const) and value.value is None):
        return False
    return not (isinstance(value, Made) or _undefined(value))


def _undefined(value: Value) -> bool:
    return isinstance(value, External) and value.name.endswith(("Undefined", "PydanticUndefined"))


def _is_class_variable(value: Value) -> bool:
    if isinstance(value, Operation) and value.op == "[]":
        value = value.operands[0]
    return isinstance(value, External) and value.name.endswith(".ClassVar")


def _annotated_field(value: Value) -> dict[str, Value]:
    parts = listed(value.operands[1]) if isinstance(value, Operation) and is_annotated(value) else []
    fields = [part.kwargs for part in parts[1:] if isinstance(part, Made) and _is_field(part)]
    return fields[0] if fields else {}
