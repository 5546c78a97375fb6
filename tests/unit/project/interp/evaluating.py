"""Modules run by the interpreter, their values shown as plain Python objects."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from persistlint.project.interp import values
from persistlint.project.interp.machine import Machine
from persistlint.project.interp.modules import Modules

from ..reading import facts_of


class Ran:
    """A project whose module `main` has run; `ran["name"]` is what a name of it stands for."""

    def __init__(self, files: Mapping[str, str], main: str) -> None:
        facts = facts_of({path: textwrap.dedent(text) for path, text in files.items()})
        self.machine = Machine(Modules(frozenset(facts), facts.get))
        module = self.machine.modules.at(main)
        assert module is not None
        self.module = module
        self.machine.run_module(module)

    def value(self, name: str) -> values.Value | None:
        """The value of a name, None for a name that is not bound."""
        return self.machine.lookup(self.module, name)

    def __getitem__(self, name: str) -> object:
        return shown(self.value(name))


def run(source: str | Mapping[str, str], main: str = "main.py") -> Ran:
    """A module, or the module `main` of several files, run."""
    return Ran({main: source} if isinstance(source, str) else source, main)


def shown(value: values.Value | None) -> object:
    """A value as a plain object: `?` for an unknown one, `<name>` for something outside the project."""
    match value:
        case None:
            return "unbound"
        case values.Const(value=constant):
            return constant
        case values.Text(parts=parts):
            return "".join(part.text if isinstance(part, values.Chunk) else "{" + part.source + "}" for part in parts)
        case values.Items(kind=kind, items=items, open=open_):
            found = [shown(item) for item in items] + (["…"] if open_ else [])
            return tuple(found) if kind == "tuple" else found
        case values.Mapping(entries=entries, open=open_):
            return {str(shown(key)): shown(one) for key, one in entries} | ({"…": "…"} if open_ else {})
        case values.Choice(options=options):
            return {"one of": sorted(str(shown(option)) for option in options)}
        case values.External(name=name):
            return f"<{name}>"
        case values.Made(func=func, args=args):
            return f"{shown(func)}({', '.join(str(shown(arg)) for arg in args)})"
        case values.Attribute(base=base, name=name):
            return f"{shown(base)}.{name}"
        case values.Class(name=name):
            return f"class {name}"
        case values.Function(qualname=qualname):
            return f"def {qualname}"
        case values.Instance(cls=cls):
            return f"a {cls.name}"
        case values.Member(cls=cls, name=name):
            return f"{cls.name}.{name}"
        case values.ModuleRef(module=module):
            return f"module {module.name}"
        case values.Operation(op=op):
            return f"({op})"
        case _:
            return "?"
