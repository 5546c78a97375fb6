"""Which journal mode a store asks for on local and on network file systems."""

from __future__ import annotations

from dataclasses import dataclass

from persistlint.sdk import Opening, PragmaUse
from persistlint_rules._stores.doors import pragmas


@dataclass(frozen=True, slots=True)
class Mode:
    """One mode, upper case, with the PRAGMA that sets it and the file system that it is for: empty for any."""

    name: str
    where: str
    pragma: PragmaUse


@dataclass(frozen=True, slots=True)
class Journal:
    """The modes of an opening; `known` is False where a PRAGMA sets one that cannot be known."""

    modes: tuple[Mode, ...]
    known: bool

    def on(self, where: str) -> Mode | None:
        """The mode that holds on `local` or `network` file systems: the last one that says so, else the last of any."""
        own = [mode for mode in self.modes if mode.where == where]
        shared = [mode for mode in self.modes if not mode.where]
        return own[-1] if own else shared[-1] if shared else None


def journal_of(opening: Opening) -> Journal:
    """What an opening asks for."""
    modes: list[Mode] = []
    known = True
    for pragma in pragmas(opening, "journal_mode"):
        known = known and bool(pragma.values)
        modes.extend(
            Mode(value.upper(), where, pragma) for value, where in zip(pragma.values, pragma.when, strict=True)
        )
    return Journal(tuple(modes), known)
