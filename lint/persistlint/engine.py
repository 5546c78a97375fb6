"""discover -> extract -> link -> check -> suppress -> Report. The one place where the phases meet."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from persistlint import cache as caching
from persistlint import contracts, keeping
from persistlint.cache import Cache
from persistlint.comments import ignores_in
from persistlint.crash import Crash, guarded
from persistlint.discovery import Discovered, discover, prefix_of
from persistlint.facts.schema import Unresolved
from persistlint.gather import Gatherer, Problem
from persistlint.keeping import Kept
from persistlint.project.model import Project
from persistlint.registry import LoadedRule, RuleSet
from persistlint.replay.versions import version_of
from persistlint.report import Report, diagnose
from persistlint.rule import Finding, Severity
from persistlint.settings import Settings
from persistlint.source import Span
from persistlint.suppress import by_comments, ignored_in
from persistlint.tree import Disk, Tree
from persistlint.workers import Mapper, mapper

if TYPE_CHECKING:
    from persistlint.pasts import Revision
    from persistlint.project.contract import Documents
    from persistlint.replay.starts import Past, Start


def _silent(done: int, total: int) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Request:
    """What to read, and how. `map_files` and `progress` are the caller's; no choice of them changes the result."""

    root: Path
    paths: Sequence[Path]
    settings: Settings = field(default_factory=Settings)
    jobs: int = 0
    """0 is one for each processor."""
    use_cache: bool = True
    map_files: Mapper | None = None
    progress: Callable[[int, int], None] = _silent
    tree: Tree | None = None
    """Where the files are read from; None is the disk."""
    undocumented: bool = False
    """Whether documents that a setting names may still be missing."""
    starts: tuple[Start, ...] = ()
    """The schemas to carry out the upgrades from, instead of those that the project itself tells."""
    upgrade_from: tuple[str, ...] = ()
    """The revisions, and patterns of tags, whose databases are to be upgraded."""


@dataclass(frozen=True, slots=True)
class Linked:
    """The model of a project, with everything that was said while it was read."""

    project: Project
    discovered: Discovered
    problems: tuple[Problem, ...]
    crashes: tuple[Crash, ...]
    source: Callable[[str], str | None]
    marked: tuple[str, ...] = ()
    """The files that may hold comments which ignore findings."""


def read(request: Request) -> Linked:
    """Phases one and two."""
    settings = request.settings
    tree = request.tree or Disk(request.root)
    roles = contracts.locate(tree, settings, missing_ok=request.undocumented)
    discovered = discover(request.root, request.paths, settings.exclude, roles, tree)
    tree.prefetch((*discovered.files, *roles))
    folder = caching.open_folder(discovered.root) if request.use_cache else None
    map_files = request.map_files or mapper(request.jobs or os.cpu_count() or 1)
    dialect = settings.dialect
    gatherer = Gatherer(discovered, tree, dialect=dialect, folder=folder, map_files=map_files)
    projects = Cache(folder, "project")
    salt = caching.key(_salt(), dialect.encode(), (settings.min_sqlite_version or "").encode())
    reader = contracts.Reader(tree, roles, lambda text: gatherer.parse(text, dialect), folder)
    contract = reader.read(salt, settings.units)
    older = _older(request, roles) if request.upgrade_from else ()
    known = (f"{one.name} {one.commit}".encode() for one in older)
    outline = caching.key(salt, contract.digest, gatherer.survey(), *known)
    marked = (*sorted(gatherer.marked), *roles)
    # Of a project that is upgraded from a schema of the caller's, nothing is kept for other runs.
    kept = _recall(projects, outline, gatherer) if not request.starts else None
    if kept is not None:
        gatherer.save()
        problems = (*contract.problems, *kept.problems)
        return Linked(kept.project, discovered, problems, contract.crashes, gatherer.source, marked)
    gatherer.gather(request.progress)
    before = _pasts(older, gatherer, dialect) if older else ()
    linked = guarded(
        "linking the project",
        lambda: _complete(gatherer, discovered, contract.documents, request, before),
    )
    crashes = [*contract.crashes, *(gatherer.crashes[path] for path in sorted(gatherer.crashes))]
    problems = tuple(gatherer.problems[path] for path in sorted(gatherer.problems))
    if isinstance(linked, Crash):
        crashes.append(linked)
    elif (
        folder is not None
        and not crashes
        and not request.starts
        and (encoded := keeping.encode(linked, problems)) is not None
    ):
        # What else was looked at is known only now: the project is kept for as long as that stays the same as well.
        others = gatherer.looked_at()
        projects.put(outline, msgspec.msgpack.encode(others))
        projects.put(caching.key(outline, gatherer.contents(others)), encoded)
    gatherer.save()
    projects.save()
    project = Project(dialect=dialect) if isinstance(linked, Crash) else linked
    return Linked(project, discovered, (*contract.problems, *problems), tuple(crashes), gatherer.source, marked)


def _recall(projects: Cache, outline: bytes, gatherer: Gatherer) -> Kept | None:
    """The project as a run of the same files left it."""
    others = projects.get(outline)
    if others is None:
        return None
    try:
        paths = msgspec.msgpack.decode(others, type=tuple[str, ...])
    except msgspec.MsgspecError:
        return None
    known = projects.get(caching.key(outline, gatherer.contents(paths)))
    return keeping.decode(known) if known is not None else None


def _complete(
    gatherer: Gatherer, discovered: Discovered, documents: Documents, request: Request, before: tuple[Past, ...]
) -> Project:
    """The project with what SQLite itself is asked for: a fresh install, and what its upgrades make of an old one."""
    # The interpreter and the replay take a while to import, and a run that finds its project again needs neither.
    from persistlint.project.functions import undefined_functions
    from persistlint.project.link import Inputs, link_all
    from persistlint.replay.fresh import fresh_tables
    from persistlint.replay.uncalled import uncalled
    from persistlint.replay.upgrades import carry_out

    inputs = Inputs(
        python=gatherer.python,
        sql_files=gatherer.sql_files,
        load=gatherer.load,
        paths=frozenset(discovered.files),
        dialect=request.settings.dialect,
        parse=gatherer.parse,
        documents=documents,
        mentions=gatherer.mentions,
    )
    linkage = link_all(inputs)
    fresh = fresh_tables(linkage.project, gatherer.parse)
    upgrades = carry_out(linkage, gatherer.parse, request.starts, before, _oldest(request.settings))
    undefined = undefined_functions(linkage.project.contract, inputs.paths, inputs.load)
    return replace(linkage.project, fresh=fresh, uncalled=uncalled(linkage), upgrades=upgrades, undefined=undefined)


def _pasts(older: tuple[Revision, ...], gatherer: Gatherer, dialect: str) -> tuple[Past, ...]:
    from persistlint.pasts import pasts

    return pasts(older, gatherer, dialect)


def _older(request: Request, documents: Collection[str]) -> tuple[Revision, ...]:
    from persistlint.pasts import revisions

    return revisions(request.root, request.paths, request.settings.exclude, documents, request.upgrade_from)


def _salt() -> bytes:
    """Stands for the code of phases one and two. Rules have no part in it: changing one parses nothing again."""
    package = Path(__file__).parent
    folders = ("extract", "facts", "project", "replay")
    phases = [path for folder in folders for path in sorted(package.glob(f"{folder}/**/*.py"))]
    names = (
        "source",
        "errors",
        "nesting",
        "encoding",
        "gather",
        "discovery",
        "contracts",
        "keeping",
        "workers",
        "pasts",
        "vcs",
    )
    own = (package / f"{name}.py" for name in names)
    return caching.program_salt([*phases, *own], ("libcst", "sqlglot", "markdown_it"))


def run(request: Request, rules: RuleSet) -> Report:
    """Check a project by the rules that the settings select."""
    # A wrong name in the settings is an error at once, not after everything has been read.
    rules.selected(request.settings)
    ignored_in(request.settings, rules)
    return judge(read(request), request.settings, rules)


def judge(linked: Linked, settings: Settings, rules: RuleSet) -> Report:
    """What the rules that the settings select say about a project."""
    selected = rules.selected(settings)
    ignored = ignored_in(settings, rules)
    project = replace(linked.project, rule_names=frozenset(rules.by_name), min_sqlite=_oldest(settings))
    reported = linked.discovered.reported
    severities = {rule.name: rule.severity for rule in selected}
    findings: list[tuple[str, Severity, Finding]] = []
    crashes = list(linked.crashes)

    def take(name: str, finding: Finding) -> None:
        if name in severities and finding.at.path in reported and not ignored(name, finding.at.path):
            findings.append((name, severities[name], finding))

    for name, finding in linked.problems:
        take(name, finding)
    for rule in selected:
        for outcome in _check(rule, project):
            if isinstance(outcome, Crash):
                crashes.append(outcome)
            else:
                take(rule.name, outcome)
    failed = {crash.part.removeprefix("rule ") for crash in crashes}
    ran = frozenset[str]() if linked.crashes else frozenset(severities).difference(failed)
    comments = [
        one for path in linked.marked if path in reported for one in ignores_in(path, linked.source(path) or "")
    ]
    judged = by_comments(diagnose(findings), comments, rules, ran, _statements_of(project))
    findings.clear()
    for name, finding in judged.problems:
        take(name, finding)
    root = linked.discovered.root
    return Report(
        root,
        tuple(sorted((*judged.reported, *diagnose(findings)), key=lambda one: (one.finding.at, one.rule))),
        suppressed=judged.suppressed,
        unresolved=tuple(sorted((u for u in linked.project.unresolved if u.span.path in reported), key=_by_place)),
        crashes=tuple(crashes),
        notices=linked.discovered.notices,
        files=len(linked.discovered.files) + len(project.contract.roles),
        rules=selected,
        prefix=prefix_of(root),
        source=linked.source,
    )


def _oldest(settings: Settings) -> tuple[int, ...] | None:
    return None if settings.min_sqlite_version is None else version_of(settings.min_sqlite_version)


def _statements_of(project: Project) -> Callable[[Span], bool]:
    """Whether a place is in an SQL statement."""

    def is_sql(span: Span) -> bool:
        return any(
            one.span.path == span.path and one.span.line <= span.line <= one.span.end_line for one in project.statements
        )

    return is_sql


def _check(rule: LoadedRule, project: Project) -> Iterator[Finding | Crash]:
    """What a rule finds, up to where it fails, if it does."""
    if rule.check is None:
        return
    found: list[Finding] = []
    check = rule.check
    failed = guarded(f"rule {rule.name}", lambda: found.extend(check(project)))
    yield from found
    if failed is not None:
        yield failed


def _by_place(item: Unresolved) -> tuple[Span, str]:
    return item.span, item.reason
