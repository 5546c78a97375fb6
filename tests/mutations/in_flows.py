"""Promises broken on the way in and out: of documents, requests and responses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from .mutant import Mutant, Text, mutant

DOCUMENTS = "feature_board/documents.py"
SCHEMAS = "feature_board/schemas.py"
ROUTERS = {"features": "feature_board/routers/features.py", "schedules": "feature_board/routers/schedules.py"}
_KEYWORD = re.compile(r"        (\w+)=")
_ENTRY = re.compile(r'        "(\w+)": feature\.\w+,')
_FIELD = re.compile(r"    (\w+): ")
_BOUND = re.compile(r"(ge|le)=(\d+)")
_LENGTH = re.compile(r", Field\(max_length=(\d+)\)")
_CREATED = {"FeatureCreate": ("features", "Feature(**"), "ScheduleCreate": ("schedules", "Schedule(project_name"),
            "OverrideCreate": ("schedules", "ScheduleOverride(")}  # fmt: skip
_JSON = frozenset({"steps"})
"""Columns whose None is a value like any other: nothing refuses it."""


def flow_mutants(root: Path) -> Iterator[Mutant]:
    """Every flow of columns, cut off in each way that there is."""
    documents, schemas = Text(root, DOCUMENTS), Text(root, SCHEMAS)
    yield from _imported(documents)
    yield from _exported(documents)
    yield from _carefully(documents)
    yield from _backed_up(documents)
    yield from _requested(root, schemas)
    yield from _nulls(schemas)
    yield from _bounds(schemas)
    yield from _shown(schemas)


def _lines(text: Text, start: str, pattern: re.Pattern[str]) -> Iterator[tuple[int, str]]:
    number = text.find(start) + 1
    while text.line(number).startswith((" ", "#")) or not text.line(number):
        match = pattern.match(text.line(number))
        if match is not None:
            yield number, match[1]
        number += 1
        if number > len(text.lines) or text.line(number).startswith(("def ", "class ")):
            return


def _imported(text: Text) -> Iterator[Mutant]:
    for number, column in _lines(text, "def _to_feature", _KEYWORD):
        if column != "id":  # the database numbers the rows itself
            yield mutant(f"the import drops {column}", text.drop(number), "lossy-import")


def _exported(text: Text) -> Iterator[Mutant]:
    for number, column in _lines(text, "def _to_entry", _ENTRY):
        if column != "id":
            yield mutant(f"the export drops {column}", text.drop(number), "lossy-export")


def _carefully(text: Text) -> Iterator[Mutant]:
    look = text.find("            if session.scalar(")
    yield mutant("the import does not look first", text.drop(look, look + 2), "import-not-idempotent")
    add = text.find("            session.add_all(")
    each = (
        "            for position, entry in enumerate(entries, start=1):",
        "                session.add(_to_feature(entry, position))",
    )
    yield mutant("the import adds row by row", (text.drop(add), text.insert(add, *each)))
    committed = (*each, "                session.commit()")
    yield mutant(
        "the import commits each row", (text.drop(add), text.insert(add, *committed)), "import-without-rollback"
    )


def _backed_up(text: Text) -> Iterator[Mutant]:
    call = text.find("    _back_up(source)")
    rename = text.find("        source.rename(backup)")
    name = text.find("    return source.with_name(")
    loop = text.find("    while (backup := ")
    yield mutant("the import keeps no backup", text.drop(call), "import-without-backup")
    yield mutant(
        "the import deletes its file",
        (text.drop(call), text.insert(call, "    source.unlink()")),
        "import-without-backup",
    )
    yield mutant(
        "the backup is deleted instead", text.replace(rename, "rename(backup)", "unlink()"), "import-without-backup"
    )
    add = text.find("            session.add_all(")
    early = (text.drop(call), text.insert(add + 1, "            _back_up(source)"))
    yield mutant("the backup is made before the commit", early, "import-without-backup")
    yield mutant(
        "the backup is made before the rows",
        (text.drop(call), text.insert(text.find("    try:", text.find("def import_features")), "    _back_up(source)")),
        "import-without-backup",
    )
    other = text.replace(name, "feature_list.json.backup.{timestamp}", "old_features.{timestamp}.json")
    yield mutant("the backup has another name", other, "import-without-backup")
    for stamp, title in (("%Y%m%d", "day"), ("%Y%m%d_%H", "hour"), ("%Y%m%d_%H%M", "minute")):
        once = (
            text.drop(loop, loop + 1),
            text.insert(loop, f'    backup = _backup_path(source, f"{{moment:{stamp}}}")'),
        )
        yield mutant(f"the backup is named by the {title}", once, "backup-name-not-unique")
    second = (
        text.drop(loop, loop + 1),
        text.insert(loop, '    backup = _backup_path(source, f"{moment:%Y%m%d_%H%M%S}")'),
    )
    yield mutant("the backup is named by the second", second)
    fixed = (text.drop(loop, loop + 1), text.insert(loop, '    backup = source.with_name("feature_list.json.backup")'))
    yield mutant("the backup has always the same name", fixed, "backup-name-not-unique")


def _requested(root: Path, schemas: Text) -> Iterator[Mutant]:
    for shape, (router, call) in _CREATED.items():
        text = Text(root, ROUTERS[router])
        number = next(n for n in range(1, len(text.lines) + 1) if call in text.line(n))
        for _, field in _lines(schemas, f"class {shape}", _FIELD):
            dumped = text.replace(number, "model_dump()", f'model_dump(exclude={{"{field}"}})')
            yield mutant(f"{shape}.{field} is left out", dumped, "request-field-not-persisted")
        last = [n for n, _ in _lines(schemas, f"class {shape}", _FIELD)][-1]
        yield mutant(
            f"{shape} accepts what no column keeps",
            schemas.insert(last + 1, "    color: str | None = None"),
            "request-field-not-persisted",
        )
    for shape in ("FeaturePatch", "SchedulePatch"):
        first = next(n for n, _ in _lines(schemas, f"class {shape}", _FIELD))
        yield mutant(
            f"{shape} accepts what no column keeps",
            schemas.insert(first, "    color: str | None = None"),
            "request-field-not-persisted",
        )


def _nulls(text: Text) -> Iterator[Mutant]:
    number = text.find("class FeaturePatch")
    for line in range(text.find("    _not_null", number) + 1, text.find("    )(reject_null)", number)):
        field = text.line(line).strip(' ",')
        owners = () if field in _JSON else ("boundary-nullability-drift",)
        if field not in _JSON:
            yield mutant(f"FeaturePatch.{field} may be null", text.drop(line), *owners)
    line = text.find('        "start_time"', number)
    for field in re.findall(r'"(\w+)"', text.line(line)):
        rest = text.line(line).replace(f'"{field}", ', "").replace(f', "{field}"', "")
        edit = (text.drop(line), text.insert(line, rest))
        yield mutant(f"SchedulePatch.{field} may be null", edit, "boundary-nullability-drift")
    yield mutant("FeaturePatch does not mind nulls", text.drop(text.find("    _not_null", number),
                 text.find("    )(reject_null)", number)), "boundary-nullability-drift")  # fmt: skip
    asks = text.find("    if value is None:")
    yield mutant("nulls are let through", text.drop(asks, asks + 1), "boundary-nullability-drift")


def _bounds(text: Text) -> Iterator[Mutant]:
    for number in range(1, text.find("class Request")):
        line = text.line(number)
        if line.startswith("RowInteger") or "pattern=" in line:
            continue
        name = line.partition(" ")[0]
        for bound, value in _BOUND.findall(line):
            for step in (-1, 1):
                edit = text.replace(number, f"{bound}={value}", f"{bound}={int(value) + step}")
                yield mutant(f"{name} has {bound}={int(value) + step}", edit, "boundary-bounds-drift")
            bare = f"{bound}={value}, " if f"{bound}={value}, " in line else f", {bound}={value}"
            yield mutant(f"{name} has no {bound}", text.replace(number, bare, ""), "boundary-bounds-drift")
        for length in _LENGTH.findall(line):
            longer = text.replace(number, f"max_length={length}", f"max_length={int(length) + 1}")
            yield mutant(f"{name} may be longer", longer, "boundary-bounds-drift")
            yield mutant(
                f"{name} has no length", text.replace(number, f"max_length={length}", ""), "boundary-bounds-drift"
            )
            shorter = text.replace(number, f"max_length={length}", f"max_length={int(length) - 1}")
            yield mutant(f"{name} must be shorter", shorter)


def _shown(text: Text) -> Iterator[Mutant]:
    for shape in ("FeatureView", "ScheduleView", "OverrideView"):
        first = next(n for n, _ in _lines(text, f"class {shape}", _FIELD))
        for field in ("progress: int", "progress: int = 0", "owner: str | None"):
            yield mutant(f"{shape} shows {field}", text.insert(first, f"    {field}"), "response-field-without-column")
