"""The commands, and what runs one of them: the one place where an exception becomes an exit status."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from persistlint import __version__
from persistlint.cli import output
from persistlint.cli.options import (
    Config,
    Dialect,
    Jobs,
    NoCache,
    Paths,
    Staged,
    UpgradeFrom,
    argument,
    flag,
    formats,
    names,
    option,
)
from persistlint.cli.usage import UsageError, said
from persistlint.crash import Crash, guarded
from persistlint.errors import UserError, did_you_mean

CHECK_FORMATS = ("text", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown")
"""Those of `persistlint.reporters`, which is imported later; a test compares."""
USAGE = 2
DEFECT = 3
INTERRUPTED = 130

app = typer.Typer(
    name="persistlint",
    add_completion=False,
    # Plain help: rich would take as long to import as the rest of the program.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    subcommand_metavar="COMMAND ...",
)


def run(given: Sequence[str]) -> int:
    """Run one command. What the user must fix is one line on stderr and status 2; a defect of ours is status 3."""
    output.prepare()
    # The model of a project is a million small values that live as long as the run: looking through them for
    # garbage all the time is a fifth of it.
    gc.set_threshold(200_000, 50, 100)
    try:
        status = guarded("persistlint", lambda: _run(given))
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough; nothing more can be written, at exit neither.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    if isinstance(status, Crash):
        output.tell((), [status])
        return DEFECT
    return status


def commands() -> tuple[str, ...]:
    """The name of each command."""
    return tuple(command.name for command in app.registered_commands if command.name)


def _run(given: Sequence[str]) -> int:
    if not given:
        _command(["--help"])
        return USAGE
    try:
        return _command(given)
    except UserError as error:
        output.complain(str(error))
    except UsageError as error:
        output.complain(said(error))
    return USAGE


def _command(given: Sequence[str]) -> int:
    first = next((argument for argument in given if not argument.startswith("-")), None)
    if first is not None and first not in commands():
        raise UserError(f"there is no command `{first}`{did_you_mean(first, commands())}")
    command = typer.main.get_command(app)
    try:
        # What `main(standalone_mode=False)` does, less its answers to a broken pipe and to Ctrl-C.
        with command.make_context("persistlint", list(given)) as context:
            status: int = command.invoke(context)
    except typer.Exit as done:
        return done.exit_code
    return status


Command = TypeVar("Command", bound=Callable[..., int])


def _registered(function: Command) -> Command:
    """Its name is the command's, its docstring the help, the first line of it whole in the list of commands.

    What carries the command out is imported when it runs: `rules` and `explain` need nothing of the engine.
    """
    summary = (function.__doc__ or "").partition("\n")[0]
    app.command(function.__name__, short_help=summary)(function)
    return function


def _version(wanted: bool) -> None:  # noqa: FBT001 - typer's callbacks take the value alone
    if wanted:
        output.write(f"persistlint {__version__}\n")
        raise typer.Exit


@app.callback()
def _root(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", "-V", callback=_version, is_eager=True, show_default=False, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Find the places where persistence code disagrees with itself."""


@_registered
def check(
    *,
    paths: Paths = None,
    format_: Annotated[
        str, formats("text", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown")
    ] = "text",
    output_file: Annotated[
        Path | None, option("--output-file", "-o", metavar="FILE", told="Write the report to a file.", parser=Path)
    ] = None,
    statistics: Annotated[bool, flag("--statistics", "Show how many findings each rule has, and no more.")] = False,
    select: Annotated[
        list[str] | None,
        option("--select", metavar="NAMES", told="Run only these rules or families, separated by commas, or `all`."),
    ] = None,
    ignore: Annotated[
        list[str] | None, option("--ignore", metavar="NAMES", told="Leave out these rules or families as well.")
    ] = None,
    fail_on_unknown: Annotated[
        bool, flag("--fail-on-unknown", "List what cannot be known statically, and exit 1 for it.")
    ] = False,
    exit_zero: Annotated[bool, flag("--exit-zero", "Exit 0 even when there are findings.")] = False,
    diff: Annotated[
        str | None, option("--diff", metavar="REF", told="Report only what is new since this branch left REF.")
    ] = None,
    staged: Staged = False,
    stdin_filename: Annotated[
        Path | None,
        option(
            "--stdin-filename", metavar="FILE", told="Read this file's text from stdin, and report on it.", parser=Path
        ),
    ] = None,
    baseline: Annotated[
        Path | None,
        option("--baseline", metavar="FILE", told="Leave out the findings that this file knows.", parser=Path),
    ] = None,
    write_baseline: Annotated[
        bool, flag("--write-baseline", "Write all findings to the baseline, so that only new ones are reported.")
    ] = False,
    add_ignores: Annotated[
        bool, flag("--add-ignores", "Write comments into the code that ignore what is reported.")
    ] = False,
    fix: Annotated[bool, flag("--fix", "Change the code where the fix of a finding is safe.")] = False,
    unsafe_fixes: Annotated[
        bool, flag("--unsafe-fixes", "With --fix or --fix-diff: also fixes that may change more than what is wrong.")
    ] = False,
    fix_diff: Annotated[
        bool, flag("--fix-diff", "Show what --fix would change, as a diff, and change nothing.")
    ] = False,
    upgrade_from: UpgradeFrom = None,
    config: Config = None,
    jobs: Jobs = 0,
    no_cache: NoCache = False,
    dialect: Dialect = None,
) -> int:
    """Check a project; exit 1 when there are findings.

    PATHS are files and folders of the project; the current folder by default.
    """
    from persistlint.cli.check import Wanted
    from persistlint.cli.check import check as command
    from persistlint.cli.project import target

    wanted = Wanted(
        format=format_,
        output=output_file,
        statistics=statistics,
        select=names(select),
        ignore=names(ignore) or (),
        fail_on_unknown=fail_on_unknown,
        exit_zero=exit_zero,
        diff=diff,
        stdin=stdin_filename,
        baseline=baseline,
        write_baseline=write_baseline,
        add_ignores=add_ignores,
        fix=fix,
        unsafe_fixes=unsafe_fixes,
        fix_diff=fix_diff,
        upgrade_from=tuple(upgrade_from or ()),
    )
    return command(target(paths, config, dialect, jobs, no_cache=no_cache, staged=staged), wanted)


@_registered
def init(
    *,
    paths: Paths = None,
    update: Annotated[
        bool, flag("--update", "Refresh what `init` wrote and nobody changed since; leave everything else as it is.")
    ] = False,
    config: Config = None,
    jobs: Jobs = 0,
    no_cache: NoCache = False,
    dialect: Dialect = None,
) -> int:
    """Write matrix, contracts and inventory from the code; no existing document is overwritten.

    PATHS are files and folders of the project; the current folder by default.
    """
    from persistlint.cli.init import init as command
    from persistlint.cli.project import target

    return command(target(paths, config, dialect, jobs, no_cache=no_cache), update=update)


@_registered
def acceptance(
    *,
    paths: Paths = None,
    format_: Annotated[str, formats("text", "json", "markdown")] = "text",
    staged: Staged = False,
    config: Config = None,
    jobs: Jobs = 0,
    no_cache: NoCache = False,
    dialect: Dialect = None,
) -> int:
    """Decide the acceptance checks of the contract documents; exit 1 when one fails.

    PATHS are files and folders of the project; the current folder by default.
    """
    from persistlint.cli.acceptance import acceptance as command
    from persistlint.cli.project import target

    return command(target(paths, config, dialect, jobs, no_cache=no_cache, staged=staged), format_)


@_registered
def schema(
    *,
    paths: Paths = None,
    format_: Annotated[str, formats("sql", "json")] = "sql",
    config: Config = None,
    jobs: Jobs = 0,
    no_cache: NoCache = False,
    dialect: Dialect = None,
) -> int:
    """Show the tables that the code defines: what a fresh install has.

    PATHS are files and folders of the project; the current folder by default.
    """
    from persistlint.cli.project import target
    from persistlint.cli.schema import schema as command

    return command(target(paths, config, dialect, jobs, no_cache=no_cache), format_)


@_registered
def upgrades(
    *,
    paths: Paths = None,
    format_: Annotated[str, formats("text", "json")] = "text",
    baseline: Annotated[
        str | None,
        option(
            "--baseline",
            metavar="FILE.sql|empty",
            told="Begin with this schema; else with those of the contract, and with the one that the upgrades show.",
        ),
    ] = None,
    upgrade_from: UpgradeFrom = None,
    config: Config = None,
    jobs: Jobs = 0,
    no_cache: NoCache = False,
    dialect: Dialect = None,
) -> int:
    """Carry out the upgrades on SQLite, and show what a fresh install has and they do not.

    PATHS are files and folders of the project; the current folder by default.
    """
    from persistlint.cli.project import target
    from persistlint.cli.upgrades import upgrades as command

    return command(
        target(paths, config, dialect, jobs, no_cache=no_cache), format_, baseline, tuple(upgrade_from or ())
    )


@_registered
def columns(
    *,
    words: Annotated[list[str] | None, argument("[TABLE] [PATHS]")] = None,
    table: Annotated[
        str | None, option("--table", metavar="NAME", told="Show this table only, where a file has its name too.")
    ] = None,
    format_: Annotated[str, formats("text", "json")] = "text",
    config: Config = None,
    jobs: Jobs = 0,
    no_cache: NoCache = False,
    dialect: Dialect = None,
) -> int:
    """Show where each column is written, read, exported, imported, copied, accepted and shown.

    TABLE is a table's name, all of them by default. PATHS are files and folders; the current folder by default.
    """
    from persistlint.cli.columns import columns as command
    from persistlint.cli.columns import table_and_paths
    from persistlint.cli.project import target

    named, paths = table_and_paths(words or (), table)
    return command(target(paths, config, dialect, jobs, no_cache=no_cache), format_, named)


@_registered
def report(
    *,
    paths: Paths = None,
    output_file: Annotated[
        Path,
        option(
            "--output-file",
            "-o",
            metavar="FILE",
            told="The page; persistlint-report.html by default, - is stdout.",
            parser=Path,
        ),
    ] = Path("persistlint-report.html"),
    config: Config = None,
    jobs: Jobs = 0,
    no_cache: NoCache = False,
    dialect: Dialect = None,
) -> int:
    """Write one HTML page: acceptance, findings, schemas and diagrams.

    PATHS are files and folders of the project; the current folder by default.
    """
    from persistlint.cli.project import target
    from persistlint.cli.report import report as command

    return command(target(paths, config, dialect, jobs, no_cache=no_cache), output_file)


@_registered
def facts(
    *,
    file: Annotated[Path, argument("FILE", Path)],
    dialect: Dialect = None,
) -> int:
    """Show what is read out of one file, as JSON.

    FILE is a Python or SQL file.
    """
    from persistlint.cli.facts import facts as command

    return command(file, dialect)


@_registered
def rules(
    *,
    format_: Annotated[str, formats("text", "json", "markdown")] = "text",
) -> int:
    """List all rules."""
    from persistlint.cli.rules import rules as command

    return command(format_)


@_registered
def explain(
    *,
    rule: Annotated[str, argument("RULE")],
) -> int:
    """Show what a rule reports, why, and what to do instead.

    RULE is the rule's name.
    """
    from persistlint.cli.explain import explain as command

    return command(rule)


@_registered
def config(
    *,
    paths: Paths = None,
    format_: Annotated[str, formats("text", "json")] = "text",
    config: Config = None,
) -> int:
    """Show the settings that a check would use, and where each comes from.

    PATHS are files and folders of the project; the current folder by default.
    """
    from persistlint.cli.config import config as command

    return command(paths or [Path()], config, format_)
