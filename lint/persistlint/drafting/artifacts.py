"""The source artifacts of a draft, with their ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from persistlint.drafting.draft import Draft
from persistlint.drafting.numbers import with_ids
from persistlint.drafting.words import sentence


@dataclass(frozen=True, slots=True)
class Artifacts:
    """`ids` by path, of the inventory's and of new ones; `roles` say what each path of the draft is."""

    ids: Mapping[str, str]
    roles: Mapping[str, str]


def artifacts(draft: Draft, listed: Mapping[str, str], *, open_: bool) -> Artifacts:
    """`listed` are the ids of an inventory by path. Where it is not `open_`, it gets no new ones."""
    said: dict[str, dict[str, None]] = {}
    for unit in draft.units:
        for source in unit.sources:
            said.setdefault(source.path, {})[source.role] = None
    roles = {path: sentence(", ".join(roles)) for path, roles in said.items()}
    return Artifacts(with_ids(list(roles), listed) if open_ else listed, roles)
