"""A small project on disk whose documents are drafted and checked."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from persistlint import registry
from persistlint.contracts import DEFAULTS
from persistlint.drafting.initial import Outcome, initialize
from persistlint.engine import Request, run
from persistlint.facts.contract import Role
from persistlint.registry import RuleSet
from persistlint.settings import Settings

MATRIX, CONTRACTS, INVENTORY = (DEFAULTS[role] for role in (Role.MATRIX, Role.CONTRACTS, Role.INVENTORY))
FAMILIES = ("schema", "contracts")


@cache
def rules() -> RuleSet:
    return registry.assemble(registry.load_pack(registry.BUILT_IN))


class Drafted:
    """One project. Every answer is worked out anew."""

    def __init__(self, root: Path, files: Mapping[str, str], settings: Settings | None = None) -> None:
        self.root = root
        self.settings = settings or Settings()
        for path, text in files.items():
            self.write(path, text)

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_bytes(text.encode())

    def read(self, path: str) -> str:
        return (self.root / path).read_bytes().decode()

    def bytes(self) -> dict[str, bytes]:
        return {str(path.relative_to(self.root)): path.read_bytes() for path in sorted(self.root.rglob("*.md"))}

    def request(self) -> Request:
        return Request(self.root, [self.root], self.settings, jobs=1, use_cache=False)

    def init(self, *, update: bool = False) -> Outcome:
        outcome = initialize(self.request(), rules(), update=update)
        assert not outcome.linked.crashes
        return outcome

    def findings(self, *families: str) -> list[tuple[str, str]]:
        settings = Settings(**{name: getattr(self.settings, name) for name in ("matrix", "contracts", "inventory")},
                            select=families or FAMILIES)  # fmt: skip
        request = Request(self.root, [self.root], settings, jobs=1, use_cache=False)
        report = run(request, rules())
        assert not report.crashes
        return [(one.rule, one.finding.message) for one in report.diagnostics]

    def is_clean(self) -> None:
        """What `init` promises: a check finds nothing, and another update changes no byte."""
        assert self.findings() == []
        before = self.bytes()
        self.init(update=True)
        assert self.bytes() == before
