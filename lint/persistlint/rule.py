"""What a rule is and what it yields."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from persistlint.project.model import Project
from persistlint.source import Span


class Severity(StrEnum):
    """How bad: `error` loses or refuses data, `warning` probably will, `advice` is off unless selected."""

    ERROR = "error"
    WARNING = "warning"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True)
class Label:
    """A second place of a finding, with what it shows."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text of `span` by `text`."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that ends the finding. `safe` fixes keep behaviour apart from the defect itself."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool = True


Value = str | int | bool | None | list[str]


@dataclass(frozen=True, slots=True)
class Finding:
    """One disagreement: `message` says what is, with names in backticks; `help` is one imperative sentence.

    `data` holds the coordinates of the drift where they apply: `table`, `column`, `object`, `aspect`, `expected`,
    `actual`, `function`, `store`.
    """

    message: str
    at: Span
    related: tuple[Label, ...] = ()
    help: str | None = None
    fix: Fix | None = None
    data: Mapping[str, Value] = field(default_factory=dict[str, Value])


Check = Callable[[Project], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A check with its severity. Name, family and page come from where its module stands (see `registry`)."""

    check: Check
    severity: Severity
    since: str
    needs_contract: bool = False
    default: bool = True
    """Off by default where False: reported only when selected by name."""

    @property
    def summary(self) -> str:
        """The first line of the check's docstring."""
        return (self.check.__doc__ or "").strip().splitlines()[0] if self.check.__doc__ else ""


def rule(
    *, severity: Severity, since: str, needs_contract: bool = False, default: bool = True
) -> Callable[[Check], Rule]:
    """Make a check a rule: `@rule(severity=Severity.ERROR, since="0.1")` above a generator of findings."""

    def wrap(check: Check) -> Rule:
        return Rule(check, severity, since, needs_contract, default)

    return wrap
