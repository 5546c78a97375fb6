"""Validators that only look at a range, a set of values or None; any other makes its fields unjudged."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from persistlint.facts import code
from persistlint.project.interp.frames import Frame
from persistlint.project.interp.invocation import body_of
from persistlint.project.interp.machine import Machine
from persistlint.project.interp.values import Class, Const, Function, Items, Made, Value, known
from persistlint.project.ledger.bounds import Range, literal_of

if TYPE_CHECKING:
    from persistlint.project.ledger.shapes import Field

_OF_FIELDS = frozenset({"field_validator", "validator"})
_OF_MODELS = frozenset({"model_validator", "root_validator"})
_OPPOSITE = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


def judge(machine: Machine, cls: Class, fields: dict[str, Field]) -> dict[str, Field]:
    """The fields with what the validators of a class and of its bases say about them."""
    out = dict(fields)
    for owner in cls.mro():
        for value in list(owner.names.values()) if isinstance(owner, Class) else ():
            for decorator, function in _validators(value):
                _apply(machine, decorator, function, out)
    return out


def _validators(value: Value) -> list[tuple[Made, Value]]:
    """The validators that an attribute of a class is: a decorated method, or `name = field_validator(…)(function)`."""
    if isinstance(value, Function):
        return [(one, value) for one in value.decorators if isinstance(one, Made)]
    if isinstance(value, Made) and isinstance(value.func, Made) and value.args:
        return [(value.func, value.args[0])]
    return []


def _apply(machine: Machine, decorator: Made, function: Value, fields: dict[str, Field]) -> None:
    name = decorator.name.rpartition(".")[2]
    if name in _OF_MODELS:
        _apply_model(function, fields)
    if name not in _OF_FIELDS:
        return
    wanted = [known(arg) for arg in decorator.args]
    names = (
        list(fields)
        if "*" in wanted or None in wanted
        else [one for one in wanted if one is not None and one in fields]
    )
    for one in names:
        fields[one] = replace(fields[one], range=_narrowed(machine, fields[one].range, function))


def _apply_model(function: Value, fields: dict[str, Field]) -> None:
    """A validator of the whole model may check any field that it names."""
    node = function.node if isinstance(function, Function) else None
    body = function.env.module.facts.bodies[node.body] if isinstance(function, Function) and isinstance(
        node, code.FuncDef
    ) else None  # fmt: skip
    for name, found in fields.items():
        if body is None or name.encode() in body:
            fields[name] = replace(found, range=replace(found.range, judged=False, rejects_null=True))


def _narrowed(machine: Machine, given: Range, function: Value) -> Range:
    """A range with what one validator refuses."""
    if not isinstance(function, Function) or not isinstance(function.node, code.FuncDef):
        return replace(given, judged=False, rejects_null=True)
    params = [param.name for param in function.node.params]
    # A method takes the class first; a plain function given to `field_validator(…)` takes the value.
    index = 1 if function.owner is not None and len(params) > 1 else 0
    if index >= len(params):
        return replace(given, judged=False, rejects_null=True)
    reader = _Reader(machine, function, params[index])
    return reader.read(given, body_of(machine, function))


class _Reader:
    """Reads one validator's statements."""

    def __init__(self, machine: Machine, function: Function, name: str) -> None:
        self._machine = machine
        self._frame = Frame(function.env, None)
        self._name = name

    def read(self, given: Range, body: code.Block) -> Range:
        out = given
        for stmt in body:
            match stmt:
                case code.Eval(value=code.Str()):
                    continue
                case code.Return(value=code.Name(id=name)) if name == self._name:
                    continue
                case code.If(test=test, body=(code.Raise(),), orelse=()):
                    found = self._refused(out, test)
                case code.Assert(test=test):
                    found = self._demanded(out, test)
                case _:
                    found = None
            if found is None:
                return replace(out, judged=False, rejects_null=True)
            out = found
        return out

    def _refused(self, given: Range, test: code.Expr) -> Range | None:
        """The range without the values for which `test` is true."""
        match test:
            case code.Bin(op="or", left=left, right=right):
                first = self._refused(given, left)
                return None if first is None else self._refused(first, right)
            case code.Bin(op="and", left=left, right=right) if self._is_given(left):
                return self._refused(given, right)
            case code.Un(op="not", operand=operand):
                return self._demanded(given, operand)
            case code.Cmp(left=left, pairs=((op, right),)):
                return self._compared(given, left, op, right, refused=True)
            case _:
                return None

    def _demanded(self, given: Range, test: code.Expr) -> Range | None:
        """The range of the values for which `test` is true."""
        match test:
            case code.Bin(op="and", left=left, right=right):
                first = self._demanded(given, left)
                return None if first is None else self._demanded(first, right)
            case code.Bin(op="or", left=code.Cmp(left=code.Name(id=name), pairs=(("is", code.Lit(value=None)),)),
                          right=right) if name == self._name:  # fmt: skip
                return self._demanded(given, right)
            case code.Cmp(left=left, pairs=pairs):
                out: Range | None = given
                for op, right in pairs:
                    out = None if out is None else self._compared(out, left, op, right, refused=False)
                    left = right
                return out
            case _:
                return None

    def _is_given(self, test: code.Expr) -> bool:
        match test:
            case code.Cmp(left=code.Name(id=name), pairs=(("is not", code.Lit(value=None)),)):
                return name == self._name
            case code.Name(id=name):
                return name == self._name
            case _:
                return False

    def _compared(self, given: Range, left: code.Expr, op: str, right: code.Expr, *, refused: bool) -> Range | None:
        if self._is_value(right) and op in _OPPOSITE:
            left, op, right = right, _OPPOSITE[op], left
        if not self._is_value(left):
            return None
        if op in ("is", "is not") and isinstance(right, code.Lit) and right.value is None:
            return replace(given, rejects_null=True) if (op == "is") == refused else given
        if op in ("in", "not in"):
            return self._member(given, right) if (op == "not in") == refused else None
        value = self._machine.eval(right, self._frame)
        number = value.value if isinstance(value, Const) and isinstance(value.value, int | float) else None
        if number is None or (given.kind != "int" and op in ("<", ">") and not refused):
            return None
        return _bounded(given, op, number, refused=refused)

    def _is_value(self, node: code.Expr) -> bool:
        return isinstance(node, code.Name) and node.id == self._name

    def _member(self, given: Range, right: code.Expr) -> Range | None:
        value = self._machine.eval(right, self._frame)
        if not isinstance(value, Items) or value.open:
            return None
        values = [literal_of(one) for one in value.items]
        return None if None in values else replace(given, kind="choice", options=tuple(one for one in values if one))


def _bounded(given: Range, op: str, number: float, *, refused: bool) -> Range | None:
    step = 1 if given.kind == "int" else 0
    if refused:
        op = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}.get(op, "")
    if step == 0 and op in ("<", ">"):
        return None
    match op:
        case ">=":
            return given.at_least(number)
        case ">":
            return given.at_least(number + step)
        case "<=":
            return given.at_most(number)
        case "<":
            return given.at_most(number - step)
        case _:
            return None
