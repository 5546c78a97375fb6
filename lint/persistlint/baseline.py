"""The file of findings that an old code base has and that shall not be told again; what is gone from it is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import cast

from persistlint.errors import UserError
from persistlint.known import Known, known, match
from persistlint.registry import STALE_BASELINE
from persistlint.report import Report, Suppressed, diagnose
from persistlint.rule import Finding
from persistlint.source import Span

DEFAULT = "persistlint-baseline.json"
"""Where it is looked for that no setting names."""
_VERSION = 1


def written(report: Report, others: Iterable[Known] = ()) -> str:
    """The text of a baseline of everything that the report has to say, and of `others`.

    One line a finding, sorted, so that two branches that change it can be merged.
    """
    entries = [*known(report.diagnostics, report.source), *others]
    entries.sort(key=lambda one: (one.path, one.rule, one.message, one.keys))
    lines = [
        json.dumps({"rule": one.rule, "path": one.path, "message": one.message, "keys": one.keys}) for one in entries
    ]
    return "\n".join([f'{{"version": {_VERSION}, "findings": [', ",\n".join(lines), "]}"]) + "\n"


def read(text: str, path: str) -> tuple[Known, ...]:
    """The entries of a baseline. Raises UserError for a text that is none."""
    try:
        document: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise UserError("this baseline is not valid JSON: write it anew", path=path, line=line) from None
    table = cast("dict[str, object]", document) if isinstance(document, dict) else {}
    findings = table.get("findings")
    if table.get("version") != _VERSION or not isinstance(findings, list):
        raise UserError("this is no baseline of this version of persistlint: write it anew", path=path, line=1)
    return tuple(_entry(one, path) for one in cast("list[object]", findings))


def _entry(value: object, path: str) -> Known:
    entry = cast("dict[str, object]", value) if isinstance(value, dict) else {}
    texts = [entry.get(name) for name in ("rule", "path", "message")]
    keys = entry.get("keys")
    listed = cast("list[object]", keys) if isinstance(keys, list) else [None]
    if not all(isinstance(one, str) for one in (*texts, *listed)):
        raise UserError("this baseline has an entry that cannot be read: write it anew", path=path)
    rule, file, message = (str(one) for one in texts)
    return Known(rule, file, message, tuple(str(one) for one in listed))


def apply(report: Report, text: str, path: str, judges: Callable[[Known], bool]) -> Report:
    """The report without what the baseline of that text knows, and with its stale entries as findings.

    `judges` tells of which entries a run like this one would have found the finding again.
    """
    entries = read(text, path)
    matched = match(entries, known(report.diagnostics, report.source))
    hidden = [Suppressed(one, "baseline") for index, one in enumerate(report.diagnostics) if index in matched]
    kept = [one for index, one in enumerate(report.diagnostics) if index not in matched]
    found = set(matched.values())
    stale = [entry for index, entry in enumerate(entries) if index not in found and judges(entry)]
    told = diagnose((STALE_BASELINE.name, STALE_BASELINE.severity, _stale(entry, text, path)) for entry in stale)
    return replace(
        report,
        diagnostics=tuple(sorted((*kept, *told), key=lambda one: (one.finding.at, one.rule))),
        suppressed=tuple(
            sorted((*report.suppressed, *hidden), key=lambda one: (one.diagnostic.finding.at, one.diagnostic.rule))
        ),
    )


def _stale(entry: Known, text: str, path: str) -> Finding:
    # The most exact key is in no other entry.
    offset = max(text.find(entry.keys[0]), 0) if entry.keys else 0
    begin = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", begin)
    line = text.count("\n", 0, offset) + 1
    return Finding(
        f"this finding of `{entry.rule}` in `{entry.path}` is no more: {entry.message}",
        Span(path, line, 1, line, (end if end != -1 else len(text)) - begin + 1),
        help="run `persistlint check --write-baseline`",
    )
