"""The outcome of a run, as frozen values that reporters turn into text."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from persistlint.crash import Crash
from persistlint.facts.schema import Unresolved
from persistlint.registry import LoadedRule
from persistlint.rule import Finding, Severity


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A finding with the rule that made it. `fingerprint` names it across runs while lines around it move.

    Of findings that say the same of one file, each has its own: the first, the second, … in the order of their places.
    """

    rule: str
    severity: Severity
    finding: Finding
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that the user knows and does not want to be told of again, and where that is said."""

    diagnostic: Diagnostic
    by: str
    """`ignore` for a comment beside the code, `baseline` for the file of known findings."""
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A path that was deliberately not followed, and why."""

    path: str
    message: str


def _no_source(_path: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a run has to say. Diagnostics are sorted by place, then rule; paths are relative to `root`."""

    root: Path
    diagnostics: tuple[Diagnostic, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    """What is known and not reported, in the same order. Files that settings leave out have no part in it."""
    unresolved: tuple[Unresolved, ...] = ()
    crashes: tuple[Crash, ...] = ()
    notices: tuple[Notice, ...] = ()
    files: int = 0
    """How many files were read."""
    rules: tuple[LoadedRule, ...] = field(default=(), repr=False)
    """The rules that were asked, by name."""
    unchanged: int = 0
    """How many findings are not reported because the revision to compare with has them too."""
    prefix: str = ""
    """The way from the top of the repository to `root`, with a slash behind it: what CI services put before paths."""
    source: Callable[[str], str | None] = field(default=_no_source, compare=False, repr=False)
    """The text of a file of the project, None where it cannot be had any more."""

    def count(self, severity: Severity) -> int:
        """How many diagnostics have that severity."""
        return sum(1 for diagnostic in self.diagnostics if diagnostic.severity is severity)


def diagnose(findings: Iterable[tuple[str, Severity, Finding]]) -> tuple[Diagnostic, ...]:
    """Findings with their rule's name and severity, sorted and fingerprinted; exact repetitions are dropped."""
    seen: Counter[str] = Counter()
    diagnostics: list[Diagnostic] = []
    last: tuple[str, Finding] | None = None
    for rule, severity, finding in sorted(findings, key=_order):
        if last is not None and last[0] == rule and last[1] == finding:
            continue
        last = (rule, finding)
        identity = _identity(rule, finding)
        seen[identity] += 1
        # Names in code may hold lone surrogates, which are no text to encode.
        occurrence = f"{identity}\n{seen[identity]}".encode("utf-8", "surrogatepass")
        fingerprint = hashlib.blake2b(occurrence, digest_size=16).hexdigest()
        diagnostics.append(Diagnostic(rule, severity, finding, fingerprint))
    return tuple(diagnostics)


def _order(item: tuple[str, Severity, Finding]) -> tuple[object, ...]:
    rule, _, finding = item
    related = tuple((label.span, label.message) for label in finding.related)
    return finding.at, rule, finding.message, finding.help or "", related, _canonical(finding)


def _identity(rule: str, finding: Finding) -> str:
    # No line numbers: an edit above a finding must not make it a new one.
    return "\n".join((rule, finding.at.path, *map(unplaced, (finding.message, _canonical(finding)))))


def unplaced(text: str) -> str:
    """The text without the lines of files that it names (`app/db.py:79`): a store without a name is called so."""
    return re.sub(r"(\.\w+):\d+(?::\d+)?", r"\1", text)


def _canonical(finding: Finding) -> str:
    return json.dumps(dict(finding.data), sort_keys=True, ensure_ascii=False)
