"""Which contract documents a project has, and what they say."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from persistlint import cache as caching
from persistlint.cache import Cache
from persistlint.crash import Crash, guarded
from persistlint.encoding import UndecodableError, decode_utf8
from persistlint.extract.contract import Parse, extract_contract
from persistlint.facts.contract import ContractFacts, Role
from persistlint.gather import Problem
from persistlint.project.contract import Documents
from persistlint.registry import UNREADABLE_FILE
from persistlint.rule import Finding
from persistlint.settings import Settings
from persistlint.source import Span
from persistlint.tree import MAX_BYTES, Tree

_SPECS = ".planning/specs"
DEFAULTS: Mapping[Role, str] = {
    Role.MATRIX: f"{_SPECS}/surfaces/DATA-PERSISTENCE-MATRIX.md",
    Role.CONTRACTS: f"{_SPECS}/surfaces/DATA-PERSISTENCE-CONTRACTS.md",
    Role.INVENTORY: f"{_SPECS}/INVENTORY.md",
}
"""Where a document is looked for that no setting names."""

_DECODER = msgspec.msgpack.Decoder(ContractFacts)


@dataclass(frozen=True, slots=True)
class Read:
    """What the documents say, and what was said while they were read. `digest` stands for all of it."""

    documents: Documents = field(default_factory=Documents)
    problems: tuple[Problem, ...] = ()
    crashes: tuple[Crash, ...] = ()
    digest: bytes = b""


def places(settings: Settings) -> Mapping[Role, tuple[str, ...]]:
    """Where documents stand, relative to the root: where settings say, else at the default places."""
    named = {
        Role.MATRIX: None if settings.matrix is None else (settings.matrix,),
        Role.CONTRACTS: settings.contracts,
        Role.INVENTORY: None if settings.inventory is None else (settings.inventory,),
    }
    return {role: (DEFAULTS[role],) if paths is None else paths for role, paths in named.items()}


def locate(tree: Tree, settings: Settings, *, missing_ok: bool = False) -> Mapping[str, frozenset[Role]]:
    """The documents with their roles, as sorted paths relative to the root.

    A document that a setting names and that does not exist is a SettingsError, unless it may be missing; one at a
    default place may be absent.
    """
    roles: dict[str, frozenset[Role]] = {}
    for role, paths in places(settings).items():
        for path in paths:
            found = tree.file(path)
            if found is not None:
                roles[found] = roles.get(found, frozenset()) | {role}
            elif getattr(settings, role) is not None and not missing_ok:
                raise settings.error(role, f"`{role}` names no file of the project: `{path}`")
    return {path: roles[path] for path in sorted(roles)}


class Reader:
    """Reads the documents of one run."""

    def __init__(self, tree: Tree, roles: Mapping[str, frozenset[Role]], parse: Parse, folder: Path | None) -> None:
        """`parse` reads SQL; `folder` is where facts are kept between runs, None for nowhere."""
        self._tree = tree
        self._roles = roles
        self._parse = parse
        self._kept = Cache(folder, "contract")
        self._problems: list[Problem] = []
        self._crashes: list[Crash] = []

    def read(self, salt: bytes, units: int | None) -> Read:
        """All of them. `salt` stands for the program that reads them and for how it reads SQL."""
        if not self._roles:
            return Read()
        facts: dict[str, ContractFacts] = {}
        state: list[object] = [units]
        for path in self._roles:
            data = self._bytes(path)
            text = None if data is None else self._decode(path, data)
            state.append((path, sorted(self._roles[path]), data))
            if text is not None and (found := self._facts(salt, path, text)) is not None:
                facts[path] = found
        missing = frozenset(path for path in _paths(facts) if not self._tree.exists(path))
        digest = caching.key(salt, msgspec.msgpack.encode([state, sorted(missing)]))
        self._kept.save()
        documents = Documents(facts, self._roles, units, missing)
        return Read(documents, tuple(self._problems), tuple(self._crashes), digest)

    def _facts(self, salt: bytes, path: str, text: str) -> ContractFacts | None:
        key = caching.key(salt, path.encode(), ",".join(sorted(self._roles[path])).encode(), text.encode())
        known = self._kept.get(key)
        if known is not None:
            try:
                return _DECODER.decode(known)
            except (msgspec.MsgspecError, RecursionError):
                pass
        facts = guarded(f"reading {path}", lambda: extract_contract(path, text, self._roles[path], self._parse))
        if isinstance(facts, Crash):
            self._crashes.append(facts)
            return None
        self._kept.put(key, msgspec.msgpack.encode(facts))
        return facts

    def _bytes(self, path: str) -> bytes | None:
        try:
            data = self._tree.read(path)
        except OSError as error:
            self._unreadable(path, f"it cannot be opened: {error.strerror or error}")
            return None
        if len(data) > MAX_BYTES:
            self._unreadable(path, f"it is larger than {MAX_BYTES // 1_000_000} MB")
            return None
        return data

    def _decode(self, path: str, data: bytes) -> str | None:
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            self._unreadable(path, "it is not UTF-8, but UTF-16 or UTF-32")
            return None
        try:
            return decode_utf8(data)
        except UndecodableError as error:
            self._unreadable(path, str(error))
            return None

    def _unreadable(self, path: str, reason: str) -> None:
        message = f"this contract document cannot be read: {reason}"
        finding = Finding(message, Span(path, 1, 1), help="save it as UTF-8 text")
        self._problems.append((UNREADABLE_FILE.name, finding))


def _paths(facts: Mapping[str, ContractFacts]) -> frozenset[str]:
    """The paths of all artifacts that the documents name."""
    used = [use.path for one in facts.values() if one.matrix for row in one.matrix.rows for use in row.artifacts]
    listed = [artifact.path for one in facts.values() for artifact in one.artifacts]
    return frozenset(path.text for path in (*used, *listed) if path is not None)
