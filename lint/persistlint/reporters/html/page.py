"""Puts the page together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape

from persistlint import __version__
from persistlint.acceptance import Acceptance, Outcome, Status
from persistlint.overview import ELSEWHERE, Overview, Store, UnitStatus
from persistlint.report import Diagnostic, Report
from persistlint.reporters.html.diagram import diagram
from persistlint.reporters.html.sides import upgraded
from persistlint.reporters.html.style import STYLE
from persistlint.reporters.html.text import place, plain, rich, table
from persistlint.reporters.snippets import Snippets
from persistlint.reporters.summary import sentence
from persistlint.source import Span

_SIGNS = {"pass": "✓", "fail": "✗", "not-checked": "?", "error": "✖", "warning": "▲", "advice": "●"}
_NO_STORE = "no store"
_MOST = 500
"""Findings and places beyond that many are counted, not shown: a page must stay one that a phone can open."""


def to_html(overview: Overview) -> str:
    """The whole page. Parts of which the project has nothing do not show."""
    sections = [
        ("acceptance", "Acceptance", "".join(_acceptance(overview))),
        ("findings", "Findings", "".join(_findings(overview))),
        ("upgrades", "Fresh and upgraded", "".join(_upgrades(overview))),
        ("stores", "Tables and keys", "".join(_stores(overview.stores))),
        ("known", "Known and not reported", "".join(_suppressed(overview.report))),
        ("unresolved", "Not known statically", "".join(_unresolved(overview.report))),
    ]
    shown = [one for one in sections if one[2]]
    links = "".join(f'<li><a href="#{anchor}">{title}</a></li>' for anchor, title, _ in shown)
    body = "".join(f'<section id="{anchor}"><h2>{title}</h2>{inner}</section>' for anchor, title, inner in shown)
    title = f"persistlint: {plain(overview.name)}"
    # Nothing may be loaded and nothing may run, whatever the code that was read contains.
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<header><h1>{title}</h1>"
        f'<p class="soft">{plain(sentence(overview.report))}</p>{_numbers(overview)}</header>'
        f'<nav aria-label="Parts of this report"><ul>{links}</ul></nav>\n<main>{body}</main>\n'
        f'<footer class="soft"><p>persistlint {__version__}</p></footer>\n</body>\n</html>\n'
    )


def _sign(status: str) -> str:
    return f'<span class="sign {status}">{_SIGNS[status]} {status}</span>'


def _numbers(overview: Overview) -> str:
    report = overview.report
    counts = Counter(one.severity.value for one in report.diagnostics)
    entries = [(str(counts[name]), _sign(name)) for name in ("error", "warning") if counts[name]]
    entries += [] if entries else [("0", f"{_SIGNS['pass']} findings")]
    acceptance = overview.acceptance
    if acceptance is not None and acceptance.outcomes:
        passed = acceptance.count(Status.PASS)
        entries.append((f"{passed}/{len(acceptance.outcomes)}", "acceptance checks pass"))
    if acceptance is not None and acceptance.parity is not None:
        entries.append((str(acceptance.parity), "units in matrix and contracts"))
    entries.append((str(sum(len(store.tables) for store in overview.stores)), "tables"))
    if report.unresolved:
        entries.append((str(len(report.unresolved)), "places not known"))
    return f'<ul class="numbers">{"".join(f"<li><b>{number}</b>{told}</li>" for number, told in entries)}</ul>'


# -- acceptance -------------------------------------------------------------------------------------------------------


def _acceptance(overview: Overview) -> Iterator[str]:
    acceptance = overview.acceptance
    if acceptance is None:
        return
    if overview.units:
        rows = [_unit(unit, acceptance) for unit in overview.units]
        yield table(("Unit", "Result", "Checks", "Matrix", "Contracts"), rows, "stack")
    for unit in overview.units:
        if unit.checks:
            yield _checks(f"{unit.id} {unit.title}".strip(), [acceptance.outcomes[index] for index in unit.checks])
    of_units = {index for unit in overview.units for index in unit.checks}
    others = [one for index, one in enumerate(acceptance.outcomes) if index not in of_units]
    if others:
        yield _checks("Checks of no unit", others)


def _unit(unit: UnitStatus, acceptance: Acceptance) -> tuple[str, ...]:
    passed = sum(1 for index in unit.checks if acceptance.outcomes[index].status is Status.PASS)
    there = f'<span class="sign pass">{_SIGNS["pass"]} yes</span>'
    missing = f'<span class="sign fail">{_SIGNS["fail"]} no</span>'
    return (
        f"<b>{plain(unit.id)}</b> {plain(unit.title)}",
        '<span class="soft">no checks</span>' if unit.status is None else _sign(unit.status.value),
        f"{passed}/{len(unit.checks)}",
        there if unit.in_matrix else missing,
        there if unit.in_contracts else missing,
    )


def _checks(title: str, outcomes: Sequence[Outcome]) -> str:
    bad = sum(1 for one in outcomes if one.status is not Status.PASS)
    summary = f"{plain(title)}: {len(outcomes) - bad} of {len(outcomes)} checks pass"
    rows = [
        (_sign(one.status.value), f"{rich(one.check.text)}{_behind(one)}", place(one.check.span)) for one in outcomes
    ]
    inner = table(("Result", "Check", "Where"), rows, "stack")
    return f"<details{' open' if bad else ''}><summary>{summary}</summary>{inner}</details>"


def _behind(outcome: Outcome) -> str:
    told = [f"{rich(one.finding.message)} {place(one.finding.at)}" for one in outcome.findings]
    told += [rich(outcome.reason)] if outcome.reason is not None else []
    return "".join(f"<br>{one}" for one in told)


# -- findings ---------------------------------------------------------------------------------------------------------


def _findings(overview: Overview) -> Iterator[str]:
    report = overview.report
    for crash in report.crashes:
        yield f"<p>{_sign('fail')} {plain(crash.part)} failed, a defect of persistlint: {plain(crash.error)}</p>"
    if not report.diagnostics:
        yield f"<p>{_sign('pass')} There are no findings.</p>"
        return
    by_store = overview.by_store()
    families = {rule.name: rule.family for rule in report.rules}
    columns = sorted({families.get(one.rule, one.rule) for one in report.diagnostics})
    yield f'<div class="wide">{_counts(by_store, families, columns)}</div>'
    snippets = Snippets(report.source, lambda text, _style: text)
    left = _MOST
    for store, diagnostics in by_store.items():
        yield f"<h3>{plain(store) or _NO_STORE}</h3>"
        for family in columns:
            own = [one for one in diagnostics if families.get(one.rule, one.rule) == family]
            if own:
                shown = "".join(_finding(one, snippets) for one in own[: max(left, 0)])
                left -= len(own)
                yield f"<details open><summary>{plain(family)}: {len(own)}</summary>{shown}</details>"
    if left < 0:
        yield f"<p>{-left} more findings are not shown here; <code>persistlint check</code> lists all.</p>"


def _counts(by_store: dict[str, tuple[Diagnostic, ...]], families: dict[str, str], columns: Sequence[str]) -> str:
    rows: list[tuple[str, ...]] = []
    for store, diagnostics in by_store.items():
        counted = Counter(families.get(one.rule, one.rule) for one in diagnostics)
        name = plain(store) if store != ELSEWHERE else _NO_STORE
        rows.append((name, *(str(counted[family] or "·") for family in columns), str(len(diagnostics))))
    return table(("Store", *columns, "all"), rows, "counts")


def _finding(diagnostic: Diagnostic, snippets: Snippets) -> str:
    finding = diagnostic.finding
    severity = diagnostic.severity.value
    spans = [finding.at, *(label.span for label in finding.related)]
    width = max(len(str(snippets.last_line(span))) for span in spans)
    parts = [
        f'<article class="{severity}"><p>{_sign(severity)} <code>{plain(diagnostic.rule)}</code>',
        f" {rich(finding.message)}</p>",
        f"<p>{place(finding.at)}</p>{_source(snippets, diagnostic.finding.at, width, '^')}",
    ]
    parts += [
        f"<p>{place(label.span)} {rich(label.message)}</p>{_source(snippets, label.span, width, '-')}"
        for label in finding.related
    ]
    parts += [f"<p><b>Help:</b> {rich(finding.help)}</p>"] if finding.help else []
    return "".join([*parts, "</article>"])


def _source(snippets: Snippets, span: Span, width: int, mark: str) -> str:
    lines = list(snippets.show(span, width, mark, ""))[1:]
    return f"<pre>{chr(10).join(escape(line) for line in lines)}</pre>" if lines else ""


# -- schemas ----------------------------------------------------------------------------------------------------------


def _upgrades(overview: Overview) -> Iterator[str]:
    fresh = {one.name.lower(): one for one in reversed(overview.fresh)}
    for store in overview.upgrades:
        if store.steps or any(start.failed or start.differences for start in store.starts):
            yield f"<h3>{plain(store.name)}</h3>{''.join(upgraded(store, fresh))}"


def _stores(stores: Sequence[Store]) -> Iterator[str]:
    if stores:
        legend = "P is a primary key, F a foreign key, ! is NOT NULL; … stands where more may be there than is known."
        yield f'<p class="soft">{legend} Arrows lead from a foreign key to what it names.</p>'
    for number, store in enumerate(stores):
        yield f"<h3>{plain(store.name)}</h3>"
        yield f'<div class="diagram" tabindex="0">{diagram(store.name, store.tables, number)}</div>'
        rows = [
            (
                f"<b>{plain(one.name)}</b>",
                plain(", ".join(one.primary_key)) or "none",
                "<br>".join(
                    plain(f"{', '.join(key.columns)} → {key.table}({', '.join(key.references)})")
                    for key in one.foreign_keys
                ),
                "<br>".join(
                    plain(f"{column.name} {column.type if column.type is not None else '?'}") for column in one.columns
                ),
                place(one.span),
            )
            for one in store.tables
        ]
        inner = table(("Table", "Primary key", "Foreign keys", "Columns", "Where"), rows, "stack")
        yield f"<details><summary>The same in words</summary>{inner}</details>"


# -- what is not reported ---------------------------------------------------------------------------------------------


def _suppressed(report: Report) -> Iterator[str]:
    rows = [
        (
            f"<code>{plain(one.diagnostic.rule)}</code> {rich(one.diagnostic.finding.message)}",
            place(one.diagnostic.finding.at),
            plain(one.by) + (f": {plain(one.reason)}" if one.reason else ""),
        )
        for one in report.suppressed[:_MOST]
    ]
    if rows:
        inner = table(("Finding", "Where", "Known by"), rows, "stack")
        yield f"<details><summary>{len(report.suppressed)} findings</summary>{inner}</details>"


def _unresolved(report: Report) -> Iterator[str]:
    rows = [(place(one.span), rich(one.reason)) for one in report.unresolved[:_MOST]]
    if rows:
        yield "<p>Of these places nothing is guessed; what they do to a database is not checked.</p>"
        inner = table(("Where", "Why"), rows, "stack")
        yield f"<details><summary>{len(report.unresolved)} places</summary>{inner}</details>"
