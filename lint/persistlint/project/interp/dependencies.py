"""What FastAPI passes for a parameter: `Depends(get_db)` stands for what `get_db` returns or yields.

https://fastapi.tiangolo.com/tutorial/dependencies/ : a dependency is called for each request, and its `yield`ed value
is handed in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from persistlint.project.interp.choices import choose
from persistlint.project.interp.values import External, Function, Items, Made, Operation, Value, options_of

if TYPE_CHECKING:
    from persistlint.project.interp.machine import Machine

_DEPENDS = frozenset({"Depends", "Security"})


def given(machine: Machine, annotation: Value | None, default: Value | None) -> Value | None:
    """What a framework hands in for a parameter with that annotation and default; None where it is not said."""
    for value in (default, *_extras(annotation)):
        if isinstance(value, Made) and value.name.rpartition(".")[2] in _DEPENDS and value.args:
            return _called(machine, value.args[0])
    return None


def bare(annotation: Value | None) -> Value | None:
    """The type in an `Annotated[type, …]`, or an annotation that is none of these itself."""
    extras = _extras(annotation)
    return extras[0] if extras else annotation


def _extras(annotation: Value | None) -> list[Value]:
    """The `Depends(…)` of `Annotated[Session, Depends(…)]`."""
    match annotation:
        case Operation(op="[]", operands=(External(name=name), Items(items=items))) if name.endswith("Annotated"):
            return items
        case _:
            return []


def _called(machine: Machine, dependency: Value) -> Value | None:
    if not isinstance(dependency, Function):
        return None
    if dependency not in machine.dependencies:
        machine.dependencies[dependency] = None  # one that depends on itself
        machine.dependencies[dependency] = _handed(machine.run_root(dependency))
    return machine.dependencies[dependency]


def _handed(value: Value) -> Value | None:
    """What is yielded where something is, else what is returned."""
    options = [
        item
        for option in options_of(value)
        for item in (
            option.items if isinstance(option, Items) and option.kind in ("generator", "context") else [option]
        )
    ]
    return choose(*options) if options else None
