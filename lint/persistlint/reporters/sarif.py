"""SARIF 2.1.0: what code scanning services and editors read. Suppressed findings stay in it, marked as such."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from urllib.parse import quote

from persistlint import __version__
from persistlint.registry import LoadedRule
from persistlint.report import Diagnostic, Report, Suppressed
from persistlint.reporters.paint import safe
from persistlint.reporters.summary import counts
from persistlint.rule import Fix, Severity
from persistlint.source import Span

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "note"}
_ROOT = "%SRCROOT%"
Json = dict[str, object]


def to_sarif(report: Report, *, show_unresolved: bool = False) -> str:
    """One run with its rules, results and what went wrong, in ASCII."""
    results = [*((one, None) for one in report.diagnostics), *((one.diagnostic, one) for one in report.suppressed)]
    results.sort(key=lambda one: (one[0].finding.at, one[0].rule, one[0].fingerprint))
    names = sorted({diagnostic.rule for diagnostic, _ in results})
    known = {rule.name: rule for rule in report.rules}
    index = {name: number for number, name in enumerate(names)}
    writer = _Result(report.prefix, index)
    driver: Json = {
        "name": "persistlint",
        "version": __version__,
        "rules": [_rule(name, known.get(name)) for name in names],
    }
    run: Json = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The top of the repository."}}},
        "invocations": [_invocation(report, writer, show_unresolved=show_unresolved)],
        "results": [writer.of(diagnostic, how) for diagnostic, how in results],
        "properties": dict(counts(report)),
    }
    document: Json = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return json.dumps(document, indent=2) + "\n"


def _rule(name: str, rule: LoadedRule | None) -> Json:
    if rule is None:
        return {"id": name}
    page = rule.page.read_text(encoding="utf-8")
    return {
        "id": name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.summary},
        "help": {"text": page, "markdown": page},
        "defaultConfiguration": {"level": _LEVELS[rule.severity], "enabled": rule.on_by_default},
        "properties": {"tags": [rule.family]},
    }


def _invocation(report: Report, writer: _Result, *, show_unresolved: bool) -> Json:
    notifications = [
        *(_notification("error", f"{one.part} failed: {one.error}") for one in report.crashes),
        *(_notification("warning", f"{one.path}: {one.message}") for one in report.notices),
    ]
    if show_unresolved:
        notifications += [
            _notification("note", one.reason) | {"locations": [{"physicalLocation": writer.place(one.span)}]}
            for one in report.unresolved
        ]
    return {"executionSuccessful": not report.crashes, "toolExecutionNotifications": notifications}


def _notification(level: str, text: str) -> Json:
    return {"level": level, "message": _message(text)}


class _Result:
    """Writes results; paths get the way from the repository's top before them."""

    def __init__(self, prefix: str, index: Mapping[str, int]) -> None:
        self._prefix = prefix
        self._index = index

    def of(self, diagnostic: Diagnostic, how: Suppressed | None) -> Json:
        finding = diagnostic.finding
        told = finding.message if finding.help is None else f"{finding.message}\n{finding.help}"
        result: Json = {
            "ruleId": diagnostic.rule,
            "ruleIndex": self._index[diagnostic.rule],
            "level": _LEVELS[diagnostic.severity],
            "message": _message(told),
            "locations": [{"physicalLocation": self.place(finding.at)}],
            "partialFingerprints": {"persistlint/v1": diagnostic.fingerprint},
            "suppressions": [] if how is None else [_suppression(how)],
        }
        if finding.related:
            result["relatedLocations"] = [
                {"id": number, "message": _message(label.message), "physicalLocation": self.place(label.span)}
                for number, label in enumerate(finding.related, start=1)
            ]
        if finding.fix is not None:
            result["fixes"] = [self._fix(finding.fix)]
        if finding.data:
            result["properties"] = dict(finding.data)
        return result

    def place(self, span: Span) -> Json:
        """Where something is."""
        return {"artifactLocation": self._file(span.path), "region": _region(span)}

    def _file(self, path: str) -> Json:
        uri = quote((self._prefix + path).encode("utf-8", "surrogatepass"), safe="/")
        return {"uri": uri, "uriBaseId": _ROOT}

    def _fix(self, fix: Fix) -> Json:
        files = dict.fromkeys(edit.span.path for edit in fix.edits)
        changes = [
            {"artifactLocation": self._file(path), "replacements": list(_replacements(fix, path))} for path in files
        ]
        return {"description": _message(fix.title), "artifactChanges": changes}


def _replacements(fix: Fix, path: str) -> Iterator[Json]:
    for edit in fix.edits:
        if edit.span.path == path:
            yield {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}}


def _suppression(how: Suppressed) -> Json:
    kind = "inSource" if how.by == "ignore" else "external"
    return {"kind": kind, "status": "accepted", **({"justification": safe(how.reason)} if how.reason else {})}


def _region(span: Span) -> Json:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": max(span.end_column, 1),
    }


def _message(text: str) -> Json:
    # `[text](target)` is a link in a message, wherever the text comes from.
    lines = "\n".join(safe(line) for line in text.split("\n"))
    return {"text": lines.replace("](", "] (")}
