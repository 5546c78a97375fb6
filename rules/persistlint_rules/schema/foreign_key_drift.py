from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Finding, ForeignKeyFact, Fresh, Project, Severity, rule
from persistlint_rules.schema._shared.pairs import Pair, pairs
from persistlint_rules.schema._shared.words import declared, listed, lower, place


@rule(severity=Severity.ERROR, since="0.1", needs_contract=True)
def foreign_key_drift(project: Project) -> Iterator[Finding]:
    """A foreign key that the code lacks, or has with another target or action than the contract."""
    for pair in pairs(project):
        wanted = [key for key in pair.declared.foreign_keys if pair.has(key.columns)]
        own = [key for key in pair.code.foreign_keys if pair.has(key.columns)]
        for one in tuple(wanted):
            same = next((key for key in own if _columns(key) == _columns(one) and not _aspect(project, one, key)), None)
            if same is not None:
                wanted.remove(one)
                own.remove(same)
        for one in wanted:
            near = next((key for key in own if _columns(key) == _columns(one)), None)
            if near is not None:
                own.remove(near)
            if (near is not None or pair.code.complete) and not _follows(project, one):
                aspect = _aspect(project, one, near) if near is not None else "foreign-key"
                yield _lost(pair, one, near, aspect)
        yield from (_surplus(pair, key) for key in own)


def _columns(key: ForeignKeyFact) -> frozenset[str]:
    return frozenset(lower(key.columns))


def _aspect(project: Project, wanted: ForeignKeyFact, own: ForeignKeyFact) -> str:
    """The first aspect in which two keys on the same columns differ; empty where they do not."""
    if wanted.table.lower() != own.table.lower():
        return "foreign-key"
    ends = _ends(project, wanted), _ends(project, own)
    if None not in ends and ends[0] != ends[1]:
        return "foreign-key"
    if _action(wanted.ondelete) != _action(own.ondelete):
        return "ondelete"
    return "onupdate" if _action(wanted.onupdate) != _action(own.onupdate) else ""


def _ends(project: Project, key: ForeignKeyFact) -> frozenset[tuple[str, str]] | None:
    """Which column refers to which; a key that names none refers to the other table's primary key."""
    references = key.references
    if not references:
        target = project.contract.named(key.table)
        others = (target, *project.named(key.table)) if target is not None else project.named(key.table)
        references = next((other.primary_key for other in others if other.primary_key), ())
    if len(references) != len(key.columns):
        return None
    return frozenset(zip(lower(key.columns), lower(references), strict=True))


def _action(action: str | None) -> str:
    return " ".join((action or "NO ACTION").upper().split())


def _follows(project: Project, wanted: ForeignKeyFact) -> bool:
    """Whether the code cannot have the key, because it lacks what the key refers to: another rule's finding."""
    fresh = Fresh(project)
    if not fresh.may_have(wanted.table):
        return True
    targets = fresh.named(wanted.table)
    return any(target.complete and target.column(name) is None for target in targets for name in wanted.references)


def _lost(pair: Pair, wanted: ForeignKeyFact, near: ForeignKeyFact | None, aspect: str) -> Finding:
    has = _shown(near) if near is not None else "nothing"
    return Finding(
        f"{listed(wanted.columns)} of table `{pair.declared.name}` refers to {has} in the code, "
        f"the contract says {_shown(wanted)}",
        at=near.span if near is not None else place(pair.code, wanted.columns),
        related=declared(wanted.span),
        help=f"make it refer to {_shown(wanted)}, or change the contract",
        data=_data(pair, wanted, near, aspect),
    )


def _surplus(pair: Pair, own: ForeignKeyFact) -> Finding:
    return Finding(
        f"{listed(own.columns)} of table `{pair.declared.name}` refers to {_shown(own)} in the code, "
        "the contract declares no such foreign key",
        at=own.span,
        related=declared(place(pair.declared, own.columns)),
        help="declare the foreign key in the contract, or remove it from the table",
        data=_data(pair, None, own, "foreign-key"),
    )


def _data(pair: Pair, wanted: ForeignKeyFact | None, own: ForeignKeyFact | None, aspect: str) -> dict[str, str | None]:
    columns = next(one.columns for one in (wanted, own) if one is not None)
    return {
        "table": pair.declared.name,
        "column": columns[0] if len(columns) == 1 else None,
        "object": ",".join(columns),
        "aspect": aspect,
        "expected": _shown(wanted).strip("`") if wanted is not None else None,
        "actual": _shown(own).strip("`") if own is not None else None,
    }


def _shown(key: ForeignKeyFact) -> str:
    target = f"{key.table}({', '.join(key.references)})" if key.references else key.table
    actions = (("DELETE", key.ondelete), ("UPDATE", key.onupdate))
    kept = "".join(f" ON {event} {_action(action)}" for event, action in actions if _action(action) != "NO ACTION")
    return f"`{target}{kept}`"
