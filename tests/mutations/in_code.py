"""Promises broken in the code: its columns, constraints, indexes and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .in_contract_sql import CONTRACTS
from .mutant import Edit, Mutant, Text, mutant

MODELS = {"feature_board/models.py": "## D05", "feature_board/assistant_store.py": "## D11"}
"""The files with models, and the unit that has a block of clauses about their tables."""
_COLUMN = re.compile(
    r"    (?P<name>\w+): Mapped\[(?P<annotation>.*)\](?: = mapped_column\((?P<arguments>.*)\))?(?P<comment>  # .*)?"
)
_TYPE = re.compile(r"String\(\d+\)|Text|UtcDateTime|JSON\(none_as_null=True\)")


@dataclass(frozen=True, slots=True)
class Column:
    """A column as one line of a model."""

    text: Text
    number: int
    table: str
    name: str
    annotation: str
    arguments: tuple[str, ...]

    @property
    def title(self) -> str:
        return f"{self.table}.{self.name}"

    @property
    def key(self) -> bool:
        return "primary_key=True" in self.arguments

    def written(self, *arguments: str, name: str | None = None, annotation: str | None = None) -> Edit:
        """The column with other arguments, name or annotation."""
        head = f"    {name or self.name}: Mapped[{annotation or self.annotation}]"
        tail = f" = mapped_column({', '.join(arguments)})" if arguments else ""
        return Edit(self.text.path, self.number, self.number, (head + tail,))

    def without(self, start: str) -> tuple[str, ...]:
        """The arguments but for one."""
        return tuple(one for one in self.arguments if not one.startswith(start))

    def has(self, start: str) -> bool:
        return any(one.startswith(start) for one in self.arguments)


def code_mutants(root: Path) -> Iterator[Mutant]:
    """Every promise of the models, broken in each way that there is."""
    contracts = Text(root, CONTRACTS)
    for path, unit in MODELS.items():
        text = Text(root, path)
        for column in _columns(text):
            yield from _of_column(column)
            yield from _of_default(column)
            yield from _of_python_default(column, contracts, unit)
            yield from _of_index(column)
            yield from _of_key(column)
        yield from _of_tables(text)
        yield from _of_checks(text)
        if path.endswith("models.py"):
            yield from _of_composite_index(text)


def _columns(text: Text) -> Iterator[Column]:
    table = ""
    for number, line in enumerate(text.lines, start=1):
        named = re.fullmatch(r'    __tablename__ = "(\w+)"', line)
        table = named[1] if named else table
        match = _COLUMN.fullmatch(line)
        if match and table:
            arguments = tuple(re.split(r", (?![^(]*\))", match["arguments"])) if match["arguments"] else ()
            yield Column(text, number, table, match["name"], match["annotation"], arguments)


def _of_column(column: Column) -> Iterator[Mutant]:
    title, arguments = column.title, column.arguments
    yield mutant(f"drop column {title}", column.text.drop(column.number), "missing-column")
    renamed = column.written(*arguments, name=f"{column.name}_2")
    yield mutant(f"rename column {title}", renamed, "missing-column", "undeclared-column")
    kept = tuple(one for one in arguments if not _TYPE.fullmatch(one))
    other = "String(20)" if "Text" in arguments else "Text"
    yield mutant(f"retype column {title}", column.written(other, *kept), "column-type-drift")
    if not column.key:
        annotation = column.annotation.removesuffix(" | None")
        annotation = f"{annotation} | None" if annotation == column.annotation else annotation
        yield mutant(f"re-null column {title}", column.written(*arguments, annotation=annotation), "nullability-drift")
    sized = next((one for one in arguments if one.startswith("String(")), None)
    if sized is not None:
        length = int(sized[7:-1])
        for new in (f"String({length + 1})", f"String({length - 1})", "String"):
            changed = tuple(new if one is sized else one for one in arguments)
            yield mutant(f"re-length column {title} to {new}", column.written(*changed), "column-type-drift")
    yield mutant(f"rename attribute of {title}", column.written(f'"{column.name}"', *arguments, name="other"))


def _of_default(column: Column) -> Iterator[Mutant]:
    title = column.title
    if column.has("server_default="):
        kept = column.without("server_default=")
        yield mutant(f"drop server default of {title}", column.written(*kept), "default-drift")
        again = (*kept, 'server_default="7"')
        yield mutant(f"re-default {title}", column.written(*again), "default-drift")
        value = next(one for one in column.arguments if one.startswith("server_default="))[21:-2]
        yield mutant(f"quote server default of {title}", column.written(*kept, f'server_default="{value}"'))
    elif not column.key:
        again = (*column.arguments, 'server_default="7"')
        yield mutant(f"add server default to {title}", column.written(*again), "default-drift")


def _of_python_default(column: Column, contracts: Text, unit: str) -> Iterator[Mutant]:
    """Defaults that a clause of the contract states: one that it has, or one that is added to it."""
    written = next((one for one in column.arguments if one.startswith("default=")), None)
    if written is None:
        return
    value = written.removeprefix("default=")
    promise = 'by = "feature_board.clock:utc_now"' if value == "utc_now" else f"value = {value.lower()}"
    clause = ("[[default]]", f'table = "{column.table}"', f'column = "{column.name}"', promise, "")
    block = contracts.find("```toml contract", contracts.find(unit))
    stated = any(line.startswith(("[[default]]", "default = [")) for line in contracts.lines)
    promised = [] if stated else [contracts.insert(block + 1, *clause)]
    others = {"999": "99", "127": "63", "False": "True", "True": "False", "3": "4", "0": "1", "utc_now": "datetime.now"}
    changed = tuple(f"default={others[value]}" if one is written else one for one in column.arguments)
    title = f"Python default of {column.title}"
    yield mutant(f"change {title}", [*promised, column.written(*changed)], "default-drift")
    dropped = tuple(one for one in column.arguments if one is not written)
    yield mutant(f"drop {title}", [*promised, column.written(*dropped)], "default-drift")
    same = tuple(f"default=lambda: {value}" if one is written else one for one in column.arguments)
    called = tuple(f"{one}()" if one.endswith(" utc_now") else one for one in same)
    yield mutant(f"compute {title}", [*promised, column.written(*called)])


def _of_index(column: Column) -> Iterator[Mutant]:
    title, kept = column.title, column.without("index=")
    if column.has("index="):
        yield mutant(f"drop index on {title}", column.written(*kept), "index-drift")
        if not column.key:
            unique = (*column.arguments, "unique=True")
            yield mutant(f"make index on {title} unique", column.written(*unique), "unique-drift")
    else:
        yield mutant(f"add index on {title}", column.written(*column.arguments, "index=True"), "index-drift")
        yield mutant(f"make {title} unique", column.written(*column.arguments, "unique=True"), "unique-drift")


def _of_key(column: Column) -> Iterator[Mutant]:
    title = column.title
    if column.key:
        yield mutant(f"drop primary key {title}", column.written(*column.without("primary_key=")), "primary-key-drift")
    else:
        added = (*column.arguments, "primary_key=True")
        yield mutant(f"add {title} to the primary key", column.written(*added), "primary-key-drift")
    key = next((one for one in column.arguments if one.startswith("ForeignKey(")), None)
    if key is None:
        if column.annotation == "int" and not column.key:
            added = (f'ForeignKey("{column.table}.id")', *column.arguments)
            yield mutant(f"add foreign key {title}", column.written(*added), "foreign-key-drift")
        return
    target = key.split('"')[1]
    others = {
        "drop foreign key": (),
        "retarget foreign key": (key.replace(target, "elsewhere.id"),),
        "drop or add action of foreign key": (
            f'ForeignKey("{target}")' if "ondelete" in key else f'ForeignKey("{target}", ondelete="CASCADE")',
        ),
        "change action of foreign key": (f'ForeignKey("{target}", ondelete="SET NULL")',),
        "add update action to foreign key": (f'{key[:-1]}, onupdate="CASCADE")',),
    }
    for name, new in others.items():
        yield mutant(f"{name} {title}", column.written(*new, *column.without("ForeignKey(")), "foreign-key-drift")
    named = f'{key[:-1]}, name="fk_named")'
    yield mutant(f"name foreign key {title}", column.written(named, *column.without("ForeignKey(")))


def _of_tables(text: Text) -> Iterator[Mutant]:
    for number, line in enumerate(text.lines, start=1):
        named = re.fullmatch(r'    __tablename__ = "(\w+)"', line)
        if not named:
            continue
        first = max(other for other in range(1, number) if text.line(other).startswith("class "))
        last = next(
            (other - 1 for other in range(number, len(text.lines) + 1) if re.match(r"\S", text.line(other))),
            len(text.lines),
        )
        yield mutant(f"drop table {named[1]}", text.drop(first, last), "missing-table")
        renamed = text.replace(number, named[1], f"{named[1]}_2")
        yield mutant(f"rename table {named[1]}", renamed, "missing-table", "undeclared-table")
        yield mutant(f"rename table {named[1]} in case alone", text.replace(number, named[1], named[1].upper()))
        added = text.insert(number + 1, "    surplus: Mapped[int | None]")
        yield mutant(f"add column to {named[1]}", added, "undeclared-column")
        table = (
            "class Surplus(Base):",
            f'    __tablename__ = "{named[1]}_surplus"',
            "    id: Mapped[int] = mapped_column(primary_key=True)",
            "",
        )
        yield mutant(f"add table beside {named[1]}", text.insert(last + 1, *table), "undeclared-table")


def _of_checks(text: Text) -> Iterator[Mutant]:
    for number, line in enumerate(text.lines, start=1):
        match = re.fullmatch(r'        CheckConstraint\("(?P<expression>.*)", name="(?P<name>\w+)"\),', line)
        if match is None:
            continue
        name, expression = match["name"], match["expression"]
        yield mutant(f"drop check {name}", text.drop(number), "check-drift")
        yield mutant(f"rename check {name}", text.replace(number, name, "ck_other"))
        yield mutant(f"unname check {name}", text.replace(number, f', name="{name}"', ""))
        bounds = list(re.finditer(r"(?P<sign>[<>])= (?P<bound>\d+)", expression))
        for bound in bounds:
            below = bound["sign"] == ">"
            value, what = int(bound["bound"]), f"{'lower' if below else 'upper'} bound of {name}"
            for step, verb in ((-1, "lower"), (1, "raise")):
                yield mutant(
                    f"{verb} {what}",
                    text.replace(number, bound[0], f"{bound['sign']}= {value + step}"),
                    "check-drift",
                )
            yield mutant(f"exclude {what}", text.replace(number, bound[0], f"{bound['sign']} {value}"), "check-drift")
            same = f"{bound['sign']} {value - 1 if below else value + 1}"
            yield mutant(f"write {what} in another way", text.replace(number, bound[0], same))
        if len(bounds) == 2:
            first, second = expression.split(" AND ")
            parted = (f'        CheckConstraint("{first}"),', f'        CheckConstraint("{second}"),')
            yield mutant(f"part check {name} in two", Edit(text.path, number, number, parted))
            yield mutant(f"loosen check {name} to OR", text.replace(number, " AND ", " OR "), "check-drift")


def _of_composite_index(text: Text) -> Iterator[Mutant]:
    number = text.find("    __table_args__ = (Index(")
    columns = '"passes", "in_progress", "needs_human_input"'
    drift = {
        "reorder": '"in_progress", "passes", "needs_human_input"',
        "shorten": '"passes", "in_progress"',
        "lengthen": f'{columns}, "priority"',
        "restrict": f'{columns}, sqlite_where=text("passes = 0")',
    }
    for verb, new in drift.items():
        yield mutant(f"{verb} index ix_feature_status", text.replace(number, columns, new), "index-drift")
    unique = text.replace(number, columns, f"{columns}, unique=True")
    yield mutant("make index ix_feature_status unique", unique, "unique-drift")
    yield mutant("rename index ix_feature_status", text.replace(number, "ix_feature_status", "ix_other"))
    yield mutant("drop index ix_feature_status", text.drop(number), "index-drift")
