"""What a field lets in: bounds of numbers and lengths, the values of a `Literal` or an enumeration, None."""

from __future__ import annotations

from collections.abc import Mapping as Options
from dataclasses import dataclass, replace

from persistlint.project.interp.enums import is_enum, members
from persistlint.project.interp.machine import Machine
from persistlint.project.interp.values import Class, Const, External, Loc, Made, Member, Operation, Value, known
from persistlint.project.sqlalchemy.annotations import listed, unwrap_annotation

_KINDS = {
    "builtins.int": "int", "builtins.float": "float", "builtins.str": "str", "builtins.bool": "bool",
    "pydantic.StrictInt": "int", "pydantic.StrictStr": "str", "pydantic.StrictBool": "bool",
    "pydantic.StrictFloat": "float", "pydantic.PositiveInt": "int", "pydantic.NonNegativeInt": "int",
    "pydantic.NegativeInt": "int", "pydantic.NonPositiveInt": "int", "pydantic.PositiveFloat": "float",
    "pydantic.NonNegativeFloat": "float",
}  # fmt: skip
_NAMED = {"PositiveInt": {"gt": 0}, "NonNegativeInt": {"ge": 0}, "NegativeInt": {"lt": 0}, "NonPositiveInt": {"le": 0},
          "PositiveFloat": {"gt": 0}, "NonNegativeFloat": {"ge": 0}}  # fmt: skip
_CONSTRAINED = {"conint": "int", "confloat": "float", "constr": "str"}
_ANNOTATED = {"Ge": "ge", "Gt": "gt", "Le": "le", "Lt": "lt", "MinLen": "min_length", "MaxLen": "max_length"}
_JUDGED = frozenset({"pattern", "regex", "multiple_of"})


@dataclass(frozen=True, slots=True)
class Range:
    """What is let in. `judged` is False where something that is not modelled decides too."""

    kind: str | None = None
    nullable: bool = False
    lower: float | None = None
    upper: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    options: tuple[str, ...] = ()
    judged: bool = True
    rejects_null: bool = False
    loc: Loc | None = None

    def at_least(self, bound: float) -> Range:
        """With one more lower bound."""
        return replace(self, lower=bound if self.lower is None else max(self.lower, bound))

    def at_most(self, bound: float) -> Range:
        """With one more upper bound."""
        return replace(self, upper=bound if self.upper is None else min(self.upper, bound))


def read(machine: Machine, annotation: Value, options: Options[str, Value], loc: Loc | None) -> Range:
    """What an annotation and the arguments of a `Field(…)` let in."""
    python, nullable, _ = unwrap_annotation(annotation)
    out = replace(_of_type(machine, python), nullable=nullable)
    if loc is not None:
        out = replace(_constrained(out, options), loc=loc if _bounding(options) else out.loc)
    return out


def _of_type(machine: Machine, python: Value) -> Range:
    match python:
        case External(name=name):
            out = Range(_KINDS.get(name), judged=name in _KINDS)
            given = _NAMED.get(name.rpartition(".")[2])
            return out if given is None else _constrained(out, {key: Const(value) for key, value in given.items()})
        case Class() if is_enum(python):
            values = [literal_of(member.value) for member in members(python)]
            return Range("choice", options=tuple(one for one in values if one is not None), judged=None not in values)
        case Operation(op="[]", operands=(External(name=name), inner)) if name.endswith(".Literal"):
            values = [literal_of(one) for one in listed(inner)]
            return Range("choice", options=tuple(one for one in values if one is not None), judged=None not in values)
        case Operation(op="[]", operands=(External(name=name), inner)) if name.endswith(".Annotated"):
            return _annotated(machine, listed(inner))
        case Made(func=External(name=name)) if name.rpartition(".")[2] in _CONSTRAINED:
            kind = _CONSTRAINED[name.rpartition(".")[2]]
            return replace(_constrained(Range(kind), python.kwargs), loc=python.loc)
        case _:
            return Range(judged=False)


def _annotated(machine: Machine, parts: list[Value]) -> Range:
    inner, nullable, _ = unwrap_annotation(parts[0])
    out = replace(_of_type(machine, inner), nullable=nullable)
    for part in parts[1:]:
        name = part.name if isinstance(part, Made) else ""
        last = name.rpartition(".")[2]
        if isinstance(part, Made) and last in ("Field", "StringConstraints", "Interval", "Len", "Body", "Query"):
            out = _constrained(out, part.kwargs)
            out = replace(out, loc=part.loc) if _bounding(part.kwargs) else out
        elif isinstance(part, Made) and last in _ANNOTATED and part.args:
            out = replace(_constrained(out, {_ANNOTATED[last]: part.args[0]}), loc=part.loc)
        elif isinstance(part, Made):
            out = replace(out, judged=False)
    return out


def _bounding(options: Options[str, Value]) -> bool:
    return any(name in options for name in ("ge", "gt", "le", "lt", "min_length", "max_length"))


def _constrained(out: Range, options: Options[str, Value]) -> Range:
    step = 1 if out.kind == "int" else 0
    for name, value in options.items():
        number = value.value if isinstance(value, Const) and isinstance(value.value, int | float) else None
        if name in _JUDGED or (
            name in ("ge", "gt", "le", "lt") and (number is None or (step == 0 and name in ("gt", "lt")))
        ):
            out = replace(out, judged=False)
        elif name == "ge" and number is not None:
            out = out.at_least(number)
        elif name == "gt" and number is not None:
            out = out.at_least(number + step)
        elif name == "le" and number is not None:
            out = out.at_most(number)
        elif name == "lt" and number is not None:
            out = out.at_most(number - step)
        elif name == "min_length":
            out = replace(out, min_length=number) if isinstance(number, int) else replace(out, judged=False)
        elif name == "max_length":
            out = replace(out, max_length=number) if isinstance(number, int) else replace(out, judged=False)
    return out


def literal_of(value: Value) -> str | None:
    """A constant as SQL; None for any other value."""
    if isinstance(value, Member):
        return literal_of(value.value)
    if isinstance(value, Const) and isinstance(value.value, int | float):
        return str(int(value.value)) if isinstance(value.value, bool) else str(value.value)
    whole = known(value)
    return None if whole is None else "'" + whole.replace("'", "''") + "'"
