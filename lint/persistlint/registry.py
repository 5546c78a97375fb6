"""Loads rule packs strictly: a module without a rule, a rule without a page, a name used twice are errors."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from persistlint.errors import RulePackError, UserError, did_you_mean
from persistlint.rule import Check, Rule, Severity
from persistlint.settings import Settings

BUILT_IN = "persistlint_rules"
GROUP = "persistlint.rules"
"""Entry point group of third-party packs; each entry point names a package laid out as ours is."""


@dataclass(frozen=True, slots=True)
class LoadedRule:
    """A rule with everything that its place gives it: name, family, page."""

    name: str
    family: str
    severity: Severity
    summary: str
    since: str
    page: Path
    check: Check | None = None
    """None for what the engine itself finds while it reads files."""
    needs_contract: bool = False
    default: bool = True

    @property
    def on_by_default(self) -> bool:
        """Whether it reports without being selected by name."""
        return self.default and self.severity is not Severity.ADVICE


_PAGES = Path(__file__).parent / "pages"

UNREADABLE_FILE = LoadedRule(
    "unreadable-file",
    "files",
    Severity.ERROR,
    "A file that cannot be read as text, so that nothing in it is checked.",
    "0.1",
    _PAGES / "unreadable_file.md",
)
INVALID_SYNTAX = LoadedRule(
    "invalid-syntax",
    "files",
    Severity.ERROR,
    "A Python file with persistence code that cannot be parsed, so that nothing in it is checked.",
    "0.1",
    _PAGES / "invalid_syntax.md",
)
UNUSED_IGNORE = LoadedRule(
    "unused-ignore",
    "ignores",
    Severity.WARNING,
    "A comment that ignores a rule which reports nothing there.",
    "0.1",
    _PAGES / "unused_ignore.md",
)
UNREADABLE_IGNORE = LoadedRule(
    "unreadable-ignore",
    "ignores",
    Severity.ERROR,
    "A comment that is meant to ignore a finding, but names no rule that there is.",
    "0.1",
    _PAGES / "unreadable_ignore.md",
)
STALE_BASELINE = LoadedRule(
    "stale-baseline",
    "ignores",
    Severity.WARNING,
    "An entry of the baseline whose finding is no more.",
    "0.1",
    _PAGES / "stale_baseline.md",
)
_OWN = (UNREADABLE_FILE, INVALID_SYNTAX, UNUSED_IGNORE, UNREADABLE_IGNORE, STALE_BASELINE)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rules that are installed, by name, families together."""

    by_name: Mapping[str, LoadedRule]

    def __iter__(self) -> Iterator[LoadedRule]:
        return iter(self.by_name.values())

    @property
    def families(self) -> tuple[str, ...]:
        """Their names, each once, in the order of the rules."""
        return tuple(dict.fromkeys(rule.family for rule in self))

    def get(self, name: str) -> LoadedRule:
        """The rule of that name; a UserError with a suggestion where there is none."""
        if name not in self.by_name:
            raise UserError(f"no rule is called `{name}`{did_you_mean(name, list(self.by_name))}")
        return self.by_name[name]

    def named(self, name: str) -> frozenset[str]:
        """The rules that a rule's name, a family's name or `all` stands for; empty where it names none."""
        if name == "all":
            return frozenset(self.by_name)
        if name in self.by_name:
            return frozenset({name})
        return frozenset(rule.name for rule in self if rule.family == name)

    def expand(self, names: Iterable[str], settings: Settings, key: str) -> frozenset[str]:
        """The rules that the names of one setting stand for. An unknown name is an error at that setting's place."""
        expanded: set[str] = set()
        for name in names:
            rules = self.named(name)
            if not rules:
                known = [*self.by_name, *self.families, "all"]
                raise settings.error(key, f"`{key}` names no rule or family: `{name}`{did_you_mean(name, known)}")
            expanded |= rules
        return frozenset(expanded)

    def selected(self, settings: Settings) -> tuple[LoadedRule, ...]:
        """The rules to run: `select` without `ignore`.

        A family or `all` in `select` stands for its rules that are on by default, and `all` for every rule.
        What the engine itself finds is always selected: a file that cannot be read must not look like a clean one.
        """
        ignored = self.expand(settings.ignore, settings, "ignore")
        if settings.select is None:
            wanted = {rule.name for rule in self if rule.on_by_default}
        else:
            chosen = self.expand(settings.select, settings, "select")
            everything = "all" in settings.select
            wanted = {
                name for name in chosen if everything or name in settings.select or self.by_name[name].on_by_default
            }
        wanted |= {rule.name for rule in self if rule.check is None}
        return tuple(rule for rule in self if rule.name in wanted and rule.name not in ignored)


def load() -> RuleSet:
    """Every installed rule: the built-in pack, then the packs of other distributions."""
    packs = [BUILT_IN, *_third_party()]
    return assemble([rule for pack in packs for rule in load_pack(pack)])


def assemble(rules: Sequence[LoadedRule]) -> RuleSet:
    """A set of those rules and the engine's own. Raises RulePackError when a name is used twice."""
    by_name: dict[str, LoadedRule] = {}
    order = sorted((*_OWN, *rules), key=lambda rule: (rule.family, rule.name))
    families = {rule.family for rule in order}
    for rule in order:
        if rule.name in by_name:
            raise RulePackError(f"two rules are called `{rule.name}`: `{by_name[rule.name].page}`, `{rule.page}`")
        if rule.name in families or rule.name == "all":
            raise RulePackError(f"rule `{rule.name}` is called like a family", path=str(rule.page))
        by_name[rule.name] = rule
    return RuleSet(by_name)


def load_pack(package: str) -> tuple[LoadedRule, ...]:
    """The rules of one pack, given by its import name: a package of families, each a package of rules."""
    try:
        pack = importlib.import_module(package)
    except ModuleNotFoundError as error:
        if error.name != package.partition(".")[0] and error.name != package:
            raise RulePackError(f"rule pack `{package}` needs `{error.name}`, which is not installed") from error
        raise RulePackError(f"rule pack `{package}` is not installed") from None
    rules: list[LoadedRule] = []
    for family in _members(pack, "a family is a folder with an `__init__.py`", folders=True):
        module = importlib.import_module(f"{package}.{family}")
        modules = _members(module, "a rule is a module in its family's folder", folders=False)
        rules.extend(_rule_of(f"{package}.{family}.{name}", family) for name in modules)
    return tuple(rules)


def _members(package: ModuleType, expected: str, *, folders: bool) -> tuple[str, ...]:
    """The public modules of a package, or its packages. Anything else that looks like a rule is an error."""
    folder = _folder(package)
    names: list[str] = []
    for info in pkgutil.iter_modules([str(folder)]):
        if info.name.startswith("_"):
            continue
        if info.ispkg != folders:
            raise RulePackError(f"`{package.__name__}.{info.name}` is out of place: {expected}", path=str(folder))
        names.append(info.name)
    for entry in sorted(folder.iterdir()):
        stem = entry.stem
        lost_page = entry.suffix == ".md" and (folders or stem not in names)
        lost_folder = entry.is_dir() and stem not in names and not stem.startswith(("_", "."))
        if lost_page or (lost_folder and next(entry.glob("*.py"), None) is not None):
            raise RulePackError(f"this belongs to no rule: {expected}", path=str(entry))
    return tuple(names)


def _folder(package: ModuleType) -> Path:
    if package.__file__ is None:
        raise RulePackError(f"`{package.__name__}` has no `__init__.py`")
    return Path(package.__file__).parent


def _rule_of(module_name: str, family: str) -> LoadedRule:
    module = importlib.import_module(module_name)
    path = Path(module.__file__ or module_name)
    rules = [value for value in vars(module).values() if isinstance(value, Rule)]
    if len(rules) != 1:
        raise RulePackError(f"a rule module holds exactly one rule, this one holds {len(rules)}", path=str(path))
    [rule] = rules
    page = path.with_suffix(".md")
    if not page.is_file():
        raise RulePackError(f"this rule has no page `{page.name}` beside it", path=str(path))
    if not rule.summary:
        raise RulePackError("this rule's check has no docstring, whose first line is its summary", path=str(path))
    return LoadedRule(
        path.stem.replace("_", "-"),
        family.replace("_", "-"),
        rule.severity,
        rule.summary,
        rule.since,
        page,
        rule.check,
        rule.needs_contract,
        rule.default,
    )


def _third_party() -> tuple[str, ...]:
    from importlib.metadata import entry_points

    return tuple(sorted({entry.value for entry in entry_points(group=GROUP)}))
