"""Runs one command; the one place where an exception becomes an exit status."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Sequence

from persistlint.cli import arguments, output
from persistlint.crash import Crash, guarded
from persistlint.errors import UserError

USAGE = 2
DEFECT = 3
INTERRUPTED = 130


def run(given: Sequence[str]) -> int:
    """Run one command. What the user must fix is one line on stderr and status 2; a defect of ours is status 3."""
    output.prepare()
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


def _run(given: Sequence[str]) -> int:
    if not given:
        output.write(arguments.help_text())
        return USAGE
    try:
        return _command(arguments.parse(given))
    except UserError as error:
        output.complain(str(error))
        return USAGE


def _command(options: Namespace) -> int:
    # Each command is imported only when it runs: `rules` and `explain` need nothing of the engine.
    match options.command:
        case "check":
            from persistlint.cli.check import check

            return check(options)
        case "acceptance":
            from persistlint.cli.acceptance import acceptance

            return acceptance(options)
        case "schema":
            from persistlint.cli.schema import schema

            return schema(options)
        case "upgrades":
            from persistlint.cli.upgrades import upgrades

            return upgrades(options)
        case "facts":
            from persistlint.cli.facts import facts

            return facts(options)
        case "rules":
            from persistlint.cli.rules import rules

            return rules(options)
        case "explain":
            from persistlint.cli.explain import explain

            return explain(options)
        case _:
            from persistlint.cli.config import config

            return config(options)
