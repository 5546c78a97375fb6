"""`persistlint config`: the settings in force, and where each comes from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from persistlint import baseline, contracts
from persistlint.cli import output
from persistlint.cli.project import locate
from persistlint.settings import Settings, described, setting_names
from persistlint.tree import Disk


@dataclass(frozen=True, slots=True)
class _Value:
    """A setting's value, None where nothing is set, and where it comes from."""

    name: str
    value: object
    source: str
    line: int | None = None


def config(paths: Sequence[Path], file: Path | None, format_: str) -> int:
    """Write the settings as TOML that could stand in persistlint.toml, each with its source; or as JSON."""
    root, settings = locate(paths, file)
    values = [_value(name, settings, root) for name in setting_names()]
    output.write(_json(root, settings, values) if format_ == "json" else _toml(root, settings, values))
    return 0


def _value(name: str, settings: Settings, root: Path) -> _Value:
    value = getattr(settings, name.replace("-", "_"))
    if settings.origin is not None and name in settings.lines:
        origin = settings.origin.resolve()
        source = origin.relative_to(root.resolve()) if origin.is_relative_to(root.resolve()) else origin
        return _Value(name, value, source.as_posix(), settings.lines[name])
    place = None if value is not None else _default_place(name, root)
    return _Value(name, place, "default place") if place is not None else _Value(name, value, "default")


def _default_place(name: str, root: Path) -> str | None:
    places = {role.value: path for role, path in contracts.DEFAULTS.items()} | {"baseline": baseline.DEFAULT}
    return Disk(root).file(places[name]) if name in places else None


def _toml(root: Path, settings: Settings, values: Sequence[_Value]) -> str:
    otherwise = {one.name: one.default.replace("`", "") for one in described()}
    lines = [f"# root: {root}", f"# settings: {settings.origin or 'none, these are the defaults'}", ""]
    written: list[tuple[str, str]] = []
    for one in values:
        source = one.source if one.line is None else f"{one.source}:{one.line}"
        if one.name == "per-file-ignores":
            continue
        if one.value is None:
            written.append((f"# {one.name}", f"{source}: {otherwise[one.name]}"))
        else:
            # Strings, numbers and lists of strings are written alike in JSON and TOML.
            written.append((f"{one.name} = {json.dumps(one.value, ensure_ascii=False)}", source))
    width = min(max(len(text) for text, _ in written), 40)
    lines += [f"{text:{width}}  # {source}" for text, source in written]
    table = next(one for one in values if one.name == "per-file-ignores")
    source = table.source if table.line is None else f"{table.source}:{table.line}"
    lines += ["", f"{'[per-file-ignores]':{width}}  # {source}"]
    lines += [
        f"{json.dumps(pattern, ensure_ascii=False)} = {json.dumps(names)}"
        for pattern, names in settings.per_file_ignores
    ]
    return "\n".join(lines) + "\n"


def _json(root: Path, settings: Settings, values: Sequence[_Value]) -> str:
    document = {
        "version": 1,
        "root": str(root),
        "file": None if settings.origin is None else str(settings.origin),
        "settings": {
            one.name: {
                "value": dict(settings.per_file_ignores) if one.name == "per-file-ignores" else one.value,
                "source": one.source,
                "line": one.line,
            }
            for one in values
        },
    }
    return json.dumps(document, indent=2) + "\n"
