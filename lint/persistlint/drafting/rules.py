"""The rules that acceptance checks name: those of them that are installed."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from persistlint.drafting.draft import Check

Promise = tuple[str, tuple[str, ...]]
"""What must hold, and the rules that would decide it."""

COLUMNS: tuple[Promise, ...] = (
    (
        "the table exists, and no column is missing or surplus",
        ("missing-table", "missing-column", "undeclared-column"),
    ),
    (
        "type, nullability, default and key of every column agree",
        ("column-type-drift", "nullability-drift", "default-drift", "primary-key-drift"),
    ),
    (
        "no statement names what the table lacks, or leaves out what it needs",
        ("unknown-column", "insert-omits-required-column"),
    ),
)
EXISTENCE: tuple[Promise, ...] = (("the table exists", ("missing-table",)),)
VALUES: Promise = ("no statement stores a value that a check refuses", ("value-outside-check",))
CONSTRAINTS: tuple[Promise, ...] = (
    ("every check accepts and refuses the same values as its declaration", ("check-drift",)),
    ("foreign keys, unique sets and indexes agree", ("foreign-key-drift", "unique-drift", "index-drift")),
)
UPGRADED: Promise = ("upgraded databases have them too", ("upgraded-index-missing", "upgraded-constraint-missing"))
UPGRADES: tuple[Promise, ...] = (
    (
        "every column, index and constraint that came later reaches an old database",
        ("missing-upgrade-path", "upgraded-index-missing", "upgraded-constraint-missing"),
    ),
    ("what an upgrade adds equals what a fresh database has", ("upgraded-column-drift", "orphan-required-column")),
    (
        "the steps run, in order, on empty and on filled tables",
        ("failing-upgrade", "uncalled-upgrade", "upgrade-order", "multiple-heads"),
    ),
    (
        "the steps can be repeated, and can meet another process",
        ("unguarded-alter", "guard-in-other-transaction", "uncommitted-upgrade"),
    ),
    ("no step loses data", ("destructive-upgrade", "unsafe-rebuild")),
)
IMPORT: tuple[Promise, ...] = (
    ("every column is read from the document", ("lossy-import",)),
    (
        "a second import adds nothing, and a failed one leaves nothing",
        ("import-not-idempotent", "import-without-rollback"),
    ),
)
EXPORT: tuple[Promise, ...] = (
    ("every column is written to the export", ("lossy-export",)),
    (
        "the imported file is kept, under a name of its own",
        ("import-without-backup", "backup-name-not-unique"),
    ),
    ("a live database is never copied as a file", ("live-wal-file-copy",)),
)
TRANSACTIONS: tuple[Promise, ...] = (
    ("every transaction begins in its mode, with both hooks", ("begin-mode-drift", "half-configured-begin-hook")),
    (
        "a read and the write that rests on it share a transaction",
        ("deferred-read-then-write", "check-then-act"),
    ),
    ("every path commits or rolls back", ("uncommitted-write", "missing-rollback")),
    ("no lock is held while something else is awaited", ("lock-held-across-await",)),
    ("what is set holds on every connection", ("foreign-keys-off", "pragma-on-one-connection")),
)
JOURNAL: tuple[Promise, ...] = (
    (
        "the mode fits the file system, and the answer is read",
        ("journal-mode-drift", "wal-on-network-path", "unchecked-pragma-result"),
    ),
    ("the mode is set outside of a transaction", ("pragma-in-transaction",)),
)
TIMEOUT: tuple[Promise, ...] = (
    ("every connection has the timeout, and all have the same", ("missing-busy-timeout", "busy-timeout-drift")),
)
LIFECYCLE: tuple[Promise, ...] = (
    (
        "each database has one door, and one engine that others see when it is ready",
        ("second-door", "unlocked-engine-cache", "engine-published-before-ready"),
    ),
    (
        "engines are disposed of, on every path, before their files go",
        ("undisposed-engine", "dispose-not-guaranteed", "delete-before-dispose", "disposed-engine-still-cached"),
    ),
    ("sessions and connections are closed on every path", ("unclosed-session", "unclosed-connection")),
)
DOCUMENTS: tuple[Promise, ...] = (
    (
        "each unit stands in both documents exactly once",
        ("unit-without-contract", "contract-without-unit", "duplicate-unit"),
    ),
    (
        "every source artifact exists, and both documents name the same objects",
        ("unknown-artifact", "objects-drift"),
    ),
    (
        "every unit has its sections, readable blocks, and checks that name rules",
        ("missing-section", "unreadable-block", "acceptance-check-without-rule"),
    ),
    ("no table is stored that the contracts do not declare", ("undeclared-table",)),
)


def checks(promises: Iterable[Promise], installed: Collection[str]) -> tuple[Check, ...]:
    """The checks that installed rules can decide."""
    found = (Check(text, tuple(name for name in rules if name in installed)) for text, rules in promises)
    return tuple(check for check in found if check.rules)
