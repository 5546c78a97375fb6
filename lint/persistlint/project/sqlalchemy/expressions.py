"""SQL expressions built in Python (`column > 0`, `func.lower(x)`, `text("…")`) back to SQL text."""

from __future__ import annotations

from collections.abc import Callable

from persistlint.project.interp.values import (
    Attribute,
    Choice,
    Const,
    External,
    Items,
    Made,
    Member,
    Operation,
    Text,
    Value,
    known,
)
from persistlint.project.sqlalchemy.symbols import made, symbol

_OPERATORS = {"==": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "+": "+", "-": "-", "*": "*", "/": "/",
              "%": "%", "&": "AND", "|": "OR"}  # fmt: skip
_BARE_FUNCTIONS = {"now": "CURRENT_TIMESTAMP", "current_timestamp": "CURRENT_TIMESTAMP", "current_date": "CURRENT_DATE",
                   "current_time": "CURRENT_TIME"}  # fmt: skip
_DEEPEST = 24

Namer = Callable[[Value], str | None]


def literal(value: Value) -> str | None:
    """A constant as SQL text."""
    match value:
        case Const(value=None):
            return "NULL"
        case Const(value=bool(constant)):
            return "1" if constant else "0"
        case Const(value=constant):
            return str(constant)
        case Text() | Member():
            whole = known(value)
            return None if whole is None else "'" + whole.replace("'", "''") + "'"
        case _:
            return None


def expression(value: Value, namer: Namer, depth: int = 0) -> str | None:
    """The SQL of an expression; None where a part of it is unknown. `namer` gives the column that a value is."""
    if depth > _DEEPEST:
        return None
    named = namer(value)
    if named is not None:
        return named
    match value:
        case Choice(options=options):
            return expression(options[0], namer, depth + 1)
        case Operation():
            return _operation(value, namer, depth)
        case Made():
            return _made(value, namer, depth)
        case External():
            return {"true": "1", "false": "0", "null": "NULL"}.get(symbol(value) or "")
        case _:
            return literal(value)


def _operation(value: Operation, namer: Namer, depth: int) -> str | None:
    parts = [expression(operand, namer, depth + 1) for operand in value.operands]
    if None in parts:
        return None
    if len(parts) == 1 and value.op in ("~", "not", "-"):
        return f"-{parts[0]}" if value.op == "-" else f"NOT ({parts[0]})"
    if value.op not in _OPERATORS or len(parts) != 2:
        return None
    left, right = parts
    if right == "NULL" and value.op in ("==", "!="):
        return f"{left} IS {'NOT ' if value.op == '!=' else ''}NULL"
    return f"{left} {_OPERATORS[value.op]} {right}"


def _made(value: Made, namer: Namer, depth: int) -> str | None:
    name = made(value)
    if name in ("text", "literal_column", "DDL", "column", "quoted_name", "conv") and value.args:
        return known(value.args[0])
    if name in ("and_", "or_") and value.args:
        parts = [expression(arg, namer, depth + 1) for arg in value.args]
        joined = [f"({part})" if " " in part else part for part in parts if part is not None]
        return f" {name[:-1].upper()} ".join(joined) if len(joined) == len(parts) else None
    if name in ("true", "false", "null"):
        return {"true": "1", "false": "0", "null": "NULL"}[name]
    if name in ("not_", "desc", "asc", "cast", "collate", "nullslast", "nullsfirst", "literal"):
        return _modifier(name.rstrip("_"), value.args, namer, depth)
    if isinstance(value.func, Attribute):
        return _method(value, value.func, namer, depth)
    if isinstance(value.func, External):
        head, _, last = value.func.name.rpartition(".")
        if head.endswith("func"):
            return _function(last, value.args, namer, depth)
    return None


def _function(name: str, args: list[Value], namer: Namer, depth: int) -> str | None:
    if name in _BARE_FUNCTIONS and not args:
        return _BARE_FUNCTIONS[name]
    parts = [expression(arg, namer, depth + 1) for arg in args]
    known_parts = [part for part in parts if part is not None]
    return f"{name}({', '.join(known_parts)})" if len(known_parts) == len(parts) else None


def _modifier(name: str, args: list[Value], namer: Namer, depth: int) -> str | None:
    inner = expression(args[0], namer, depth + 1) if args else None
    if inner is None:
        return None
    match name:
        case "not":
            return f"NOT ({inner})"
        case "desc" | "asc":
            return f"{inner} {name.upper()}"
        case "literal":
            return inner
        case _:
            return None


def _method(value: Made, func: Attribute, namer: Namer, depth: int) -> str | None:
    base = expression(func.base, namer, depth + 1)
    if base is None:
        return None
    args = value.args
    match func.name:
        case "desc" | "asc":
            return f"{base} {func.name.upper()}"
        case "is_" | "is_not" | "isnot" if args:
            other = expression(args[0], namer, depth + 1)
            return None if other is None else f"{base} IS {'' if func.name == 'is_' else 'NOT '}{other}"
        case "in_" | "not_in" | "notin_" if args and isinstance(args[0], Items) and not args[0].open:
            parts = [expression(item, namer, depth + 1) for item in args[0].items]
            if None in parts:
                return None
            listed = ", ".join(part for part in parts if part is not None)
            return f"{base} {'' if func.name == 'in_' else 'NOT '}IN ({listed})"
        case "between" if len(args) == 2:
            low, high = (expression(arg, namer, depth + 1) for arg in args)
            return None if low is None or high is None else f"{base} BETWEEN {low} AND {high}"
        case "like" | "ilike" if args:
            other = expression(args[0], namer, depth + 1)
            return None if other is None else f"{base} LIKE {other}"
        case "label" | "self_group" | "nullslast" | "nulls_last" | "nullsfirst" | "nulls_first" | "op":
            return base
        case "isnot_distinct_from" | "is_not_distinct_from" if args:
            other = expression(args[0], namer, depth + 1)
            return None if other is None else f"{base} IS {other}"
        case _:
            return None


def server_default(value: Value, namer: Namer) -> str | None:
    """The text behind DEFAULT for `server_default=value`; None where the column has none, `?` where it is unknown."""
    if isinstance(value, Choice):
        value = value.options[0]
    match value:
        case Const(value=None):
            return None
        case Text():
            whole = value.known
            return "?" if whole is None else "'" + whole.replace("'", "''") + "'"
        case Made() if made(value) == "FetchedValue":
            return None
        case Made() if made(value) == "DefaultClause" and value.args:
            return server_default(value.args[0], namer)
        case _:
            rendered = expression(value, namer)
            if rendered is None:
                return "?"
            is_function = isinstance(value, Made) and made(value) not in (
                "text",
                "literal_column",
                "true",
                "false",
                "null",
            )
            return f"({rendered})" if is_function and rendered not in _BARE_FUNCTIONS.values() else rendered
