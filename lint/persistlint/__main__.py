"""`python -m persistlint`."""

import os
import sys

if sys.path and sys.path[0] == os.getcwd():  # noqa: PTH109 - pathlib takes longer to import than `--version` takes
    # `-m` puts the current folder first, and with it every module of the linted project that is called like one of
    # the standard library's. What we read must never be imported.
    del sys.path[0]

from persistlint.cli import main

if __name__ == "__main__":
    sys.exit(main())
