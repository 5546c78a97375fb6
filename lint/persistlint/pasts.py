"""The same project at older revisions, read from git's object store: what `--upgrade-from` begins with."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from persistlint.discovery import Discovered, discover
from persistlint.errors import UserError
from persistlint.gather import Gatherer
from persistlint.project.link import Inputs, Linkage, link_all
from persistlint.replay.starts import Past
from persistlint.vcs import Repository, Snapshot


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision as the user named it, with the files of the project in it."""

    name: str
    commit: str
    snapshot: Snapshot
    discovered: Discovered


def revisions(
    root: Path, paths: Sequence[Path], exclude: Sequence[str], documents: Collection[str], asked: Sequence[str]
) -> tuple[Revision, ...]:
    """The revisions that `asked` names: revisions and patterns of tags. Raises UserError."""
    if not asked:
        return ()
    repository = Repository(root)
    named = dict(pair for one in asked for pair in repository.named(one))
    out: list[Revision] = []
    for name, commit in named.items():
        snapshot = repository.at(commit)
        discovered = discover(root, paths, exclude, documents, snapshot)
        out.append(Revision(name, commit, snapshot, discovered))
    return tuple(out)


def pasts(found: Sequence[Revision], beside: Gatherer, dialect: str) -> tuple[Past, ...]:
    """The revisions as starts of upgrades. Files that `beside` or an older revision had as well are not parsed again.

    Several revisions with the same files are read once. Raises UserError where git lacks a file.
    """
    out: list[Past] = []
    same: dict[tuple[tuple[str, str], ...], Past] = {}
    for one in found:
        files = one.snapshot.hashes(one.discovered.files)
        other = same.get(files)
        past = Past(one.name, partial(_linked, one, beside, dialect), other.name if other is not None else None)
        same.setdefault(files, past)
        one.snapshot.prefetch(one.discovered.files)
        lacking = next((path for path in one.discovered.files if not one.snapshot.has(path)), None)
        if lacking is not None:
            raise UserError(f"git lacks `{lacking}` of revision `{one.name}`: fetch its objects first")
        out.append(past)
    return tuple(out)


def _linked(revision: Revision, beside: Gatherer, dialect: str) -> Linkage:
    """The model of the project at a revision. What it says about unreadable files is not today's concern."""
    files = revision.discovered.files
    gatherer = beside.beside(revision.discovered, revision.snapshot)
    gatherer.survey()
    gatherer.gather(lambda _done, _total: None)
    return link_all(
        Inputs(
            python=gatherer.python,
            sql_files=gatherer.sql_files,
            load=gatherer.load,
            paths=frozenset(files),
            dialect=dialect,
            parse=gatherer.parse,
        )
    )
