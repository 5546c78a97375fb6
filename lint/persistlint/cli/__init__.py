"""The command line: arguments to settings to exit status, and the only place that writes to a stream."""

from __future__ import annotations

import sys


def main() -> int:
    """The exit status: 0 clean, 1 findings, 2 the user must fix something, 3 a defect of ours."""
    arguments = sys.argv[1:]
    if arguments in (["--version"], ["-V"]):
        # Answered before anything is imported: editors and hooks ask often.
        from persistlint import __version__

        sys.stdout.write(f"persistlint {__version__}\n")
        return 0
    from persistlint.cli.app import run

    return run(arguments)
