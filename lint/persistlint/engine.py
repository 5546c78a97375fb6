"""discover -> extract -> link -> check -> suppress -> Report. The one place where the phases meet."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from persistlint import cache as caching
from persistlint.cache import Cache
from persistlint.crash import Crash, guarded
from persistlint.discovery import Discovered, discover
from persistlint.facts.schema import Unresolved
from persistlint.gather import Gatherer, Problem
from persistlint.project.link import Inputs, link
from persistlint.project.model import Project
from persistlint.replay.fresh import fresh_tables
from persistlint.registry import LoadedRule, RuleSet
from persistlint.report import Report, diagnose
from persistlint.rule import Finding, Severity
from persistlint.settings import Settings
from persistlint.source import Span
from persistlint.suppress import ignored_in
from persistlint.workers import Mapper, mapper


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


@dataclass(frozen=True, slots=True)
class Linked:
    """The model of a project, with everything that was said while it was read."""

    project: Project
    discovered: Discovered
    problems: tuple[Problem, ...]
    crashes: tuple[Crash, ...]
    source: Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class _Kept:
    """What phases one and two said about the same files before."""

    project: Project
    problems: tuple[Problem, ...]


_KEPT = msgspec.msgpack.Decoder(_Kept)


def read(request: Request) -> Linked:
    """Phases one and two."""
    discovered = discover(request.root, request.paths, request.settings.exclude)
    folder = caching.open_folder(discovered.root) if request.use_cache else None
    map_files = request.map_files or mapper(request.jobs or os.cpu_count() or 1)
    dialect = request.settings.dialect
    gatherer = Gatherer(discovered, dialect=dialect, folder=folder, map_files=map_files)
    projects = Cache(folder, "project")
    key = caching.key(_salt(), dialect.encode(), gatherer.survey())
    kept = _recall(projects, key)
    if kept is not None:
        return Linked(kept.project, discovered, kept.problems, (), gatherer.source)
    gatherer.gather(request.progress)
    inputs = Inputs(
        python=gatherer.python,
        sql_files=gatherer.sql_files,
        load=gatherer.load,
        paths=frozenset(discovered.files),
        dialect=dialect,
        parse=gatherer.parse,
    )
    linked = guarded("linking the project", lambda: _complete(link(inputs), gatherer))
    crashes = [gatherer.crashes[path] for path in sorted(gatherer.crashes)]
    problems = tuple(gatherer.problems[path] for path in sorted(gatherer.problems))
    if isinstance(linked, Crash):
        crashes.append(linked)
    elif not crashes:
        with suppress(UnicodeEncodeError):
            projects.put(key, msgspec.msgpack.encode(_Kept(linked, problems)))
    gatherer.save()
    projects.save()
    project = Project(dialect=dialect) if isinstance(linked, Crash) else linked
    return Linked(project, discovered, problems, tuple(crashes), gatherer.source)


def _complete(project: Project, gatherer: Gatherer) -> Project:
    """The project with what a fresh install has, which SQLite itself is asked for."""
    return replace(project, fresh=fresh_tables(project, gatherer.parse))


def _recall(projects: Cache, key: bytes) -> _Kept | None:
    known = projects.get(key)
    try:
        return None if known is None else _KEPT.decode(known)
    except (msgspec.MsgspecError, RecursionError):
        return None


def _salt() -> bytes:
    """Stands for the code of phases one and two. Rules have no part in it: changing one parses nothing again."""
    package = Path(__file__).parent
    phases = [path for folder in ("extract", "facts", "project", "replay") for path in sorted(package.glob(f"{folder}/**/*.py"))]
    own = (package / name for name in ("source.py", "nesting.py", "encoding.py", "gather.py", "discovery.py"))
    return caching.program_salt([*phases, *own], ("libcst", "sqlglot"))


def run(request: Request, rules: RuleSet) -> Report:
    """Check a project by the rules that the settings select."""
    selected = rules.selected(request.settings)
    ignored = ignored_in(request.settings, rules)
    linked = read(request)
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
        for outcome in _check(rule, linked.project):
            if isinstance(outcome, Crash):
                crashes.append(outcome)
            else:
                take(rule.name, outcome)
    return Report(
        linked.discovered.root,
        diagnose(findings),
        tuple(sorted((u for u in linked.project.unresolved if u.span.path in reported), key=_by_place)),
        tuple(crashes),
        linked.discovered.notices,
        len(linked.discovered.files),
        linked.source,
    )


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
