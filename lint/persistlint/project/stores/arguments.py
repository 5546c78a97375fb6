"""What an opening call is given: isolation level, timeout, pool, and the `connect_args` of an engine."""

from __future__ import annotations

from dataclasses import dataclass

from persistlint.project.interp.values import (
    Attribute,
    Choice,
    Const,
    External,
    Made,
    Mapping,
    Text,
    Value,
    known,
    options_of,
)

DEFAULT_TIMEOUT_MS = 5000
_POSITIONS = {"timeout": 1, "isolation_level": 3, "uri": 7}
"""Of `sqlite3.connect(database, timeout, detect_types, isolation_level, …, uri)`."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments that reach the driver's `connect`, and those of the engine itself."""

    engine: dict[str, Value]
    driver: dict[str, Value]
    open: bool
    """Some of them cannot be known."""

    def level(self) -> str | None:
        """The isolation level, upper case; `NONE` for None, `?` where it cannot be known, None where not given."""
        found = [self._level_in(given) for given in (self.engine, self.driver)]
        return next((one for one in found if one is not None), "?" if self.open else None)

    def _level_in(self, given: dict[str, Value]) -> str | None:
        value = given.get("isolation_level")
        if value is None:
            return None
        return level_of(value) or "?"

    def autocommit(self) -> bool | str | None:
        """The driver's `autocommit`: True or False; None where not given, `?` where it cannot be known."""
        value = self.driver.get("autocommit")
        if value is None or (isinstance(value, External | Attribute) and _named(value) == "LEGACY_TRANSACTION_CONTROL"):
            return None
        return bool(value.value) if isinstance(value, Const) else "?"

    def timeouts(self) -> tuple[int, ...] | None:
        """The busy timeouts that the driver may be given, in milliseconds; None where they cannot be known."""
        value = self.driver.get("timeout")
        if value is None:
            return None if self.open else (DEFAULT_TIMEOUT_MS,)
        numbers = [number_of(option) for option in options_of(value)]
        found = {int(one * 1000) for one in numbers if one is not None}
        return tuple(sorted(found)) if len(numbers) == len([one for one in numbers if one is not None]) else None

    def pool(self) -> str | None:
        """The name of the pool class."""
        value = self.engine.get("poolclass")
        return _named(value) if isinstance(value, External) else None

    def is_driver_sqlite(self) -> bool:
        """Whether an argument is given that only the SQLite driver takes."""
        return "check_same_thread" in self.driver or "cached_statements" in self.driver


def of(made: Made, *, is_engine: bool) -> Arguments:
    """The arguments of an opening call."""
    if not is_engine:
        given = dict(made.kwargs)
        for name, position in _POSITIONS.items():
            if len(made.args) > position:
                given.setdefault(name, made.args[position])
        return Arguments({}, given, made.open)
    driver: dict[str, Value] = {}
    connect = made.kwargs.get("connect_args")
    open_ = made.open
    if connect is not None:
        maps = [option for option in options_of(connect) if isinstance(option, Mapping)]
        open_ = open_ or len(maps) != len(options_of(connect)) or any(one.open for one in maps)
        driver = _united(maps)
    return Arguments(dict(made.kwargs), driver, open_)


def _united(maps: list[Mapping]) -> dict[str, Value]:
    """The entries of one of several dicts; what only some of them have counts as a choice with None."""
    names = {name: None for one in maps for key, _ in one.entries if (name := known(key)) is not None}
    out: dict[str, Value] = {}
    for name in names:
        values = [found for one in maps if (found := one.get(name)) is not None]
        out[name] = values[0] if len(values) == 1 else Choice(tuple(values))
    return out


def level_of(value: Value) -> str | None:
    """An isolation level as written, upper case; `NONE` for None; None where it cannot be known."""
    if isinstance(value, Const) and value.value is None:
        return "NONE"
    whole = known(value) if isinstance(value, Text) else None
    return None if whole is None else whole.upper()


def number_of(value: Value) -> float | None:
    """A number that is known."""
    if isinstance(value, Const) and isinstance(value.value, int | float) and not isinstance(value.value, bool):
        return float(value.value)
    return None


def _named(value: Value) -> str:
    return value.name.rpartition(".")[2] if isinstance(value, External | Attribute) else ""
