"""`persistlint upgrades`: what becomes of old databases."""

from __future__ import annotations

from persistlint.cli import output
from persistlint.cli.progress import ProgressLine
from persistlint.cli.project import Target, locate
from persistlint.encoding import UndecodableError, decode_utf8
from persistlint.engine import Request, read
from persistlint.errors import UserError
from persistlint.facts.upgrades import EMPTY
from persistlint.replay.starts import Start

DEFECT = 3


def upgrades(target: Target, format_: str, baseline: str | None, upgrade_from: tuple[str, ...] = ()) -> int:
    """Always 0, whatever differs, unless there is a defect of ours. Raises UserError for an unreadable baseline."""
    starts = (_start(baseline, target.dialect),) if baseline is not None else ()
    root, settings = locate(target.paths, target.config, target.dialect)
    with ProgressLine() as progress:
        request = Request(
            root, target.paths, settings, target.jobs, target.use_cache, progress=progress, starts=starts,
            upgrade_from=upgrade_from,
        )  # fmt: skip
        linked = read(request)
    output.tell(linked.discovered.notices, linked.crashes)
    for _, problem in linked.problems:
        output.complain(f"{problem.at.path}:{problem.at.line}: {problem.message}")
    reported = linked.discovered.reported
    unresolved = tuple(item for item in linked.project.unresolved if item.span.path in reported)
    if format_ == "json":
        from persistlint.reporters.upgrades_json import upgrades_json

        output.write(upgrades_json(linked.project.upgrades, unresolved))
    else:
        from persistlint.reporters.upgrades_text import upgrades_text

        output.write(upgrades_text(linked.project.upgrades, unresolved, color=output.wants_color()))
    return DEFECT if linked.crashes else 0


def _start(baseline: str, dialect: str | None) -> Start:
    """The schema that `--baseline` names: a file's, or that of a database without tables."""
    if baseline == EMPTY:
        return Start(EMPTY)
    from pathlib import Path

    from persistlint.extract.sql import parse

    try:
        script = decode_utf8(Path(baseline).read_bytes())
    except OSError as error:
        raise UserError(f"baseline `{baseline}` cannot be read: {error.strerror or error}") from None
    except UndecodableError as error:
        raise UserError(f"baseline `{baseline}` cannot be read: {error}") from None
    return Start(
        baseline, tuple(script[one.start : one.end] for one in parse(script, dialect or "sqlite")), promised=True
    )
