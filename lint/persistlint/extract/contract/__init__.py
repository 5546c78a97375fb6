"""Contract documents to facts. The only home of markdown-it-py, which is imported when a document is read."""

from __future__ import annotations

from persistlint.extract.contract.ddl import Parse
from persistlint.facts.contract import ContractFacts, Role

__all__ = ["Parse", "extract_contract"]


def extract_contract(path: str, text: str, roles: frozenset[Role], parse: Parse) -> ContractFacts:
    """The facts of one document. `parse` reads SQL.

    Pure: any text at all gives facts; what cannot be read is in their `problems`, each at its place.
    """
    from persistlint.extract.contract.document import read

    return read(path, text, roles, parse)
