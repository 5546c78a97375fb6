"""Whether an explicit null in a request arrives at a column: nothing on its way asks for it or leaves it out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from persistlint.facts import code
from persistlint.project.interp.values import Function, Value
from persistlint.project.ledger import places
from persistlint.project.ledger.answers import Answers
from persistlint.project.ledger.origins import FromField
from persistlint.project.ledger.shapes import Shapes, is_none
from persistlint.project.ledger.trace import At, Key, Trace


class Nulls:
    """Answers for one project."""

    def __init__(self, shapes: Shapes, answers: Answers, body: Callable[[Key], code.Block]) -> None:
        self._shapes = shapes
        self._answers = answers
        self._body = body

    def passes(self, value: Value, field: FromField, attribute: str, at: At, trace: Trace) -> bool:
        """Whether None in that field of a request is what is written."""
        shape = self._shapes.of(field.cls)
        found = None if shape is None else shape.fields.get(field.name)
        if found is None or not found.range.nullable or found.range.rejects_null:
            return False
        dumped = self._answers.modes.get(id(value))
        if dumped is not None and (dumped[1] == "none" or (dumped[1] == "defaults" and is_none(found.default))):
            return False
        return not self.asked(field, attribute, at, trace)

    def asked(self, field: FromField, attribute: str, at: At, trace: Trace, *, beyond_null: bool = False) -> bool:
        """Whether a condition on the way of a value looks at it; `beyond_null` for more than whether there is one."""
        read = frozenset(
            got.at.loc.end - len(got.name)
            for got in trace.got
            if got.cls is field.cls and got.row is None and got.name == field.name
        )
        if self._asks(self._body(trace.key), frozenset({field.name}), read, at, beyond_null=beyond_null):
            return True
        # In other functions on the way the value has other names: those of parameters, most often the same word.
        words = frozenset({field.name, attribute})
        others = trace.entered - {trace.key} if at.caller != trace.key else set[Key]()
        return any(self._asks(self._body(key), words, read, at, beyond_null=beyond_null, loose=True) for key in others)

    def _asks(
        self, body: code.Block, names: frozenset[str], read: frozenset[int], at: At, *, beyond_null: bool,
        loose: bool = False,
    ) -> bool:  # fmt: skip
        """Whether a function has a condition on the field, or on the variable that is written.

        `read` are the places where the field is read of the request itself.
        """
        written = self._written(body, at) | (names if loose else frozenset[str]())
        return any(
            _is_about(test, names, written, read) and not (beyond_null and _is_for_null(test, names, written, read))
            for test in _conditions(body)
        )

    @staticmethod
    def _written(body: code.Block, at: At) -> frozenset[str]:
        """The variable that a `setattr(row, name, value)` at that place writes."""
        for call in places.calls(body):
            if call.at == at.loc.at and call.end == at.loc.end and len(call.args) == 3:
                value = call.args[2].value
                return frozenset({value.id}) if isinstance(value, code.Name) else frozenset()
        return frozenset()


def _is_for_null(test: code.Expr, names: frozenset[str], written: frozenset[str], read: frozenset[int]) -> bool:
    """Whether a condition only asks whether there is a value: `x is not None`, `x`, `not x`, `"x" in data`."""
    match test:
        case code.Cmp(left=left, pairs=(("is" | "is not", code.Lit(value=None)),)):
            return not isinstance(left, code.Call)
        case code.Cmp(left=code.Str(), pairs=(("in" | "not in", _),)) | code.Attr() | code.Name():
            return True
        case code.Un(op="not", operand=operand):
            return _is_for_null(operand, names, written, read)
        case code.Bin(op="and" | "or", left=left, right=right):
            return all(
                not _is_about(side, names, written, read) or _is_for_null(side, names, written, read)
                for side in (left, right)
            )
        case _:
            return False


def _is_about(node: object, names: frozenset[str], written: frozenset[str], read: frozenset[int]) -> bool:
    match node:
        case code.Name(id=own):
            return own in written
        case code.Str(value=value):
            return value in names
        case code.Attr(at=at, base=base):
            return at in read or _is_about(base, names, written, read)
        case _:
            return any(_is_about(inner, names, written, read) for inner in places.parts(node))


def _conditions(body: object) -> Iterator[code.Expr]:
    """All conditions: of statements, conditional expressions, comprehensions, and both sides of `or` and `and`."""
    if isinstance(body, code.If | code.While | code.Assert | code.IfExp):
        yield body.test
    if isinstance(body, code.Gen):
        yield from body.ifs
    if isinstance(body, code.Bin) and body.op in ("and", "or"):
        yield body
    for inner in places.parts(body):
        yield from _conditions(inner)


def function_bodies(
    functions: dict[Key, Function], body_of: Callable[[Function], code.Block]
) -> Callable[[Key], code.Block]:
    """A function's statements by its key; none for what is not known."""

    def body(key: Key) -> code.Block:
        function = functions.get(key)
        return () if function is None else body_of(function)

    return body
