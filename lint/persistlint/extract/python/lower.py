"""libcst tree to program facts, in one walk in source order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import libcst as cst
import msgspec

from persistlint.extract.python import hints
from persistlint.extract.python.strings import cooked, literal_parts
from persistlint.extract.python.tokens import Cursor
from persistlint.facts import code

_OPERATORS: dict[type[cst.CSTNode], str] = {
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

_COMPREHENSIONS: dict[type[cst.CSTNode], tuple[str, str, str]] = {
    cst.ListComp: ("list", "[", "]"),
    cst.SetComp: ("set", "{", "}"),
    cst.GeneratorExp: ("generator", "", ""),
}

_CONSTANTS = {"True": True, "False": False, "None": None}
_LARGEST = 2**63
_ENCODER = msgspec.msgpack.Encoder()


class Lowering:
    """Lowers one module; `bodies` and `hints` grow as functions are met."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._cursor = Cursor(text)
        self.comments = self._cursor.comments
        self.bodies: list[bytes] = []
        self.hints = code.Hint.NONE

    # -- statements ------------------------------------------------------------------------------------------------

    def block(self, body: Sequence[cst.CSTNode]) -> code.Block:
        out: list[code.Stmt] = []
        for node in body:
            if type(node) is cst.SimpleStatementLine:
                for small in node.body:
                    self._statement(small, out)
            else:
                self._statement(node, out)
        return tuple(out)

    def _suite(self, node: cst.BaseSuite) -> code.Block:
        return self.block(node.body)

    def _statement(self, node: cst.CSTNode, out: list[code.Stmt]) -> None:
        lower = _STATEMENTS.get(type(node))
        if lower is not None:
            out.append(lower(self, node))

    def _assign(self, node: cst.Assign) -> code.Stmt:
        targets = tuple(self.expr(target.target) for target in node.targets)
        return code.Assign(start_of(targets[0]), targets, self.expr(node.value))

    def _ann_assign(self, node: cst.AnnAssign) -> code.Stmt:
        target = self.expr(node.target)
        annotation = self._annotation(node.annotation)
        value = None if node.value is None else self.expr(node.value)
        return code.AnnAssign(start_of(target), target, annotation, value)

    def _annotation(self, node: cst.Annotation) -> code.Expr:
        return self.expr(node.annotation)

    def _aug_assign(self, node: cst.AugAssign) -> code.Stmt:
        target = self.expr(node.target)
        return code.AugAssign(start_of(target), target, _OPERATORS[type(node.operator)], self.expr(node.value))

    def _eval(self, node: cst.Expr) -> code.Stmt:
        value = self.expr(node.value)
        return code.Eval(start_of(value), value)

    def _if(self, node: cst.If) -> code.Stmt:
        test = self.expr(node.test)
        body = self._suite(node.body)
        return code.If(start_of(test), test, body, self._orelse(node.orelse))

    def _orelse(self, node: cst.If | cst.Else | None) -> code.Block:
        if node is None:
            return ()
        if isinstance(node, cst.If):
            return (self._if(node),)
        return self._suite(node.body)

    def _for(self, node: cst.For) -> code.Stmt:
        target = self.expr(node.target)
        iterable = self.expr(node.iter)
        body = self._suite(node.body)
        orelse = self._orelse(node.orelse)
        return code.For(start_of(target), target, iterable, body, orelse, node.asynchronous is not None)

    def _while(self, node: cst.While) -> code.Stmt:
        test = self.expr(node.test)
        body = self._suite(node.body)
        return code.While(start_of(test), test, body, self._orelse(node.orelse))

    def _try(self, node: cst.Try | cst.TryStar) -> code.Stmt:
        at = self._cursor.at
        body = self._suite(node.body)
        handlers: list[code.Handler] = []
        for handler in node.handlers:
            caught = None if handler.type is None else self.expr(handler.type)
            name = None
            if handler.name is not None and isinstance(handler.name.name, cst.Name):
                name = handler.name.name.value
                self._cursor.take(name)
            here = self._cursor.at if caught is None else start_of(caught)
            handlers.append(code.Handler(here, caught, name, self._suite(handler.body)))
        orelse = self._orelse(node.orelse)
        final = () if node.finalbody is None else self._suite(node.finalbody.body)
        return code.Try(at, body, tuple(handlers), orelse, final)

    def _with(self, node: cst.With) -> code.Stmt:
        items: list[tuple[code.Expr, code.Expr | None]] = []
        for item in node.items:
            value = self.expr(item.item)
            items.append((value, None if item.asname is None else self.expr(item.asname.name)))
        at = start_of(items[0][0]) if items else self._cursor.at
        return code.With(at, tuple(items), self._suite(node.body), node.asynchronous is not None)

    def _match(self, node: cst.Match) -> code.Stmt:
        subject = self.expr(node.subject)
        cases: list[code.Case] = []
        for case in node.cases:
            names = _pattern_names(case.pattern)
            guard = None if case.guard is None else self.expr(case.guard)
            cases.append(code.Case(self._cursor.at, names, guard, self._suite(case.body)))
        return code.Match(start_of(subject), subject, tuple(cases))

    def _function(self, node: cst.FunctionDef) -> code.Stmt:
        decorators = self._decorators(node.decorators)
        at = self._cursor.take(node.name.value)
        params = self._params(node.params)
        returns = None if node.returns is None else self._annotation(node.returns)
        outer = self.hints
        self.hints = code.Hint.NONE
        body = self._suite(node.body)
        inner = self.hints
        self.hints = outer | inner
        self.bodies.append(_ENCODER.encode(body))
        return code.FuncDef(
            at, self._cursor.at, node.name.value, params, len(self.bodies) - 1, int(inner), decorators, returns,
            node.asynchronous is not None,
        )  # fmt: skip

    def _decorators(self, nodes: Sequence[cst.Decorator]) -> tuple[code.Expr, ...]:
        return tuple(self.expr(node.decorator) for node in nodes)

    def _params(self, node: cst.Parameters) -> tuple[code.Param, ...]:
        out = [self._param(param, "p") for param in node.posonly_params]
        out += [self._param(param, "a") for param in node.params]
        if isinstance(node.star_arg, cst.Param):
            out.append(self._param(node.star_arg, "*"))
        out += [self._param(param, "k") for param in node.kwonly_params]
        if node.star_kwarg is not None:
            out.append(self._param(node.star_kwarg, "**"))
        return tuple(out)

    def _param(self, node: cst.Param, kind: str) -> code.Param:
        at = self._cursor.take(node.name.value)
        annotation = None if node.annotation is None else self._annotation(node.annotation)
        default = None if node.default is None else self.expr(node.default)
        return code.Param(at, node.name.value, kind, annotation, default)

    def _class(self, node: cst.ClassDef) -> code.Stmt:
        decorators = self._decorators(node.decorators)
        at = self._cursor.take(node.name.value)
        args = self._args((*node.bases, *node.keywords))
        body = self._suite(node.body)
        return code.ClassDef(at, self._cursor.at, node.name.value, args, body, decorators)

    def _return(self, node: cst.Return) -> code.Stmt:
        at = self._cursor.at
        value = None if node.value is None else self.expr(node.value)
        return code.Return(at if value is None else start_of(value), value)

    def _raise(self, node: cst.Raise) -> code.Stmt:
        at = self._cursor.at
        value = None if node.exc is None else self.expr(node.exc)
        cause = None if node.cause is None else self.expr(node.cause.item)
        return code.Raise(at if value is None else start_of(value), value, cause)

    def _assert(self, node: cst.Assert) -> code.Stmt:
        test = self.expr(node.test)
        if node.msg is not None:
            self.expr(node.msg)
        return code.Assert(start_of(test), test)

    def _del(self, node: cst.Del) -> code.Stmt:
        target = self.expr(node.target)
        targets = target.items if isinstance(target, code.Seq) else (target,)
        return code.Del(start_of(target), targets)

    def _scope(self, node: cst.Global | cst.Nonlocal) -> code.Stmt:
        names = tuple(item.name.value for item in node.names)
        at = [self._cursor.take(name) for name in names]
        return code.Scope(at[0], names, isinstance(node, cst.Global))

    def _import(self, node: cst.Import) -> code.Stmt:
        at = self._cursor.at
        names: list[code.Alias] = []
        for alias in node.names:
            here, name = self._dotted(alias.name)
            at = here if not names else at
            names.append(code.Alias(name, self._asname(alias) or name.split(".")[0]))
        return code.Import(at, tuple(names))

    def _import_from(self, node: cst.ImportFrom) -> code.Stmt:
        at, module = (self._cursor.at, "") if node.module is None else self._dotted(node.module)
        names: list[code.Alias] = []
        if isinstance(node.names, cst.ImportStar):
            names.append(code.Alias("*", "*"))
        else:
            for alias in node.names:
                _, name = self._dotted(alias.name)
                names.append(code.Alias(name, self._asname(alias) or name))
        return code.ImportFrom(at, module, len(node.relative), tuple(names))

    def _asname(self, alias: cst.ImportAlias) -> str | None:
        if alias.asname is None or not isinstance(alias.asname.name, cst.Name):
            return None
        self._cursor.take(alias.asname.name.value)
        return alias.asname.name.value

    def _dotted(self, node: cst.Attribute | cst.Name) -> tuple[int, str]:
        if isinstance(node, cst.Name):
            return self._cursor.take(node.value), node.value
        base = node.value
        at, left = self._dotted(base) if isinstance(base, (cst.Attribute, cst.Name)) else (self._cursor.at, "")
        self._cursor.take(node.attr.value)
        return at, f"{left}.{node.attr.value}"

    def _jump(self, node: cst.CSTNode) -> code.Stmt:
        return code.Jump(self._cursor.at, type(node).__name__.lower())

    # -- expressions -----------------------------------------------------------------------------------------------

    def expr(self, node: cst.CSTNode) -> code.Expr:
        lower = _EXPRESSIONS.get(type(node))
        if lower is None:
            return code.Opaque(self._cursor.at, self._cursor.at)
        value = lower(self, node)
        for _ in getattr(node, "rpar", ()):
            self._cursor.close(")")
        return value

    def _name(self, node: cst.Name) -> code.Expr:
        word = node.value
        at = self._cursor.take(word)
        if word in _CONSTANTS:
            return code.Lit(at, at + len(word), _CONSTANTS[word])
        if word in hints.ALEMBIC:
            self.hints |= code.Hint.ALEMBIC
        return code.Name(at, word)

    def _attribute(self, node: cst.Attribute) -> code.Expr:
        base = self.expr(node.value)
        return code.Attr(self._cursor.take(node.attr.value), base, node.attr.value)

    def _call(self, node: cst.Call) -> code.Expr:
        func = self.expr(node.func)
        self.hints |= hints.of_call(func)
        self._cursor.close("(")
        args = self._args(node.args)
        return code.Call(start_of(func), self._cursor.close(")"), func, args)

    def _args(self, nodes: Sequence[cst.Arg]) -> tuple[code.Arg, ...]:
        out: list[code.Arg] = []
        for node in nodes:
            name = None
            if node.keyword is not None:
                name = node.keyword.value
                self._cursor.take(name)
            out.append(code.Arg(self.expr(node.value), name, len(node.star)))
        return tuple(out)

    def _number(self, node: cst.Integer | cst.Float | cst.Imaginary) -> code.Expr:
        at = self._cursor.take(node.value)
        end = self._cursor.at
        if isinstance(node, cst.Imaginary):
            return code.Opaque(at, end)
        value = node.evaluated_value
        if isinstance(value, int) and not -_LARGEST <= value < _LARGEST:
            return code.Opaque(at, end)
        return code.Lit(at, end, value)

    def _string(self, node: cst.SimpleString) -> code.Expr:
        at = self._cursor.take(node.value)
        end = self._cursor.at
        prefix, quote, body = literal_parts(node.value)
        if "b" in prefix:
            return code.Opaque(at, end)
        return self._text_part(at, end, at + len(prefix) + len(quote), body, prefix)

    def _text_part(self, at: int, end: int, body_at: int, body: str, prefix: str) -> code.Str:
        value = cooked(body, prefix)
        if "\\" in body and any("\ud800" <= mark <= "\udfff" for mark in value):
            value = body  # lone surrogates are text in Python, but in no encoding of it
        self.hints |= hints.of_text(value)
        return code.Str(at, end, body_at, value, "" if value == body else body)

    def _joined(self, node: cst.ConcatenatedString | cst.FormattedString) -> code.Expr:
        parts: list[code.Str | code.Fmt] = []
        opaque = self._flatten(node, parts)
        at = parts[0].at if parts else self._cursor.at
        end = self._cursor.at
        if opaque:
            return code.Opaque(at, end)
        if len(parts) == 1 and isinstance(parts[0], code.Str):
            return parts[0]
        return code.Join(at, end, tuple(parts))

    def _flatten(self, node: cst.CSTNode, parts: list[code.Str | code.Fmt]) -> bool:
        """Whether a part is outside the vocabulary (bytes, a template string)."""
        if isinstance(node, cst.ConcatenatedString):
            left = self._flatten(node.left, parts)
            return self._flatten(node.right, parts) or left
        if isinstance(node, cst.FormattedString):
            self._formatted(node, parts)
            return False
        lowered = self.expr(node)
        if not isinstance(lowered, code.Str):
            return True
        parts.append(lowered)
        return False

    def _formatted(self, node: cst.FormattedString, parts: list[code.Str | code.Fmt]) -> None:
        at = self._cursor.take_prefix(node.start)
        offset = at + len(node.start)
        prefix = node.prefix.lower()
        outer = self._cursor
        count = len(parts)
        for part in node.parts:
            if isinstance(part, cst.FormattedStringText):
                body = part.value
                end = offset + len(body)
                text = self._text_part(offset, end, offset, body.replace("{{", "{").replace("}}", "}"), prefix)
                parts.append(text if "{{" not in body and "}}" not in body else msgspec.structs.replace(text, raw=body))
                offset = end
            elif isinstance(part, cst.FormattedStringExpression):
                close = _field_end(self._text, offset)
                self._cursor = Cursor(self._text, offset + 1, close)
                value = self.expr(part.expression)
                spec = None if part.format_spec is None else _spec_text(part.format_spec)
                parts.append(code.Fmt(offset, close + 1, value, part.conversion, spec))
                offset = close + 1
        self._cursor = outer
        outer.move_to(offset)
        if len(parts) == count:
            parts.append(code.Str(at, offset + 1, offset, ""))

    def _sequence(self, node: cst.Tuple | cst.List | cst.Set) -> code.Expr:
        kind = type(node).__name__.lower()
        if isinstance(node, cst.Tuple):
            items = tuple(self._element(element) for element in node.elements)
            at = start_of(items[0]) if items else self._cursor.at
            return code.Seq(at, self._cursor.at, kind, items)
        opening, closing = ("[", "]") if isinstance(node, cst.List) else ("{", "}")
        at = self._cursor.close(opening) - 1
        items = tuple(self._element(element) for element in node.elements)
        return code.Seq(at, self._cursor.close(closing), kind, items)

    def _element(self, node: cst.BaseElement) -> code.Expr:
        value = self.expr(node.value)
        return code.Star(start_of(value), value) if isinstance(node, cst.StarredElement) else value

    def _dict(self, node: cst.Dict) -> code.Expr:
        at = self._cursor.close("{") - 1
        items: list[tuple[code.Expr | None, code.Expr]] = []
        for element in node.elements:
            key = self.expr(element.key) if isinstance(element, cst.DictElement) else None
            items.append((key, self.expr(element.value)))
        return code.Map(at, self._cursor.close("}"), tuple(items))

    def _binary(self, node: cst.BinaryOperation | cst.BooleanOperation) -> code.Expr:
        # A chain of a thousand `+` leans left: walked with a loop, so that it costs no stack.
        chain: list[cst.BinaryOperation | cst.BooleanOperation] = []
        left: cst.CSTNode = node
        while isinstance(left, (cst.BinaryOperation, cst.BooleanOperation)):
            chain.append(left)
            left = left.left
        value = self.expr(left)
        for link in reversed(chain):
            value = code.Bin(start_of(value), _OPERATORS[type(link.operator)], value, self.expr(link.right))
        return value

    def _unary(self, node: cst.UnaryOperation) -> code.Expr:
        operand = self.expr(node.expression)
        op = _OPERATORS[type(node.operator)]
        if op == "-" and isinstance(operand, code.Lit) and type(operand.value) in (int, float):
            return code.Lit(operand.at, operand.end, -cast("int", operand.value))
        return code.Un(start_of(operand), op, operand)

    def _comparison(self, node: cst.Comparison) -> code.Expr:
        left = self.expr(node.left)
        pairs = tuple((_OPERATORS[type(c.operator)], self.expr(c.comparator)) for c in node.comparisons)
        return code.Cmp(start_of(left), left, pairs)

    def _if_exp(self, node: cst.IfExp) -> code.Expr:
        body = self.expr(node.body)
        test = self.expr(node.test)
        return code.IfExp(start_of(body), test, body, self.expr(node.orelse))

    def _subscript(self, node: cst.Subscript) -> code.Expr:
        base = self.expr(node.value)
        items: list[code.Expr] = []
        for element in node.slice:
            part = element.slice
            if isinstance(part, cst.Index):
                items.append(self.expr(part.value))
            else:
                bounds = (part.lower, part.upper, part.step)
                items.append(code.Slice(*(None if bound is None else self.expr(bound) for bound in bounds)))
        at = start_of(base)
        end = self._cursor.close("]")
        index = items[0] if len(items) == 1 else code.Seq(start_of(items[0]), end, "tuple", tuple(items))
        return code.Sub(at, end, base, index)

    def _lambda(self, node: cst.Lambda) -> code.Expr:
        at = self._cursor.at
        params = self._params(node.params)
        return code.Lambda(at, params, self.expr(node.body))

    def _comp(self, node: cst.ListComp | cst.SetComp | cst.GeneratorExp) -> code.Expr:
        kind, opening, closing = _COMPREHENSIONS[type(node)]
        if opening:
            self._cursor.close(opening)
        value = self.expr(node.elt)
        gens = self._gens(node.for_in)
        if closing:
            self._cursor.close(closing)
        return code.Comp(start_of(value), self._cursor.at, kind, value, gens)

    def _dict_comp(self, node: cst.DictComp) -> code.Expr:
        self._cursor.close("{")
        key = self.expr(node.key)
        value = self.expr(node.value)
        gens = self._gens(node.for_in)
        return code.Comp(start_of(key), self._cursor.close("}"), "dict", value, gens, key)

    def _gens(self, node: cst.CompFor | None) -> tuple[code.Gen, ...]:
        out: list[code.Gen] = []
        while node is not None:
            target = self.expr(node.target)
            iterable = self.expr(node.iter)
            ifs = tuple(self.expr(condition.test) for condition in node.ifs)
            out.append(code.Gen(target, iterable, ifs, node.asynchronous is not None))
            node = node.inner_for_in
        return tuple(out)

    def _await(self, node: cst.Await) -> code.Expr:
        value = self.expr(node.expression)
        return code.Await(start_of(value), value)

    def _yield(self, node: cst.Yield) -> code.Expr:
        at = self._cursor.at
        if node.value is None:
            return code.Yield(at)
        if isinstance(node.value, cst.From):
            value = self.expr(node.value.item)
            return code.Yield(start_of(value), value, is_from=True)
        value = self.expr(node.value)
        return code.Yield(start_of(value), value)

    def _walrus(self, node: cst.NamedExpr) -> code.Expr:
        target = self.expr(node.target)
        return code.Walrus(start_of(target), target, self.expr(node.value))

    def _starred(self, node: cst.StarredElement) -> code.Expr:
        return self._element(node)


def start_of(node: code.Expr) -> int:
    """The offset at which an expression begins."""
    while isinstance(node, code.Attr):
        node = node.base
    if isinstance(node, code.Slice):
        return start_of(node.lower) if node.lower is not None else 0
    return node.at


def _pattern_names(pattern: cst.CSTNode) -> tuple[str, ...]:
    names: list[str] = []
    stack: list[cst.CSTNode] = [pattern]
    while stack:
        node = stack.pop()
        if isinstance(node, (cst.MatchAs, cst.MatchStar)) and node.name is not None:
            names.append(node.name.value)
        elif isinstance(node, cst.MatchMapping) and node.rest is not None:
            names.append(node.rest.value)
        stack.extend(node.children)
    return tuple(sorted(names))


def _field_end(text: str, start: int) -> int:
    """The offset of the `}` that ends the replacement field which begins at `start`."""
    depth = 0
    quote = ""
    index = start
    while index < len(text):
        mark = text[index]
        if quote:
            if text.startswith(quote, index):
                index += len(quote) - 1
                quote = ""
        elif mark in "\"'":
            quote = mark * 3 if text.startswith(mark * 3, index) else mark
            index += len(quote) - 1
        elif mark in "{[(":
            depth += 1
        elif mark in "}])":
            depth -= 1
            if depth == 0:
                return index
        index += 1
    return len(text) - 1


def _spec_text(parts: Sequence[cst.BaseFormattedStringContent]) -> str:
    return "".join(part.value if isinstance(part, cst.FormattedStringText) else "{}" for part in parts)


_Lower = Callable[[Lowering, Any], code.Stmt]
_LowerExpr = Callable[[Lowering, Any], code.Expr]

# ruff: noqa: SLF001
_STATEMENTS: dict[type[cst.CSTNode], _Lower] = {
    cst.Assign: Lowering._assign, cst.AnnAssign: Lowering._ann_assign, cst.AugAssign: Lowering._aug_assign,
    cst.Expr: Lowering._eval, cst.If: Lowering._if, cst.For: Lowering._for, cst.While: Lowering._while,
    cst.Try: Lowering._try, cst.TryStar: Lowering._try, cst.With: Lowering._with, cst.Match: Lowering._match,
    cst.FunctionDef: Lowering._function, cst.ClassDef: Lowering._class, cst.Return: Lowering._return,
    cst.Raise: Lowering._raise, cst.Assert: Lowering._assert, cst.Del: Lowering._del, cst.Global: Lowering._scope,
    cst.Nonlocal: Lowering._scope, cst.Import: Lowering._import, cst.ImportFrom: Lowering._import_from,
    cst.Pass: Lowering._jump, cst.Break: Lowering._jump, cst.Continue: Lowering._jump,
}  # fmt: skip

_EXPRESSIONS: dict[type[cst.CSTNode], _LowerExpr] = {
    cst.Name: Lowering._name, cst.Attribute: Lowering._attribute, cst.Call: Lowering._call,
    cst.Integer: Lowering._number, cst.Float: Lowering._number, cst.Imaginary: Lowering._number,
    cst.SimpleString: Lowering._string, cst.ConcatenatedString: Lowering._joined,
    cst.FormattedString: Lowering._joined, cst.Tuple: Lowering._sequence, cst.List: Lowering._sequence,
    cst.Set: Lowering._sequence, cst.Dict: Lowering._dict, cst.BinaryOperation: Lowering._binary,
    cst.BooleanOperation: Lowering._binary, cst.UnaryOperation: Lowering._unary,
    cst.Comparison: Lowering._comparison, cst.IfExp: Lowering._if_exp, cst.Subscript: Lowering._subscript,
    cst.Lambda: Lowering._lambda, cst.ListComp: Lowering._comp, cst.SetComp: Lowering._comp,
    cst.GeneratorExp: Lowering._comp, cst.DictComp: Lowering._dict_comp, cst.Await: Lowering._await,
    cst.Yield: Lowering._yield, cst.NamedExpr: Lowering._walrus, cst.StarredElement: Lowering._starred,
}  # fmt: skip
