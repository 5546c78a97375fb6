"""Units of tables: one for each table of the main store, one for each store beside it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from persistlint.drafting import rules, toml, words
from persistlint.drafting.clauses import store_clause
from persistlint.drafting.declared import Declared
from persistlint.drafting.draft import Block, Source, UnitDraft
from persistlint.drafting.homes import Home
from persistlint.drafting.words import code, codes, count, listed, sentence
from persistlint.facts.schema import ColumnFact, TableFact

ROLE = "tables"


def table_unit(table: Declared, installed: Collection[str]) -> UnitDraft:
    """The unit of one table."""
    promises = list(rules.COLUMNS if table.sql is not None else rules.EXISTENCE)
    if table.sql is not None and table.fact.checks:
        promises.append(rules.VALUES)
    return UnitDraft(
        subject=f"table:{table.name.lower()}",
        title=words.title(table.name, "schema"),
        sources=sources((table,)),
        objects=(table.name,),
        invariants=_invariants(table.fact),
        failures=_failures([table.fact]),
        prose=tuple(_origin(table)),
        behavior=tuple(_behavior(table)),
        checks=rules.checks(promises, installed),
        blocks=_blocks((table,)),
    )


def store_unit(home: Home, installed: Collection[str]) -> UnitDraft:
    """The unit of a store beside the main one, with what its connections obey."""
    facts = [table.fact for table in home.tables]
    promises = list(rules.COLUMNS if any(table.sql is not None for table in home.tables) else rules.EXISTENCE)
    if any(fact.checks for fact in facts):
        promises.append(rules.VALUES)
    behavior = [text for table in home.tables for text in _behavior(table)]
    return UnitDraft(
        subject=f"store:{home.name.lower()}",
        title=words.title(home.name, "store"),
        sources=sources(home.tables),
        objects=tuple(table.name for table in home.tables),
        invariants=sentence(f"{count(len(facts), 'table')} in {_place(home)}"),
        failures=_failures(facts),
        prose=(
            _apart(home),
            *(text for table in home.tables for text in _origin(table)),
        ),
        behavior=tuple(dict.fromkeys(behavior)),
        checks=rules.checks(promises, installed),
        blocks=_blocks(home.tables, store_clause(home, installed)),
    )


def _place(home: Home) -> str:
    return code(home.file) if home.file is not None else "a store beside the main one"


def _apart(home: Home) -> str:
    names = codes([table.name for table in home.tables])
    live = "live" if len(home.tables) > 1 else "lives"
    if home.file is not None:
        return (
            f"{names} {live} in a database of their own, {code(home.file)}."
            if len(home.tables) > 1
            else (f"{names} {live} in a database of its own, {code(home.file)}.")
        )
    return f"{names} {live} apart from the tables of the main store."


def sources(tables: Sequence[Declared]) -> tuple[Source, ...]:
    """The files that define the tables."""
    paths = {path for table in tables for path in (table.files or _files(table))}
    return tuple(Source(path, ROLE) for path in sorted(paths))


def _files(table: Declared) -> tuple[str, ...]:
    return tuple({one.span.path for one in (table.fact, *table.others)})


def _blocks(tables: Sequence[Declared], store: str | None = None) -> tuple[Block, ...]:
    written = [table.sql.text for table in tables if table.sql is not None]
    clauses = [store] if store is not None else []
    for table in tables:
        if table.sql is None or table.files is not None:
            clauses.append(toml.clause("table", {"name": table.name, "defined_in": _listed_files(table)}))
        clauses.extend(table.clauses)
    blocks = (Block("sql contract", "\n".join(written)), Block("toml contract", toml.fence(clauses)))
    return tuple(block for block in blocks if block.text)


def _listed_files(table: Declared) -> list[str] | None:
    return list(table.files) if table.files is not None else None


def _origin(table: Declared) -> Iterator[str]:
    fact, name = table.fact, code(table.name)
    places = codes(table.files or sorted(_files(table) if table.sql is None else {fact.span.path}))
    model = (fact.model or "").rpartition(".")[2]
    if model:
        yield f"{name} is the table of the model {code(model)}, which {places} defines."
    elif fact.origin == "ddl":
        yield f"{name} is created by the SQL in {places}."
    else:
        yield f"{name} is defined in {places}."
    if table.sql is None:
        yield f"The shape of {name} is not the same everywhere, or is made at run time: it is only named here."
        return
    if table.others:
        files = codes(sorted({one.span.path for one in table.others}))
        yield f"Another shape under the same name stands in {files}; this contract does not speak of it."
    if not fact.complete:
        yield f"Columns of {name} may be made at run time; those that can be known are declared."
    for what in table.sql.left_out:
        yield f"{sentence(what)} of {name} is made at run time and is not declared."


def _invariants(fact: TableFact) -> str:
    if not fact.columns:
        return "The table exists"
    never = sum(1 for column in fact.columns if not column.nullable or _is_rowid(fact, column))
    said = [f"{count(len(fact.columns), 'column')}, {_never_null(never, len(fact.columns))}"]
    if not fact.complete:
        said.append("others may be made at run time")
    if fact.primary_key:
        said.append(f"the key is {codes(fact.primary_key)}")
    given = sum(1 for column in fact.columns if column.python_default is not None)
    if given:
        said.append(f"{count(given, 'default')} set by Python")
    return sentence("; ".join(said))


def _is_rowid(fact: TableFact, column: ColumnFact) -> bool:
    """Whether a null becomes the next number."""
    is_number = fact.primary_key == (column.name,) and (column.type or "").upper() == "INTEGER"
    return is_number and not fact.without_rowid


def _never_null(never: int, total: int) -> str:
    if never == total:
        return "never null"
    some = f"{count(never, 'of them', 'of them')} never null"
    return some if never else "all may be null" if total > 1 else "may be null"


def _failures(facts: Sequence[TableFact]) -> str:
    refused = [
        what
        for what, is_there in (
            ("a null in a column that is never null", any(_required(fact) for fact in facts)),
            ("a value that a check rejects", any(fact.checks for fact in facts)),
            ("a second row with the same unique values", any(fact.uniques or _unique(fact) for fact in facts)),
            ("a reference to a row that does not exist", any(fact.foreign_keys for fact in facts)),
        )
        if is_there
    ]
    if not refused:
        but = " but one with a key that is taken" if any(fact.primary_key for fact in facts) else ""
        what = "refuses no row" if all(fact.complete for fact in facts) else "is not known to refuse a row"
        return f"The database {what}{but}"
    return f"The database refuses {listed(refused)}"


def _behavior(table: Declared) -> Iterator[str]:
    fact, name = table.fact, code(table.name)
    if _required(fact):
        yield f"The database refuses a null in a column of {name} that is NOT NULL, whoever writes it."
    if any(one.python_default is not None and one.server_default is None and not one.nullable for one in fact.columns):
        yield f"Defaults of {name} that Python sets are missing from what is written past its model."
    if fact.checks:
        yield f"A row of {name} that a CHECK rejects is refused, and its statement changes nothing."
    for columns in [*(one.columns for one in fact.uniques), *_unique(fact)]:
        yield f"A second row of {name} with the same {codes(columns)} is refused."
    for key in fact.foreign_keys:
        yield _referring(name, codes(key.columns), code(key.table), (key.ondelete or "").upper())
    if not (_required(fact) or fact.checks or fact.uniques or _unique(fact) or fact.foreign_keys):
        but = ", but for a key that is taken" if fact.primary_key else ""
        refuses = "refuses a row" if fact.complete else "is known to refuse a row"
        yield f"No constraint of {name} {refuses}{but}."


def _referring(name: str, columns: str, target: str, action: str) -> str:
    rests = "where foreign keys are enforced"
    match action:
        case "CASCADE":
            return f"Deleting a row of {target} deletes the rows of {name} that refer to it by {columns}, {rests}."
        case "SET NULL" | "SET DEFAULT":
            becomes = "null" if action == "SET NULL" else "its default"
            return f"Deleting a row of {target} sets {columns} of the rows of {name} to {becomes}, {rests}."
        case _:
            return f"A row of {target} that {columns} of {name} refers to cannot be deleted, {rests}."


def _required(fact: TableFact) -> bool:
    return any(not column.nullable and not _is_rowid(fact, column) for column in fact.columns)


def _unique(fact: TableFact) -> list[tuple[str, ...]]:
    """The columns of unique indexes on plain columns and all rows."""
    whole = (one for one in fact.indexes if one.unique and one.where is None)
    return [one.columns for one in whole if all(fact.column(name) is not None for name in one.columns)]
