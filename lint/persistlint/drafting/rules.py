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
