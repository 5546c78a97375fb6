"""`init` from beginning to end: the code is read, the documents are written or refreshed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from persistlint import contracts
from persistlint.drafting import rules as promises
from persistlint.drafting.artifacts import Artifacts, artifacts
from persistlint.drafting.draft import Draft
from persistlint.drafting.edits import Edited
from persistlint.drafting.files import Files
from persistlint.drafting.markdown import Places, check_line, contracts_document, inventory_document, matrix_document
from persistlint.drafting.modules import named_modules
from persistlint.drafting.numbers import unit_id
from persistlint.drafting.record import find
from persistlint.drafting.refresh import Existing, refresh
from persistlint.drafting.units import Ground, draft
from persistlint.engine import Linked, Request, read
from persistlint.errors import UserError
from persistlint.extract.sql import parse
from persistlint.facts.contract import Role
from persistlint.project.interp.modules import Modules
from persistlint.registry import RuleSet


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was written: paths relative to the root. `said` is what the user should know, one line each."""

    linked: Linked
    written: tuple[str, ...]
    unchanged: tuple[str, ...]
    units: int
    said: tuple[str, ...]


def initialize(request: Request, rules: RuleSet, *, update: bool) -> Outcome:
    """Write the documents, or bring those that exist up to date.

    Raises UserError where documents exist and are not to be updated, where there are none to update, and where the
    code stores nothing. Nothing is written then.
    """
    files = Files(request.root)
    places = contracts.places(request.settings)
    _demand(files, places, update=update)
    # A contract speaks of the whole project, whatever part of it was named.
    linked = read(replace(request, paths=(request.root,), undocumented=True))
    if linked.crashes:
        return Outcome(linked, (), (), 0, ())
    found = _draft(linked, request.settings.dialect, rules)
    if not found.units:
        raise UserError("no table is defined in this project, so that there is nothing to write a contract of")
    texts, said = _refreshed(files, places, linked, found) if update else _new(places, files, linked, found, rules)
    written = tuple(path for path, text in texts.items() if files.write(path, text))
    unchanged = tuple(path for path in texts if path not in written)
    counted = [*_count(request, len(found.units), update=update)]
    return Outcome(linked, written, unchanged, len(found.units), (*found.doubts, *said, *counted))


def _demand(files: Files, places: Mapping[Role, tuple[str, ...]], *, update: bool) -> None:
    owned = (*places[Role.MATRIX], *places[Role.CONTRACTS])
    for path in (*owned, *places[Role.INVENTORY]):
        files.demand_inside(path)
    for path in owned:
        if files.exists(path) and not update:
            raise UserError("this document exists: `init --update` refreshes what `init` wrote in it", path=path)
        if update and not files.exists(path):
            raise UserError("this document does not exist, so that it cannot be updated", path=path)


def _draft(linked: Linked, dialect: str, rules: RuleSet) -> Draft:
    files = linked.discovered.files
    modules = named_modules(files, Modules(frozenset(files), lambda _: None).dotted)
    return draft(Ground(linked.project, lambda text: parse(text, dialect), modules, frozenset(rules.by_name)))


def _new(
    places: Mapping[Role, tuple[str, ...]], files: Files, linked: Linked, found: Draft, rules: RuleSet
) -> tuple[dict[str, str], tuple[str, ...]]:
    """New documents; an inventory that exists gives its ids and stays as it is."""
    inventory = places[Role.INVENTORY][0]
    exists = files.exists(inventory)
    named = _artifacts(linked, found, open_=not exists)
    units = {unit_id(number): unit for number, unit in enumerate(found.units, start=1)}
    where = Places(places[Role.MATRIX][0], places[Role.CONTRACTS][0], inventory)
    checks = [check_line(None, check) for check in promises.checks(promises.DOCUMENTS, rules.by_name)]
    parts = [
        (where.matrix, matrix_document(units, named.ids, where)),
        (where.contracts, contracts_document(units, checks, where)),
        *((path, _FURTHER) for path in places[Role.CONTRACTS][1:]),
    ]
    if not exists:
        parts.append((inventory, inventory_document(named.ids, named.roles)))
    return _joined(parts), ()


_FURTHER = "# Further data persistence contracts\n\nSections of units can be moved here.\n"


def _joined(parts: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Texts by path; documents that share a place follow one another."""
    texts: dict[str, str] = {}
    for path, text in parts:
        texts[path] = f"{texts[path]}\n{text}" if path in texts else text
    return texts


def _refreshed(
    files: Files, places: Mapping[Role, tuple[str, ...]], linked: Linked, found: Draft
) -> tuple[dict[str, str], tuple[str, ...]]:
    documents: dict[str, Edited] = {}

    def document(path: str) -> Edited:
        if path not in documents:
            documents[path] = Edited.of(path, files.read(path))
        return documents[path]

    inventory = places[Role.INVENTORY][0]
    listed = document(inventory) if files.exists(inventory) else None
    ours = listed is not None and find("inventory", listed.text) is not None
    existing = Existing(
        document(places[Role.MATRIX][0]),
        tuple(document(path) for path in places[Role.CONTRACTS]),
        listed if ours else None,
    )
    result = refresh(existing, found, _artifacts(linked, found, open_=ours))
    return dict(result.texts), result.said


def _artifacts(linked: Linked, found: Draft, *, open_: bool) -> Artifacts:
    contract = linked.project.contract
    listed = {one.path.text: one.id.text for one in reversed(contract.artifacts) if one.path is not None}
    return artifacts(found, listed, open_=open_)


def _count(request: Request, units: int, *, update: bool) -> Iterable[str]:
    wanted = request.settings.units
    if wanted is not None and wanted != units and not update:
        yield f"the setting `units` asks for {wanted} units, and the code has {units}"
