"""`[tool.persistlint]` of pyproject.toml, or persistlint.toml, as one frozen value. Nothing unknown is let pass."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar, cast

from persistlint.errors import SettingsError, did_you_mean
from persistlint.replay.versions import version_of
from persistlint.tree import Disk, Tree

DIALECTS = (
    "sqlite", "bigquery", "clickhouse", "databricks", "doris", "drill", "duckdb", "hive", "mysql", "oracle", "postgres",
    "presto", "redshift", "singlestore", "snowflake", "spark", "starrocks", "teradata", "trino", "tsql",
)  # fmt: skip
"""Names as sqlglot has them."""

Table = Mapping[str, object]


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"must be a string, not {_kind(value)}")
    return value


def _strings(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError(f"must be a list of strings, not {_kind(value)}")
    items = cast("list[object]", value)
    for item in items:
        if not isinstance(item, str):
            raise ValueError(f"must be a list of strings, and holds {_kind(item)}")
    return tuple(item for item in items if isinstance(item, str))


def _path(value: object) -> str:
    path = _string(value)
    if not path.strip():
        raise ValueError("must not be empty")
    return path


def _paths(value: object) -> tuple[str, ...]:
    return (_path(value),) if isinstance(value, str) else tuple(_path(item) for item in _strings(value))


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"must be a whole number, not {_kind(value)}")
    if value < 1:
        raise ValueError("must be at least 1")
    return value


def _dialect(value: object) -> str:
    name = _string(value)
    if name not in DIALECTS:
        raise ValueError(f"names no known dialect: `{name}`{did_you_mean(name, DIALECTS)}")
    return name


def _version(value: object) -> str:
    text = _string(value)
    version_of(text)
    return text


def _ignores_by_pattern(value: object) -> tuple[tuple[str, tuple[str, ...]], ...]:
    table = _table(value)
    if table is None:
        raise ValueError(f"must be a table from patterns to lists of rules, not {_kind(value)}")
    return tuple((pattern, _strings(names)) for pattern, names in table.items())


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    kinds = ((str, "a string"), (int, "a number"), (float, "a number"), (list, "a list"), (dict, "a table"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "a date or time")


Value = TypeVar("Value")


def _setting(default: Value, reader: Callable[[object], object], told: str, otherwise: str = "") -> Value:
    """A field that a settings file may have: its reader, what its value is, and in words what holds without it."""
    made: Value = field(default=default, metadata={"reader": reader, "told": told, "otherwise": otherwise})
    return made


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user asked for. Names of rules and families are checked when the rules are known (`registry`)."""

    select: tuple[str, ...] | None = _setting(
        None,
        _strings,
        'rules, families or `"all"`; a family stands for its rules that are on by default',
        "every rule that is on by default",
    )
    ignore: tuple[str, ...] = _setting((), _strings, "rules or families to leave out")
    exclude: tuple[str, ...] = _setting(
        (), _strings, 'patterns as in `.gitignore`; `"!build/"` takes back a folder that is skipped by default'
    )
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = _setting(
        (), _ignores_by_pattern, "a table from such patterns to rules or families"
    )
    baseline: str | None = _setting(
        None,
        _path,
        "the file of known findings, which `check --write-baseline` writes",
        "`persistlint-baseline.json`, where there is one",
    )
    dialect: str = _setting("sqlite", _dialect, "the SQL dialect, as sqlglot names it")
    min_sqlite_version: str | None = _setting(
        None,
        _version,
        'the oldest SQLite that the program runs on, such as `"3.35"`: decides what an ALTER may do',
        "the one that persistlint runs on",
    )
    matrix: str | None = _setting(
        None,
        _path,
        "the contract document with the table of units",
        "`.planning/specs/surfaces/DATA-PERSISTENCE-MATRIX.md`, where there is one",
    )
    contracts: tuple[str, ...] | None = _setting(
        None,
        _paths,
        "the contract document, or a list of them",
        "`.planning/specs/surfaces/DATA-PERSISTENCE-CONTRACTS.md`, where there is one",
    )
    inventory: str | None = _setting(
        None,
        _path,
        "the document with the table of artifacts",
        "`.planning/specs/INVENTORY.md`, where there is one",
    )
    units: int | None = _setting(None, _count, "how many units the matrix must have", "any number")
    origin: Path | None = None
    """The file that the settings were read from."""
    lines: Mapping[str, int] = field(default_factory=dict[str, int], compare=False)
    """The line of each key in it."""

    def error(self, key: str, message: str) -> SettingsError:
        """An error about one key, at its place in the file where it stands in one."""
        line = self.lines.get(key)
        path = str(self.origin) if self.origin is not None and line is not None else None
        return SettingsError(message, path=path, line=line)


def load(root: Path, config: Path | None = None, tree: Tree | None = None) -> Settings:
    """The settings of a project, or of the file `config`. Raises SettingsError, with file and line.

    A project's own are those of a `tree`, where there is one, and of the disk otherwise.
    """
    if config is not None:
        if not config.is_file():
            raise SettingsError(f"settings file `{config}` does not exist")
        return parse(_text(config, Disk(config.parent)), config, nested=config.name == "pyproject.toml")
    own = root / "persistlint.toml"
    shared = root / "pyproject.toml"
    tree = tree or Disk(root)
    text = _text(shared, tree) if tree.file(shared.name) else ""
    # Most projects say nothing about us, and are not worth a TOML parser.
    has_table = "persistlint" in text and "persistlint" in _tools(_toml(text, shared))
    has_own = tree.file(own.name) is not None
    if has_own and has_table:
        message = f"`[tool.persistlint]` stands in `{shared.name}` as well: keep one of the two"
        raise SettingsError(message, path=str(own))
    if has_own:
        return parse(_text(own, tree), own, nested=False)
    return parse(text, shared, nested=True) if has_table else Settings()


def parse(text: str, origin: Path, *, nested: bool) -> Settings:
    """The settings that a TOML text holds: in its `[tool.persistlint]` where `nested`, else at its top."""
    document = _toml(text, origin)
    table = _table(_tools(document).get("persistlint", {})) if nested else document
    if table is None:
        raise SettingsError("`tool.persistlint` must be a table", path=str(origin))
    lines = _key_lines(text, nested=nested)
    values: dict[str, Any] = {}
    settings = Settings(origin=origin, lines=lines)
    for key, value in table.items():
        reader = _READERS.get(key)
        if reader is None:
            raise settings.error(key, f"unknown setting `{key}`{did_you_mean(key, _READERS)}")
        try:
            values[key.replace("-", "_")] = reader(value)
        except ValueError as error:
            raise settings.error(key, f"`{key}` {error}") from None
    return Settings(**values, origin=origin, lines=lines)


def _tools(document: Table) -> Table:
    return _table(document.get("tool")) or {}


def _table(value: object) -> Table | None:
    # The keys of a TOML table are strings.
    return cast("Table", value) if isinstance(value, dict) else None


def _text(path: Path, tree: Tree) -> str:
    try:
        return tree.read(path.name).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsError("this file is not UTF-8", path=str(path)) from None
    except OSError as error:
        raise SettingsError(f"this file cannot be read: {error.strerror}", path=str(path)) from None


def _toml(text: str, path: Path) -> Table:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+), column \d+\)", str(error))
        message = re.sub(r"\s*\(at .*\)$", "", str(error))
        line = int(place[1]) if place else text.count("\n") + 1
        raise SettingsError(f"not valid TOML: {message}", path=str(path), line=line) from None


def _key_lines(text: str, *, nested: bool) -> dict[str, int]:
    """The line of each key of the table. tomllib tells values only."""
    lines: dict[str, int] = {}
    inside = not nested
    for number, line in enumerate(text.splitlines(), start=1):
        header = re.match(r"\s*\[\s*([\w.\"'-]+)\s*\]", line)
        if header:
            name = header[1].replace('"', "").replace("'", "")
            here = name.removeprefix("tool.persistlint").lstrip(".") if nested else name
            inside = name == "tool.persistlint"
            if here and (not nested or name.startswith("tool.persistlint.")):
                lines.setdefault(here.split(".")[0], number)
        elif inside and (key := re.match(r"\s*[\"']?([\w-]+)[\"']?\s*[=.]", line)):
            lines.setdefault(key[1], number)
    return lines


@dataclass(frozen=True, slots=True)
class Described:
    """One setting as a settings file has it, for documentation."""

    name: str
    told: str
    default: str
    """In Markdown."""


def described() -> tuple[Described, ...]:
    """Every setting, in the order of its declaration."""
    return tuple(
        Described(
            _key(one.name), one.metadata["told"], one.metadata["otherwise"] or f"`{_shown(one.name, one.default)}`"
        )
        for one in fields(Settings)
        if one.metadata
    )


def setting_names() -> tuple[str, ...]:
    """Every key that a settings file may have."""
    return tuple(_READERS)


def _key(name: str) -> str:
    return name.replace("_", "-")


def _shown(name: str, default: object) -> str:
    """A default in TOML, as code."""
    if default == ():
        return "`{}`" if name == "per_file_ignores" else "`[]`"
    return f'`"{default}"`'


_READERS: Mapping[str, Callable[[object], object]] = {
    _key(one.name): one.metadata["reader"] for one in fields(Settings) if one.metadata
}
