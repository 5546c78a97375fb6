"""`toml contract` fences to clauses. Nothing unknown is let pass; each problem stands at its own line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from persistlint.errors import did_you_mean
from persistlint.extract.contract import values
from persistlint.extract.contract.keys import Path, key_places
from persistlint.extract.contract.placed import Placed
from persistlint.extract.contract.values import Reader
from persistlint.facts.clauses import DefaultClause, DocumentClause, Key, StoreClause, TableClause, UpgradeClause
from persistlint.facts.contract import BlockProblem
from persistlint.source import Span

Clause = TableClause | StoreClause | UpgradeClause | DocumentClause | DefaultClause


@dataclass(frozen=True, slots=True)
class _Shape:
    """A kind of clause: its type, its keys, those that it cannot do without, those whose field has another name."""

    make: type[Clause]
    keys: Mapping[str, Reader]
    required: tuple[str, ...]
    fields: Mapping[str, str]


_SHAPES: Mapping[str, _Shape] = {
    "table": _Shape(TableClause, {"name": values.string, "defined_in": values.strings}, ("name",), {}),
    "store": _Shape(
        StoreClause,
        {
            "name": values.string,
            "tables": values.strings,
            "engine": values.function,
            "begin": values.one_of("DEFERRED", "IMMEDIATE", "EXCLUSIVE"),
            "busy_timeout_ms": values.milliseconds,
            "journal_mode": values.journal_mode,
            "journal_mode.local": values.journal_mode,
            "journal_mode.network": values.journal_mode,
            "foreign_keys": values.boolean,
            "dispose": values.function,
        },
        ("name",),
        {"journal_mode.local": "journal_local", "journal_mode.network": "journal_network"},
    ),
    "upgrade": _Shape(
        UpgradeClause,
        {"table": values.string, "column": values.string, "by": values.function},
        ("table", "by"),
        {},
    ),
    "document": _Shape(
        DocumentClause,
        {
            "path": values.string,
            "table": values.string,
            "import": values.function,
            "export": values.function,
            "backup": values.string,
            "when_not_empty": values.one_of("skip", "merge", "replace", "fail"),
        },
        ("path", "table"),
        {"import": "import_by", "export": "export_by"},
    ),
    "default": _Shape(
        DefaultClause,
        {"table": values.string, "column": values.string, "value": values.literal, "by": values.function},
        ("table", "column"),
        {},
    ),
}


class Clauses:
    """The clauses of one fence, and what is wrong with it."""

    def __init__(self, content: Placed, unit: str | None) -> None:
        self.clauses: list[Clause] = []
        self.problems: list[BlockProblem] = []
        self._content = content
        self._unit = unit
        self._places: Mapping[Path, tuple[int, int]] = {}
        self._names: Mapping[Path, Sequence[Path]] = {}
        self._read()

    def _read(self) -> None:
        try:
            document = tomllib.loads(self._content.text)
            self._places = key_places(self._content.text)
            self._names = _names(self._places)
        except RecursionError:
            self._problem((), "this TOML is nested too deeply to be read")
            return
        except ValueError as error:
            # TOMLDecodeError, and what int() says about a number of thousands of digits.
            self.problems.append(_toml_problem(self._content, str(error)))
            return
        for name, value in document.items():
            shape = _SHAPES.get(name)
            if shape is None:
                hint = did_you_mean(name, _SHAPES)
                self._problem((name,), f"`{name}` is no clause{hint}", f"begin a clause with {_listed()}")
            elif not isinstance(value, list):
                self._problem((name,), f"`{name}` is no list of tables", f"begin the clause with `[[{name}]]`")
            else:
                for index, item in enumerate(cast("list[object]", value)):
                    self._clause(name, shape, index, item)

    def _clause(self, name: str, shape: _Shape, index: int, item: object) -> None:
        place: Path = (name, index)
        if not isinstance(item, dict):
            self._problem(place, f"`{name}` holds {values.kind(item)}", f"begin the clause with `[[{name}]]`")
            return
        before = len(self.problems)
        given = self._values(place, shape, _flat(cast("dict[str, object]", item), shape))
        for key in shape.required:
            if key not in item:
                self._problem(place, f"this `{name}` clause has no `{key}`", f"add the key `{key}`")
        if shape.make is DefaultClause and ("value" in item) == ("by" in item):
            said = "both `value` and `by`" if "value" in item else "neither `value` nor `by`"
            self._problem(place, f"this `default` clause has {said}", "write one of the two")
        if len(self.problems) > before:
            return
        mode = given.pop("journal_mode", None)
        if mode is not None:
            given["journal_local"] = given["journal_network"] = mode
        self.clauses.append(shape.make(**given, span=self._span(place), unit=self._unit, keys=self._keys(place)))

    def _values(self, place: Path, shape: _Shape, item: Mapping[Path, object]) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for key, value in item.items():
            name = ".".join(map(str, key))
            reader = shape.keys.get(name)
            if reader is None:
                hint = did_you_mean(name, shape.keys)
                self._problem((*place, *key), f"unknown key `{name}` of `{place[0]}`{hint}", _known(shape))
                continue
            try:
                out[shape.fields.get(name, name)] = reader(value)
            except ValueError as error:
                self._problem((*place, *key), f"`{name}` {error}")
        return out

    def _keys(self, place: Path) -> tuple[Key, ...]:
        names = self._names.get(place, ())
        return tuple(Key(".".join(map(str, name[2:])), self._content.span(*self._places[name])) for name in names)

    def _span(self, path: Path) -> Span:
        if len(path) == 1 and (*path, 0) in self._places:
            path = (*path, 0)
        while path and path not in self._places:
            path = path[:-1]
        return self._content.span(*self._places[path]) if path else self._content.at

    def _problem(self, path: Path, message: str, help_: str | None = None) -> None:
        self.problems.append(BlockProblem(message, self._span(path), help_))


def _flat(item: Mapping[str, object], shape: _Shape) -> dict[Path, object]:
    """The keys of a clause, with those of a nested table that is known to be one."""
    out: dict[Path, object] = {}
    for key, value in item.items():
        if isinstance(value, dict) and any(known.startswith(f"{key}.") for known in shape.keys):
            out.update({(key, inner): one for inner, one in cast("dict[str, object]", value).items()})
        else:
            out[key,] = value
    return out


def _names(places: Mapping[Path, tuple[int, int]]) -> dict[Path, list[Path]]:
    """From each clause to its keys, those of nested tables too."""
    out: dict[Path, list[Path]] = {}
    for path in places:
        if len(path) > 2 and not any(isinstance(part, int) for part in path[2:]):
            out.setdefault(path[:2], []).append(path)
    return out


def _listed() -> str:
    *most, last = (f"`[[{name}]]`" for name in _SHAPES)
    return f"{', '.join(most)} or {last}"


def _known(shape: _Shape) -> str:
    return f"use one of {', '.join(f'`{key}`' for key in shape.keys)}"


def _toml_problem(content: Placed, said: str) -> BlockProblem:
    match = re.search(r"\(at line (\d+), column (\d+)\)", said)
    message = re.sub(r"\s*\(at .*\)$", "", said)
    lines = content.text.split("\n")
    # Without a place, it is the end: the last line that holds anything.
    line = int(match[1]) if match else max((n for n, text in enumerate(lines, 1) if text.strip()), default=1)
    column = int(match[2]) if match else len(lines[line - 1])
    offset = sum(len(text) + 1 for text in lines[: line - 1]) + max(column - 1, 0)
    return BlockProblem(f"this TOML cannot be read: {message}", content.span(offset, offset + 1), "make it valid TOML")
