"""A check without what is known already: from the baseline, or from an earlier moment of the same project."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from persistlint import baseline
from persistlint.encoding import UndecodableError, decode_utf8
from persistlint.engine import Linked, Request, judge, read
from persistlint.errors import UserError
from persistlint.known import Known, known, match
from persistlint.registry import STALE_BASELINE, RuleSet
from persistlint.report import Report
from persistlint.suppress import ignored_in
from persistlint.tree import Disk, Tree


def check(request: Request, rules: RuleSet, before: Tree | None = None) -> Report:
    """What a run says, less what the baseline knows, and less what was so `before`."""
    linked, report = _checked(request, rules)
    report = without_known(linked, report, request)
    return report if before is None else since(report, check(_earlier(request, before), rules))


def without_known(linked: Linked, report: Report, request: Request) -> Report:
    """The report without what the baseline knows, and with the baseline's stale entries."""
    found = find_baseline(request)
    if found is None:
        return report
    path, text = found
    report = baseline.apply(report, text, path, in_scope(linked, report))
    if STALE_BASELINE in report.rules:
        return report
    return replace(report, diagnostics=tuple(one for one in report.diagnostics if one.rule != STALE_BASELINE.name))


def new_baseline(request: Request, rules: RuleSet) -> tuple[str, int]:
    """The text of a baseline that knows all findings, and their number.

    Where only a part of the project is checked, what the present baseline says of the others stays in it.
    """
    linked, report = _checked(request, rules)
    judges = in_scope(linked, report)
    found = find_baseline(request, lenient=True)
    others = [] if found is None else [one for one in baseline.read(found[1], found[0]) if not judges(one)]
    return baseline.written(report, others), len(report.diagnostics) + len(others)


def since(report: Report, before: Report) -> Report:
    """The report without the findings that an earlier one has as well."""
    old, new = (known(one.diagnostics, one.source) for one in (before, report))
    matched = match(old, new)
    kept = tuple(one for index, one in enumerate(report.diagnostics) if index not in matched)
    return replace(report, diagnostics=kept, unchanged=len(matched))


def find_baseline(request: Request, *, lenient: bool = False) -> tuple[str, str] | None:
    """The path and text of the project's baseline, None where there is none.

    Raises UserError where it cannot be read, and where the one that a setting names is missing, unless `lenient`.
    """
    tree, setting = request.tree or Disk(request.root), request.settings.baseline
    path = tree.file(setting or baseline.DEFAULT)
    if path is None:
        if setting is not None and not lenient:
            raise request.settings.error("baseline", f"`baseline` names no file of the project: `{setting}`")
        return None
    try:
        return path, decode_utf8(tree.read(path))
    except (OSError, UndecodableError) as error:
        raise UserError(f"this baseline cannot be read: {error}", path=path) from None


def in_scope(linked: Linked, report: Report) -> Callable[[Known], bool]:
    """Of which remembered findings a run like this one would have found them again, were they still there."""
    discovered = linked.discovered
    ran = {rule.name for rule in report.rules} - {crash.part.removeprefix("rule ") for crash in report.crashes}
    there = {*discovered.files, *linked.project.contract.roles}
    whole = discovered.reported >= there

    def judges(entry: Known) -> bool:
        here = entry.path in discovered.reported or (whole and entry.path not in there)
        return here and entry.rule in ran and not linked.crashes

    return judges


def _checked(request: Request, rules: RuleSet) -> tuple[Linked, Report]:
    # A wrong name in the settings is an error at once, not after everything has been read.
    rules.selected(request.settings)
    ignored_in(request.settings, rules)
    linked = read(request)
    return linked, judge(linked, request.settings, rules)


def _earlier(request: Request, before: Tree) -> Request:
    """The same request of an earlier moment: all of the project, with those documents that there were."""
    settings = request.settings

    def there(path: str | None) -> str | None:
        return path if path is not None and before.file(path) is not None else None

    earlier = replace(
        settings,
        baseline=there(settings.baseline),
        matrix=there(settings.matrix),
        contracts=None if settings.contracts is None else tuple(one for one in settings.contracts if there(one)),
        inventory=there(settings.inventory),
    )
    return replace(request, paths=[request.root], settings=earlier, tree=before)
