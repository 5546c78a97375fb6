"""All units of a project, in the order in which documents have them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from persistlint.drafting.constraints import constraints_unit
from persistlint.drafting.ddl import Parse
from persistlint.drafting.declared import Declared, declared_tables
from persistlint.drafting.documents import exchanges, export_unit, import_unit
from persistlint.drafting.draft import Draft
from persistlint.drafting.homes import homes
from persistlint.drafting.lifecycle import lifecycle_unit
from persistlint.drafting.pragmas import journal_unit, timeout_unit
from persistlint.drafting.schema import store_unit, table_unit
from persistlint.drafting.transactions import transactions_unit
from persistlint.drafting.unfollowed import unfollowed_unit
from persistlint.drafting.upgrades import upgrades_unit, upgrading
from persistlint.drafting.words import code, codes
from persistlint.project.model import Project


@dataclass(frozen=True, slots=True)
class Ground:
    """What a draft is made from. `parse` reads SQL, `modules` names files as they are imported."""

    project: Project
    parse: Parse
    modules: Mapping[str, str]
    installed: Collection[str]
    """The names of all rules that acceptance checks may name."""


def draft(ground: Ground) -> Draft:
    """The units whose subject exists; without a table there is none."""
    project, installed = ground.project, ground.installed
    tables = declared_tables(project, ground.parse)
    if not tables:
        return Draft(())
    found = homes(tables, project, ground.modules)
    exchanged = exchanges(project, tables)
    units = (
        *(table_unit(table, installed) for table in found.main.tables),
        *constraints_unit(tables, upgrading(project.upgrades), installed),
        *(
            upgrades_unit(project.upgrades, tables, ground.parse, ground.modules, installed)
            or unfollowed_unit(project, tables, ground.modules, installed)
        ),
        *import_unit(exchanged, installed),
        *export_unit(exchanged, installed),
        *transactions_unit(found, installed),
        *journal_unit(found, installed),
        *timeout_unit(found, installed),
        *(store_unit(home, installed) for home in found.others),
        *lifecycle_unit(found, installed),
    )
    # What no installed rule can decide is no unit: nobody would notice that it is broken.
    decided = tuple(unit for unit in units if unit.checks)
    return Draft(decided, tuple(doubt for table in tables for doubt in _doubts(table)))


def _doubts(table: Declared) -> Iterator[str]:
    """What the reader of the documents should look at."""
    if table.sql is None:
        yield f"table {code(table.name)} is only named: its definitions differ, or its columns are made at run time"
    elif table.others:
        files = codes(sorted({one.span.path for one in table.others}))
        yield f"table {code(table.name)} has another shape in {files}, which the contract does not speak of"
