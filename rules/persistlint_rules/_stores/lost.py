"""PRAGMAs that end with the one pooled connection that they are run on."""

from __future__ import annotations

from persistlint.sdk import Opening, PragmaUse, Project
from persistlint_rules._stores.doors import is_application, pragmas

_PER_CONNECTION = frozenset({
    "busy_timeout", "foreign_keys", "synchronous", "cache_size", "temp_store", "mmap_size", "recursive_triggers",
    "case_sensitive_like", "secure_delete", "read_uncommitted", "trusted_schema", "cell_size_check",
    "automatic_index", "wal_autocheckpoint", "journal_size_limit", "query_only", "ignore_check_constraints",
})  # fmt: skip
"""https://sqlite.org/pragma.html: those that speak of the connection, not of the file."""
_NOT_WITHIN = frozenset({"foreign_keys", "synchronous"})
"""Those that a transaction keeps from working."""
_ONE_CONNECTION = frozenset({"StaticPool", "SingletonThreadPool", "AssertionPool"})


def is_in_vain(pragma: PragmaUse) -> bool:
    """Whether the transaction that is open there keeps a PRAGMA from working."""
    return pragma.name in _NOT_WITHIN and not pragma.reads and pragma.begun not in (None, "none")


def is_lost(project: Project, opening: Opening, pragma: PragmaUse) -> bool:
    """Whether a PRAGMA ends with the connection that it is run on, which does nothing else."""
    if pragma.name not in _PER_CONNECTION or pragma.reads or not pragma.alone:
        return False
    if is_in_vain(pragma):
        return False  # it does not even hold for that connection: pragma-in-transaction
    if not opening.is_engine or opening.pool in _ONE_CONNECTION:
        return False
    if not is_application(project, pragma.span, pragma.function):
        return False
    if pragma.name == "busy_timeout" and pragma.values == tuple(map(str, opening.timeouts or ())):
        return False  # every connection waits that long anyway
    return not any(one.via == "hook" for one in pragmas(opening, pragma.name))
