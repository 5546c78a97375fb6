"""Which findings are not reported because the user said so, in the settings or beside the code."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from persistlint.comments import Ignore, Named
from persistlint.errors import did_you_mean
from persistlint.registry import UNREADABLE_IGNORE, UNUSED_IGNORE, RuleSet
from persistlint.report import Diagnostic, Suppressed
from persistlint.rule import Edit, Finding, Fix
from persistlint.settings import Settings
from persistlint.source import Span


def ignored_in(settings: Settings, rules: RuleSet) -> Callable[[str, str], bool]:
    """A test whether a rule, given by name, is ignored in the file of that path: `per-file-ignores`."""
    if not settings.per_file_ignores:
        return lambda _rule, _path: False
    from pathspec import GitIgnoreSpec

    key = "per-file-ignores"
    table: list[tuple[GitIgnoreSpec, frozenset[str]]] = []
    for pattern, names in settings.per_file_ignores:
        expanded = rules.expand(names, settings, key)
        try:
            table.append((GitIgnoreSpec.from_lines([pattern]), expanded))
        except ValueError:
            raise settings.error(key, f"`{key}` has a pattern that cannot be read: `{pattern}`") from None

    def ignored(rule: str, path: str) -> bool:
        return any(rule in names and spec.match_file(path) for spec, names in table)

    return ignored


@dataclass(frozen=True, slots=True)
class Judged:
    """What is left to report, what is suppressed, and what is wrong with the comments that suppress it."""

    reported: tuple[Diagnostic, ...]
    suppressed: tuple[Suppressed, ...]
    problems: tuple[tuple[str, Finding], ...]


def by_comments(
    diagnostics: Sequence[Diagnostic],
    ignores: Iterable[Ignore],
    rules: RuleSet,
    ran: Collection[str],
    is_sql: Callable[[Span], bool],
) -> Judged:
    """Take out what comments ignore. Only of a rule that `ran` can be said that it reports nothing.

    `is_sql` tells whether a place is in a statement: a comment in a string that is none is just text.
    """
    by_path: dict[str, list[Ignore]] = {}
    for ignore in ignores:
        by_path.setdefault(ignore.span.path, []).append(ignore)
    used: set[tuple[Span, str]] = set()
    reported: list[Diagnostic] = []
    suppressed: list[Suppressed] = []
    for diagnostic in diagnostics:
        at = diagnostic.finding.at
        hits = [
            (ignore, named)
            for ignore in by_path.get(at.path, ())
            if ignore.readable and ignore.covers(at)
            for named in ignore.names
            if diagnostic.rule in _rules_of(named, rules)
        ]
        used |= {(named.span, named.text) for _, named in hits}
        if hits:
            suppressed.append(Suppressed(diagnostic, "ignore", hits[0][0].reason))
        else:
            reported.append(diagnostic)
    problems = [
        problem
        for path in sorted(by_path)
        for ignore in by_path[path]
        if not ignore.quoted or is_sql(ignore.span)
        for problem in _problems(ignore, rules, ran, used)
    ]
    return Judged(tuple(reported), tuple(suppressed), tuple(problems))


def _rules_of(named: Named, rules: RuleSet) -> frozenset[str]:
    # One word for every rule would hide what nobody has looked at.
    return frozenset() if named.text == "all" else rules.named(named.text)


def _problems(
    ignore: Ignore, rules: RuleSet, ran: Collection[str], used: Collection[tuple[Span, str]]
) -> Iterator[tuple[str, Finding]]:
    if not ignore.readable:
        message = "this comment names no rule to ignore, and ignores nothing"
        help_ = "write `persistlint: ignore[rule-name] reason`"
        yield UNREADABLE_IGNORE.name, Finding(message, ignore.span, help=help_)
        return
    unused: list[Named] = []
    for named in ignore.names:
        meant = _rules_of(named, rules)
        if not meant:
            hint = did_you_mean(named.text, [*rules.by_name, *rules.families])
            message = f"`{named.text}` names no rule or family, and ignores nothing{hint}"
            yield UNREADABLE_IGNORE.name, Finding(message, named.span, help="name the rule that reports here")
        elif (named.span, named.text) not in used and meant.intersection(ran):
            unused.append(named)
    for named in unused:
        message = f"this ignores `{named.text}`, which reports nothing here"
        whole = len(unused) == len(ignore.names)
        help_ = "remove the comment" if whole else f"remove `{named.text}` from the comment"
        yield UNUSED_IGNORE.name, Finding(message, named.span, help=help_, fix=_without(ignore, unused))


def _without(ignore: Ignore, unused: Sequence[Named]) -> Fix:
    kept = [named for named in ignore.names if named not in unused]
    if not kept:
        return Fix("remove the comment", (Edit(ignore.span, ""),))
    first, last = ignore.names[0].span, ignore.names[-1].span
    brackets = Span(first.path, first.line, first.column, last.end_line, last.end_column)
    return Fix("remove what is unused", (Edit(brackets, ", ".join(named.text for named in kept)),))
