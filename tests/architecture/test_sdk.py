"""The door for rules is public: what goes through it is written down here, and changes on purpose only."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

from persistlint import sdk

SNAPSHOT = Path(__file__).with_name("sdk.txt")


def described() -> str:
    lines: list[str] = []
    for name in sorted(sdk.__all__):
        value = getattr(sdk, name)
        lines.append(name)
        if dataclasses.is_dataclass(value):
            lines += [f"    {field.name}: {field.type}" for field in dataclasses.fields(value)]
        public = [member for member in sorted(vars(value)) if not member.startswith("_")]
        fields = {field.name for field in dataclasses.fields(value)} if dataclasses.is_dataclass(value) else set[str]()
        lines += [f"    {member}" for member in public if member not in fields]
    return "\n".join(lines) + "\n"


def test_the_sdk_is_what_the_snapshot_says() -> None:
    shape = described()
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOT.write_text(shape)

    assert shape == SNAPSHOT.read_text(), "run with UPDATE_SNAPSHOTS=1 when the change is meant"


def test_everything_in_it_is_documented() -> None:
    undocumented = [name for name in sdk.__all__ if not (getattr(sdk, name).__doc__ or "").strip()]

    assert undocumented == []
