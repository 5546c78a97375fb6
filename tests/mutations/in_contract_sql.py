"""Promises changed in the contract's SQL: the code, left as it is, no longer keeps them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .mutant import Edit, Mutant, Text, mutant

CONTRACTS = ".planning/specs/surfaces/DATA-PERSISTENCE-CONTRACTS.md"
_COLUMN = re.compile(r"    (?P<name>[a-z_]+) (?P<type>[A-Z]+(?:\((?P<length>\d+)\))?)(?P<rest>[^,]*)(?P<comma>,?)")
_OTHER_TYPE = {"INTEGER": "TEXT", "TEXT": "BLOB", "JSON": "TEXT", "BOOLEAN": "INTEGER", "DATETIME": "TEXT"}


@dataclass(frozen=True, slots=True)
class Declaration:
    """One CREATE TABLE from `first` to `last`, with the lines of its indexes."""

    text: Text
    name: str
    first: int
    last: int
    indexes: tuple[int, ...]

    @property
    def body(self) -> range:
        return range(self.first + 1, self.last)

    def naming(self, column: str) -> list[int]:
        """The lines that name a column."""
        lines = (*self.body, *self.indexes)
        return [number for number in lines if re.search(rf"(?<!\w){column}(?!\w)", self._local(number))]

    def _local(self, number: int) -> str:
        # What stands in REFERENCES … (…) are columns of another table.
        line = re.sub(r"REFERENCES \w+ \(\w+\)", "", self.text.line(number))
        return line.partition(" ON ")[2].partition(" ")[2] if number in self.indexes else line

    def without(self, lines: list[int]) -> list[Edit]:
        """Without these lines, and without the comma that would stand before the closing bracket."""
        edits = [self.text.drop(number) for number in lines]
        left = max(number for number in self.body if number not in lines)
        if self.text.line(left).endswith(","):
            edits.append(Edit(self.text.path, left, left, (self.text.line(left)[:-1],)))
        return edits


def contract_mutants(root: Path) -> Iterator[Mutant]:
    """Every declaration of the contract, changed in each way that there is."""
    text = Text(root, CONTRACTS)
    for declaration in _declarations(text):
        for number in declaration.body:
            match = _COLUMN.fullmatch(text.line(number))
            if match is not None:
                yield from _of_column(declaration, number, match)
            else:
                yield from _of_constraint(declaration, number)
        yield from _of_indexes(declaration)
        yield from _of_table(declaration)


def _declarations(text: Text) -> Iterator[Declaration]:
    inside = False
    for number, line in enumerate(text.lines, start=1):
        if line.startswith("```"):
            inside = line == "```sql contract"
        elif inside and (match := re.fullmatch(r"CREATE TABLE (\w+) \(", line)):
            last = text.find(");", number)
            indexes = (one for one in range(last, len(text.lines) + 1) if f" ON {match[1]} (" in text.line(one))
            end = text.find("```", number)
            yield Declaration(text, match[1], number, last, tuple(one for one in indexes if one < end))


def _of_column(declaration: Declaration, number: int, match: re.Match[str]) -> Iterator[Mutant]:
    text, name, type_, rest = declaration.text, match["name"], match["type"], match["rest"]
    title = f"{declaration.name}.{name} of the contract"
    key = any(line.strip(" ,") == f"PRIMARY KEY ({name})" for line in text.lines[declaration.first : declaration.last])

    def written(type_: str, rest: str, name: str = name) -> Edit:
        return Edit(text.path, number, number, (f"    {name} {type_}{rest}{match['comma']}",))

    lines = declaration.naming(name)
    yield mutant(f"drop {title}", declaration.without(lines), "undeclared-column")
    edits = [
        Edit(text.path, line, line, (re.sub(rf"(?<=[ (]){name}(?=[ ,)])", f"{name}_2", text.line(line)),))
        for line in lines
    ]
    yield mutant(f"rename {title}", edits, "missing-column", "undeclared-column")
    other = _OTHER_TYPE.get(type_, "TEXT")
    yield mutant(f"retype {title}", written(other, rest), "column-type-drift")
    if match["length"]:
        longer = f"VARCHAR({int(match['length']) + 1})"
        yield mutant(f"re-length {title}", written(longer, rest), "column-type-drift")
    if not key:
        opposite = rest.replace(" NOT NULL", "") if "NOT NULL" in rest else f"{rest} NOT NULL"
        yield mutant(f"re-null {title}", written(type_, opposite), "nullability-drift")
        default = re.sub(r"DEFAULT \w+", "DEFAULT 7", rest) if "DEFAULT" in rest else f" DEFAULT 7{rest}"
        yield mutant(f"re-default {title}", written(type_, default), "default-drift")
    if "DEFAULT" in rest:
        dropped = re.sub(r" DEFAULT \w+", "", rest)
        yield mutant(f"drop the default of {title}", written(type_, dropped), "default-drift")
    if number == declaration.first + 2:
        yield mutant(f"write the type of {title} in lower case", written(type_.lower(), rest))
        yield mutant(f"make {title} unique", written(type_, f"{rest} UNIQUE"), "unique-drift")
        check = f"{rest} CHECK ({name} <> {4 if type_ == 'INTEGER' else repr('a')})"
        yield mutant(f"add a check to {title}", written(type_, check), "check-drift")


def _of_constraint(declaration: Declaration, number: int) -> Iterator[Mutant]:
    text, line = declaration.text, declaration.text.line(number)
    key = re.search(r"PRIMARY KEY \((\w+)\)", line)
    if key is not None:
        title = f"primary key of {declaration.name} in the contract"
        yield mutant(f"drop the {title}", declaration.without([number]), "primary-key-drift")
        second = text.line(declaration.first + 2).split()[0]
        yield mutant(f"widen the {title}", text.replace(number, key[1], f"{key[1]}, {second}"), "primary-key-drift")
    reference = re.search(r"REFERENCES (\w+) \((\w+)\)(?: ON DELETE (\w+))?", line)
    if reference is not None:
        title = f"foreign key of {declaration.name} in the contract"
        yield mutant(f"drop the {title}", declaration.without([number]), "foreign-key-drift")
        acting = reference[0].partition(" ON ")[0] if reference[3] else f"{reference[0]} ON DELETE CASCADE"
        yield mutant(f"change action of the {title}", text.replace(number, reference[0], acting), "foreign-key-drift")
        target = reference[0].replace(reference[1], declaration.name)
        yield mutant(f"retarget the {title}", text.replace(number, reference[0], target), "foreign-key-drift")
        bare = reference[0].replace(f" ({reference[2]})", "")
        yield mutant(f"leave the column of the {title} to SQLite", text.replace(number, reference[0], bare))
    check = re.search(r"CONSTRAINT (\w+) CHECK \((.*)\)", line)
    if check is not None:
        yield from _of_check(declaration, number, check[1], check[2])


def _of_check(declaration: Declaration, number: int, name: str, expression: str) -> Iterator[Mutant]:
    text, title = declaration.text, f"check {name} of the contract"
    yield mutant(f"drop {title}", declaration.without([number]), "check-drift")
    yield mutant(f"unname {title}", text.replace(number, f"CONSTRAINT {name} ", ""))
    bound = re.findall(r"\d+", expression)[-1]
    for step, verb in ((-1, "lower"), (1, "raise")):
        moved = f"{expression.rpartition(bound)[0]}{int(bound) + step}"
        yield mutant(f"{verb} the bound of {title}", text.replace(number, expression, moved), "check-drift")
    yield mutant(f"turn {title} round", text.replace(number, expression, f"NOT ({expression})"), "check-drift")
    yield mutant(f"turn {title} round twice", text.replace(number, expression, f"NOT NOT ({expression})"))
    between = re.fullmatch(r"(\w+) >= (\d+) AND \1 <= (\d+)", expression)
    if between is not None:
        same = f"{between[1]} BETWEEN {between[2]} AND {between[3]}"
        yield mutant(f"write {title} with BETWEEN", text.replace(number, expression, same))


def _of_indexes(declaration: Declaration) -> Iterator[Mutant]:
    text = declaration.text
    for number in declaration.indexes:
        match = re.fullmatch(r"CREATE INDEX (\w+) ON \w+ \((.*)\);", text.line(number))
        assert match is not None
        title = f"index {match[1]} of the contract"
        columns = match[2].split(", ")
        yield mutant(f"drop {title}", text.drop(number), "index-drift")
        yield mutant(f"rename {title}", text.replace(number, match[1], "ix_other"))
        partial = text.replace(number, ");", f") WHERE {columns[0]} > 4;")
        yield mutant(f"restrict {title}", partial, "index-drift")
        first = text.line(declaration.first + 3).split()[0]
        longer = text.replace(number, f"({match[2]})", f"({match[2]}, {first})")
        yield mutant(f"lengthen {title}", longer, "index-drift")
        if columns != ["id"]:
            # What the primary key makes unique already, a unique index does not change.
            unique = text.replace(number, "CREATE INDEX", "CREATE UNIQUE INDEX")
            yield mutant(f"make {title} unique", unique, "unique-drift")
        if len(columns) > 1:
            turned = text.replace(number, match[2], ", ".join(reversed(columns)))
            yield mutant(f"reorder {title}", turned, "index-drift")


def _of_table(declaration: Declaration) -> Iterator[Mutant]:
    text, name = declaration.text, declaration.name
    lines = (declaration.first, *declaration.indexes)

    def renamed(new: str) -> list[Edit]:
        return [Edit(text.path, n, n, (re.sub(rf"(TABLE|ON) {name}\b", rf"\1 {new}", text.line(n)),)) for n in lines]

    yield mutant(f"rename table {name} of the contract in case alone", renamed(name.upper()))
    # Three documents then disagree: the matrix names the old table for the unit.
    owners = ("missing-table", "undeclared-table", "objects-drift")
    yield mutant(f"rename table {name} of the contract", renamed(f"{name}_2"), *owners)
    more = text.insert(declaration.first, f"CREATE TABLE {name}_2 (id INTEGER PRIMARY KEY);")
    yield mutant(f"declare a table beside {name}", more, "missing-table", "objects-drift")
    column = text.insert(declaration.first + 1, "    surplus INTEGER,")
    yield mutant(f"declare a column of {name}", column, "missing-column")
