"""Defaults that Python code gives, as clauses."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from persistlint.drafting import toml
from persistlint.facts.schema import ColumnFact, TableFact

_EMPTY = {"list": "[]", "dict": "{}", "str": "''", "int": "0", "float": "0.0", "bool": "False"}


def default_clauses(table: str, definitions: Sequence[TableFact]) -> Iterator[str]:
    """A clause for each column whose Python default is known and the same in all definitions of its table."""
    for column in definitions[0].columns:
        facts = [fact for one in definitions if (fact := one.column(column.name)) is not None]
        if len({(one.python_default, one.default_function) for one in facts}) == 1 and column.python_default:
            keys = _keys(column)
            if keys is not None:
                yield toml.clause("default", {"table": table, "column": column.name, **keys})


def _keys(column: ColumnFact) -> dict[str, object] | None:
    if column.default_function is not None:
        if column.default_function.rpartition(":")[2].rpartition(".")[2].isupper():
            return None  # `logging.INFO` makes no value but is one, which only another package knows.
        return {"by": column.default_function}
    source = (column.python_default or "").removeprefix("builtins.")
    try:
        found: object = ast.literal_eval(_EMPTY.get(source, source))
        toml.value(found)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        # An expression, or a value such as None that TOML has no word for: nothing is promised of it.
        return None
    # A list of TOML is a list, not a tuple.
    return None if isinstance(found, tuple) else {"value": found}
