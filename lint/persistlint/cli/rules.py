"""`persistlint rules`: what there is to select."""

from __future__ import annotations

import json

from persistlint import registry
from persistlint.cli import output
from persistlint.registry import LoadedRule, RuleSet


def rules(format_: str) -> int:
    """List all rules."""
    renderers = {"text": _text, "json": _json, "markdown": markdown}
    output.write(renderers[format_](registry.load()))
    return 0


def markdown(known: RuleSet) -> str:
    """The table of rules as the README shows it."""
    lines = ["| family | rule | severity | what it reports |", "|---|---|---|---|"]
    lines += [f"| {rule.family} | `{rule.name}` | {_severity(rule)} | {rule.summary} |" for rule in known]
    return "\n".join(lines) + "\n"


def _text(known: RuleSet) -> str:
    width = max(len(rule.name) for rule in known)
    lines: list[str] = []
    for family in known.families:
        lines.append(f"{family}:")
        lines += [
            f"  {rule.name:{width}}  {_severity(rule):13}  {rule.summary}" for rule in known if rule.family == family
        ]
    return "\n".join(lines) + "\n"


def _json(known: RuleSet) -> str:
    document = [
        {
            "name": rule.name,
            "family": rule.family,
            "severity": rule.severity.value,
            "default": rule.on_by_default,
            "needs_contract": rule.needs_contract,
            "since": rule.since,
            "summary": rule.summary,
        }
        for rule in known
    ]
    return json.dumps({"version": 1, "rules": document}, indent=2) + "\n"


def _severity(rule: LoadedRule) -> str:
    return rule.severity.value if rule.on_by_default else f"{rule.severity.value}, off"
