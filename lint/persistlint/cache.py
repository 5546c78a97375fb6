"""Facts by content, kept between runs. Whatever cannot be read back is computed again; nothing in it is executed.

One container file a kind of fact, under `.persistlint_cache/` of the project: a header, a checksum, and a msgpack map
from keys to values that are decoded only when they are asked for. It is replaced as a whole, never changed in place,
so a run that is killed or that races another one leaves a file that is complete.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import msgspec

FOLDER = ".persistlint_cache"
_MAGIC = b"persistlint cache 1\n"
_DIGEST = 16
_KEEP_AT_LEAST = 8_000_000
"""Bytes of entries that no recent run used, kept for the branch that the user comes back to."""

_Entries = dict[bytes, tuple[int, bytes]]
"""Values by key, each with the time at which it was last written or used by a run that wrote."""
_DECODER = msgspec.msgpack.Decoder(_Entries)


class Cache:
    """Bytes by key in one container file. A missing, foreign, truncated or altered file is an empty one."""

    def __init__(self, folder: Path | None, name: str) -> None:
        """`folder` None is a cache that remembers nothing beyond this run."""
        self._file = None if folder is None else folder / name
        self._loaded: _Entries | None = None
        self._used: set[bytes] = set()
        self._new: dict[bytes, bytes] = {}

    @property
    def _entries(self) -> _Entries:
        # Read when it is first needed: a run that finds its whole project again needs no single file's facts.
        if self._loaded is None:
            self._loaded = {} if self._file is None else _load(self._file)
        return self._loaded

    def get(self, key: bytes) -> bytes | None:
        if key in self._new:
            return self._new[key]
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._used.add(key)
        return entry[1]

    def put(self, key: bytes, value: bytes) -> None:
        self._new[key] = value

    def save(self) -> None:
        """Write what is new, together with what another run has written meanwhile. Never raises for a bad disk."""
        if self._file is None or not self._new:
            return
        now = int(time.time())
        entries = _load(self._file)
        entries.update((key, (now, self._entries[key][1])) for key in self._used)
        entries.update((key, (now, value)) for key, value in self._new.items())
        try:
            _prepare(self._file.parent)
            _replace(self._file, _pack(_without_old(entries, now)))
        except OSError:
            return


def open_folder(root: Path) -> Path | None:
    """The cache folder of a project, None where it leads elsewhere: a repository may hold a link of that name."""
    folder = root / FOLDER
    return None if folder.is_symlink() else folder


def key(salt: bytes, *parts: bytes) -> bytes:
    """The key of what is computed from those parts by the program that `salt` stands for."""
    digest = hashlib.blake2b(salt, digest_size=_DIGEST)
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()


def program_salt(sources: Iterable[Path], libraries: Iterable[str]) -> bytes:
    """Stands for the code that computes facts: its source files, the libraries under it, this Python and its SQLite."""
    digest = hashlib.blake2b(digest_size=_DIGEST)
    digest.update(f"{sys.version_info[:2]} {sys.byteorder} {sqlite3.sqlite_version}".encode())
    for source in sources:
        digest.update(source.read_bytes())
    for library in libraries:
        digest.update(_version(library))
    return digest.digest()


def _version(library: str) -> bytes:
    """What tells a library's versions apart, read from its files: importing it or importlib.metadata takes long."""
    from importlib.util import find_spec

    spec = find_spec(library)
    if spec is None or spec.origin is None:
        return b""
    own = Path(spec.origin)
    try:
        return own.with_name("_version.py").read_bytes()
    except OSError:
        return own.read_bytes()


def _load(file: Path) -> _Entries:
    try:
        data = file.read_bytes()
    except OSError:
        return {}
    start = len(_MAGIC) + _DIGEST
    payload = memoryview(data)[start:]
    if (
        not data.startswith(_MAGIC)
        or data[len(_MAGIC) : start] != hashlib.blake2b(payload, digest_size=_DIGEST).digest()
    ):
        return {}
    try:
        return _DECODER.decode(payload)
    except msgspec.MsgspecError:
        return {}


def _pack(entries: _Entries) -> bytes:
    payload = msgspec.msgpack.encode(entries)
    return _MAGIC + hashlib.blake2b(payload, digest_size=_DIGEST).digest() + payload


def _without_old(entries: _Entries, now: int) -> _Entries:
    """Entries that this run used, and of the others the latest, up to as many bytes again."""
    live = sum(len(value) for used, value in entries.values() if used == now)
    budget = max(live, _KEEP_AT_LEAST)
    kept: _Entries = {}
    for entry_key, (used, value) in sorted(entries.items(), key=lambda item: (-item[1][0], item[0])):
        if used != now:
            budget -= len(value)
            if budget < 0:
                break
        kept[entry_key] = (used, value)
    return kept


def _prepare(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")
        tag = (
            "Signature: 8a477f597d28d172789f06886806bc55\n# Facts that persistlint computes again when they are gone.\n"
        )
        (folder / "CACHEDIR.TAG").write_text(tag, encoding="utf-8")


def _replace(file: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f"{file.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        temporary.replace(file)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
