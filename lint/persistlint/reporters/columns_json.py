"""The column ledger as JSON: for each column, where it is written, read, exported, imported, accepted and shown."""

from __future__ import annotations

import json
from collections.abc import Sequence

from persistlint.reporters.columns import Ledgered


def columns_json(tables: Sequence[Ledgered]) -> str:
    """The public shape of `columns --format json`."""
    document = {"version": 1, "tables": [_table(table) for table in tables]}
    return json.dumps(document, indent=2) + "\n"


def _table(table: Ledgered) -> dict[str, object]:
    return {
        "name": table.name,
        "path": table.span.path,
        "line": table.span.line,
        "columns": [
            {
                "name": column,
                "flows": [
                    {
                        "role": str(flow.role),
                        "path": flow.span.path,
                        "line": flow.span.line,
                        "column": flow.span.column,
                        "function": flow.function,
                        "via": flow.via,
                    }
                    for flow in flows
                ],
            }
            for column, flows in table.columns
        ],
        "unknown": [
            {
                "role": str(flow.role),
                "path": flow.span.path,
                "line": flow.span.line,
                "column": flow.span.column,
                "function": flow.function,
                "reason": flow.reason,
            }
            for flow in table.unknown
        ],
    }
