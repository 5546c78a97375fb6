"""What SQLite refused, as far as it is the project's own doing."""

from __future__ import annotations

import re

from persistlint.sdk import FailedStep, StoreUpgrade, UpgradeStart

_TWICE = ("duplicate column name", "already exists")
_ABSENT = ("no such table", "no such column", "no such index")
_MISSING = (*_ABSENT, "has no column named", "unknown column")
_NO_ALTER = "No support for ALTER"
_DEPENDS = re.compile(r"error in (?:index|trigger|view|table) .* after drop column|cannot drop ")
_FEW = 2
_REBUILT = "_alembic_tmp_"


def is_repetition(failed: FailedStep) -> bool:
    """Whether it was done before."""
    return any(words in failed.error for words in _TWICE)


def is_early(failed: FailedStep) -> bool:
    """Whether what it needs is made, but later."""
    return failed.certain and failed.later is not None and any(words in failed.error for words in _MISSING)


def is_own(store: StoreUpgrade, start: UpgradeStart, failed: FailedStep) -> bool:
    """Whether a real database would fail too.

    A schema that was only inferred may lack what the oldest one had; Alembic's revisions that never rebuild a
    table, or that fail again and again, are another database's.
    """
    if not failed.certain or is_early(failed):  # the latter is `upgrade-order`'s
        return False
    if failed.seeded:
        return True
    if _DEPENDS.match(failed.error):
        return True
    if any(words in failed.error for words in _ABSENT):
        return start.start not in ("inferred", "empty")
    if _NO_ALTER in failed.error:
        others = sum(not one.seeded for one in start.failed)
        return others <= _FEW and any(_REBUILT in step.statement for step in store.steps)
    if "syntax error" in failed.error:
        return not store.revisions
    return failed.error.lower().startswith("cannot add") or (
        not store.revisions and "constraint failed" in failed.error and "CHECK" not in failed.error
    )
