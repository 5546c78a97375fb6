"""Expressions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import libcst as cst

from persistlint.extract.python import definitions, hints, literals
from persistlint.extract.python.places import start_of
from persistlint.facts import code

if TYPE_CHECKING:
    from persistlint.extract.python.lower import Lowering

OPERATORS: dict[type[cst.CSTNode], str] = {
    cst.Add: "+", cst.Subtract: "-", cst.Multiply: "*", cst.Divide: "/", cst.FloorDivide: "//", cst.Modulo: "%",
    cst.Power: "**", cst.BitOr: "|", cst.BitAnd: "&", cst.BitXor: "^", cst.LeftShift: "<<", cst.RightShift: ">>",
    cst.MatrixMultiply: "@", cst.And: "and", cst.Or: "or", cst.Not: "not", cst.Minus: "-", cst.Plus: "+",
    cst.BitInvert: "~", cst.Equal: "==", cst.NotEqual: "!=", cst.LessThan: "<", cst.LessThanEqual: "<=",
    cst.GreaterThan: ">", cst.GreaterThanEqual: ">=", cst.In: "in", cst.NotIn: "not in", cst.Is: "is",
    cst.IsNot: "is not", cst.AddAssign: "+", cst.SubtractAssign: "-", cst.MultiplyAssign: "*", cst.DivideAssign: "/",
    cst.FloorDivideAssign: "//", cst.ModuloAssign: "%", cst.PowerAssign: "**", cst.BitOrAssign: "|",
    cst.BitAndAssign: "&", cst.BitXorAssign: "^", cst.LeftShiftAssign: "<<", cst.RightShiftAssign: ">>",
    cst.MatrixMultiplyAssign: "@",
}  # fmt: skip
"""By kind of operator, how it is written; for `+=` and its kind without the `=`."""

_ASSOCIATIVE = frozenset({"+", "|", "&", "and", "or"})
_LONGEST_CHAIN = 150
_CONSTANTS = {"True": True, "False": False, "None": None}


def _name(walk: Lowering, node: cst.Name) -> code.Expr:
    word = node.value
    at = walk.cursor.take(word)
    if word in _CONSTANTS:
        return code.Lit(at, at + len(word), _CONSTANTS[word])
    if word in hints.ALEMBIC:
        walk.hints |= code.Hint.ALEMBIC
    return code.Name(at, word)


def _attribute(walk: Lowering, node: cst.Attribute) -> code.Expr:
    base = walk.expr(node.value)
    return code.Attr(walk.cursor.take(node.attr.value), base, node.attr.value)


def _call(walk: Lowering, node: cst.Call) -> code.Expr:
    func = walk.expr(node.func)
    at = walk.began
    walk.hints |= hints.of_call(func, len(node.args))
    walk.cursor.open("(")
    args = definitions.arguments(walk, node.args)
    return code.Call(at, walk.cursor.close(")"), func, args)


def _sequence(walk: Lowering, node: cst.Tuple | cst.List | cst.Set) -> code.Expr:
    kind = type(node).__name__.lower()
    if isinstance(node, cst.Tuple):
        items = tuple(_element(walk, element) for element in node.elements)
        at = start_of(items[0]) if items else walk.cursor.at
        return code.Seq(at, walk.cursor.at, kind, items)
    opening, closing = ("[", "]") if isinstance(node, cst.List) else ("{", "}")
    at = walk.cursor.open(opening) - 1
    items = tuple(_element(walk, element) for element in node.elements)
    return code.Seq(at, walk.cursor.close(closing), kind, items)


def _element(walk: Lowering, node: cst.BaseElement) -> code.Expr:
    value = walk.expr(node.value)
    return code.Star(start_of(value), value) if isinstance(node, cst.StarredElement) else value


def _dict(walk: Lowering, node: cst.Dict) -> code.Expr:
    at = walk.cursor.open("{") - 1
    items: list[tuple[code.Expr | None, code.Expr]] = []
    for element in node.elements:
        key = walk.expr(element.key) if isinstance(element, cst.DictElement) else None
        items.append((key, walk.expr(element.value)))
    return code.Map(at, walk.cursor.close("}"), tuple(items))


def _binary(walk: Lowering, node: cst.BinaryOperation | cst.BooleanOperation) -> code.Expr:
    # A chain of a thousand `+` leans left: walked with a loop, so that it costs no stack.
    chain: list[cst.BinaryOperation | cst.BooleanOperation] = [node]
    while isinstance(left := chain[-1].left, (cst.BinaryOperation, cst.BooleanOperation)):
        for _ in left.lpar:
            walk.cursor.open("(")
        chain.append(left)
    operands = [walk.expr(left)]
    operators: list[str] = []
    for link in reversed(chain):
        operators.append(OPERATORS[type(link.operator)])
        operands.append(walk.expr(link.right))
        for _ in link.rpar if link is not node else ():
            walk.cursor.close(")")
    return _tree(operands, operators)


def _tree(operands: list[code.Expr], operators: list[str]) -> code.Expr:
    """The operation of a chain. It must not nest as deep as it is long, since whoever reads it recurses."""
    if len(operators) > _LONGEST_CHAIN:
        if operators[0] not in _ASSOCIATIVE or len(set(operators)) > 1:
            return code.Opaque(start_of(operands[0]), start_of(operands[-1]))
        half = len(operands) // 2
        left, right = _tree(operands[:half], operators[1:half]), _tree(operands[half:], operators[half:])
        return code.Bin(start_of(left), operators[0], left, right)
    value = operands[0]
    for op, right in zip(operators, operands[1:], strict=True):
        value = code.Bin(start_of(value), op, value, right)
    return value


def _unary(walk: Lowering, node: cst.UnaryOperation) -> code.Expr:
    operand = walk.expr(node.expression)
    op = OPERATORS[type(node.operator)]
    if op == "-" and isinstance(operand, code.Lit) and type(operand.value) in (int, float):
        return code.Lit(operand.at, operand.end, -(operand.value or 0))
    return code.Un(start_of(operand), op, operand)


def _comparison(walk: Lowering, node: cst.Comparison) -> code.Expr:
    left = walk.expr(node.left)
    pairs = tuple((OPERATORS[type(c.operator)], walk.expr(c.comparator)) for c in node.comparisons)
    return code.Cmp(start_of(left), left, pairs)


def _if_exp(walk: Lowering, node: cst.IfExp) -> code.Expr:
    body = walk.expr(node.body)
    test = walk.expr(node.test)
    return code.IfExp(start_of(body), test, body, walk.expr(node.orelse))


def _subscript(walk: Lowering, node: cst.Subscript) -> code.Expr:
    base = walk.expr(node.value)
    at = walk.began
    opening = walk.cursor.open("[")
    items: list[code.Expr] = []
    for element in node.slice:
        part = element.slice
        if isinstance(part, cst.Index):
            items.append(walk.expr(part.value))
        elif isinstance(part, cst.Slice):
            bounds = (part.lower, part.upper, part.step)
            items.append(code.Slice(*(None if bound is None else walk.expr(bound) for bound in bounds)))
    end = walk.cursor.close("]")
    index = items[0] if len(items) == 1 else code.Seq(opening, end, "tuple", tuple(items))
    return code.Sub(at, end, base, index)


def _lambda(walk: Lowering, node: cst.Lambda) -> code.Expr:
    at = walk.cursor.at
    parameters = definitions.params(walk, node.params)
    return code.Lambda(at, parameters, walk.expr(node.body))


def _comp(walk: Lowering, node: cst.ListComp | cst.SetComp) -> code.Expr:
    kind, opening, closing = ("list", "[", "]") if isinstance(node, cst.ListComp) else ("set", "{", "}")
    at = walk.cursor.open(opening) - 1
    value = walk.expr(node.elt)
    gens = _gens(walk, node.for_in)
    return code.Comp(at, walk.cursor.close(closing), kind, value, gens)


def _generator(walk: Lowering, node: cst.GeneratorExp) -> code.Expr:
    value = walk.expr(node.elt)
    gens = _gens(walk, node.for_in)
    return code.Comp(start_of(value), walk.cursor.at, "generator", value, gens)


def _dict_comp(walk: Lowering, node: cst.DictComp) -> code.Expr:
    at = walk.cursor.open("{") - 1
    key = walk.expr(node.key)
    value = walk.expr(node.value)
    gens = _gens(walk, node.for_in)
    return code.Comp(at, walk.cursor.close("}"), "dict", value, gens, key)


def _gens(walk: Lowering, node: cst.CompFor | None) -> tuple[code.Gen, ...]:
    out: list[code.Gen] = []
    while node is not None:
        target = walk.expr(node.target)
        iterable = walk.expr(node.iter)
        ifs = tuple(walk.expr(condition.test) for condition in node.ifs)
        out.append(code.Gen(target, iterable, ifs, node.asynchronous is not None))
        node = node.inner_for_in
    return tuple(out)


def _await(walk: Lowering, node: cst.Await) -> code.Expr:
    value = walk.expr(node.expression)
    return code.Await(start_of(value), value)


def _yield(walk: Lowering, node: cst.Yield) -> code.Expr:
    at = walk.cursor.at
    if node.value is None:
        return code.Yield(at)
    if isinstance(node.value, cst.From):
        value = walk.expr(node.value.item)
        return code.Yield(start_of(value), value, is_from=True)
    value = walk.expr(node.value)
    return code.Yield(start_of(value), value)


def _walrus(walk: Lowering, node: cst.NamedExpr) -> code.Expr:
    target = walk.expr(node.target)
    return code.Walrus(start_of(target), target, walk.expr(node.value))


def _starred(walk: Lowering, node: cst.StarredElement) -> code.Expr:
    return _element(walk, node)


def _ellipsis(walk: Lowering, node: cst.Ellipsis) -> code.Expr:
    del node
    end = walk.cursor.open("...")
    return code.Opaque(end - 3, end)


# libcst's own table of node classes guarantees that each function gets the class that it is listed under.
EXPRESSIONS: dict[type[cst.CSTNode], Callable[[Lowering, Any], code.Expr]] = {
    cst.Name: _name, cst.Attribute: _attribute, cst.Call: _call, cst.Integer: literals.number,
    cst.Float: literals.number, cst.Imaginary: literals.number, cst.SimpleString: literals.string,
    cst.ConcatenatedString: literals.joined, cst.FormattedString: literals.joined, cst.Tuple: _sequence,
    cst.List: _sequence, cst.Set: _sequence, cst.Dict: _dict, cst.BinaryOperation: _binary,
    cst.BooleanOperation: _binary, cst.UnaryOperation: _unary, cst.Comparison: _comparison, cst.IfExp: _if_exp,
    cst.Subscript: _subscript, cst.Lambda: _lambda, cst.ListComp: _comp, cst.SetComp: _comp,
    cst.GeneratorExp: _generator, cst.DictComp: _dict_comp, cst.Await: _await, cst.Yield: _yield,
    cst.NamedExpr: _walrus, cst.StarredElement: _starred, cst.Ellipsis: _ellipsis,
}  # fmt: skip
"""By kind of expression, what lowers it."""
