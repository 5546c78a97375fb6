from __future__ import annotations

from collections.abc import Iterator

from persistlint.sdk import Artifact, Contract, Finding, Label, Name, Project, Role, Severity, did_you_mean, rule


@rule(severity=Severity.ERROR, since="0.1", needs_contract=True)
def unknown_artifact(project: Project) -> Iterator[Finding]:
    """A source artifact that the inventory does not list, or a path that the project does not have."""
    contract = project.contract
    listed = {artifact.id.text.upper(): artifact for artifact in reversed(contract.artifacts)}
    for artifact in contract.artifacts:
        if artifact.path is not None and artifact.path.text in contract.missing_paths:
            yield _no_path(artifact.path)
    for row in contract.rows:
        for use in row.artifacts:
            known = listed.get(use.id.text.upper()) if use.id is not None else None
            if use.id is not None and known is None and _inventory_says_all(contract):
                yield _no_id(use.id, listed)
            elif use.path is not None and use.path.text in contract.missing_paths:
                yield _no_path(use.path)
            elif use.path is not None and known is not None:
                yield from _other_path(contract, use.path, known)


def _inventory_says_all(contract: Contract) -> bool:
    return bool(contract.artifacts) and contract.complete(Role.INVENTORY)


def _no_id(id_: Name, listed: dict[str, Artifact]) -> Finding:
    return Finding(
        f"artifact `{id_.text}` is not in the inventory{did_you_mean(id_.text.upper(), listed)}",
        at=id_.span,
        help=f"add `{id_.text}` to the inventory, or name an artifact that it lists",
        data={"object": id_.text},
    )


def _no_path(path: Name) -> Finding:
    return Finding(
        f"there is no `{path.text}` in the project",
        at=path.span,
        help="write the path from the root of the project",
        data={"object": path.text},
    )


def _other_path(contract: Contract, path: Name, known: Artifact) -> Iterator[Finding]:
    if known.path is None or known.path.text == path.text or known.path.text in contract.missing_paths:
        return
    yield Finding(
        f"artifact `{known.id.text}` is `{path.text}` here and `{known.path.text}` in the inventory",
        at=path.span,
        related=(Label(known.path.span, "the inventory's path"),),
        help="write the same path in both documents",
        data={"object": known.id.text, "expected": known.path.text, "actual": path.text},
    )
