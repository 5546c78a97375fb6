"""What upgrades leave behind, as JSON. Its shape is public: keys are added, never renamed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from persistlint.facts.schema import Unresolved
from persistlint.facts.upgrades import Difference, FailedStep, StoreUpgrade, UpgradeStart, UpgradeStep
from persistlint.reporters.json import unresolved_entry


def upgrades_json(stores: Iterable[StoreUpgrade], unresolved: Iterable[Unresolved]) -> str:
    """The public shape of `upgrades --format json`."""
    document = {
        "version": 1,
        "stores": [
            {
                "name": store.name,
                "steps": [_step(one) for one in store.steps],
                "starts": [_start(one) for one in store.starts],
            }
            for store in stores
        ],
        "unresolved": [unresolved_entry(item) for item in unresolved],
    }
    return json.dumps(document, indent=2) + "\n"


def _step(step: UpgradeStep) -> Mapping[str, object]:
    return {
        "path": step.span.path,
        "line": step.span.line,
        "function": step.function,
        "statement": step.statement,
        "guard": step.guard,
        "effect": step.effect,
        "certain": step.certain,
        "carried_out": step.kind != "unknown",
    }


def _start(start: UpgradeStart) -> Mapping[str, object]:
    return {
        "start": start.start,
        "failed": [_failed(one) for one in start.failed],
        "differences": [_difference(one) for one in start.differences],
    }


def _failed(failed: FailedStep) -> Mapping[str, object]:
    return {
        "path": failed.span.path,
        "line": failed.span.line,
        "statement": failed.statement,
        "error": failed.error,
        "seeded": failed.seeded,
    }


def _difference(one: Difference) -> Mapping[str, object]:
    return {
        "table": one.table,
        "aspect": one.aspect,
        "change": one.change,
        "object": one.object if one.where is None else f"{one.object},{one.where}",
        "expected": one.expected,
        "actual": one.actual,
        "path": one.span.path,
        "line": one.span.line,
    }
