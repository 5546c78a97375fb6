"""Which findings are not reported because the user said so."""

from __future__ import annotations

from collections.abc import Callable

from persistlint.registry import RuleSet
from persistlint.settings import Settings


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
