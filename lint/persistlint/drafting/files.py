"""The documents as files: read and written so that every byte that is not changed stays as it is."""

from __future__ import annotations

import codecs
import os
import tempfile
from pathlib import Path

from persistlint.encoding import UndecodableError, decode_utf8
from persistlint.errors import UserError


class Files:
    """Documents of one project, by their paths relative to its root."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def demand_inside(self, path: str) -> None:
        """Raise UserError where a document would stand outside of the project, or is a folder."""
        real = (self._root / path).resolve()
        if not real.is_relative_to(self._root):
            raise UserError("this document would stand outside of the project", path=path)
        if real.is_dir():
            raise UserError("there is a folder where this document would stand", path=path)

    def exists(self, path: str) -> bool:
        """Whether anything is there, readable or not."""
        return os.path.lexists(self._root / path)

    def read(self, path: str) -> str:
        """The text, newlines as they are on disk. Raises UserError where there is none."""
        try:
            return decode_utf8((self._root / path).read_bytes())
        except UndecodableError as error:
            raise UserError(f"this document cannot be read: {error}", path=path) from None
        except OSError as error:
            raise UserError(f"this document cannot be opened: {error.strerror or error}", path=path) from None

    def write(self, path: str, text: str) -> bool:
        """Write the text, whole or not at all; whether that changes anything."""
        target = (self._root / path).resolve()
        before = target.read_bytes() if target.exists() else None
        mark = codecs.BOM_UTF8 if before is not None and before.startswith(codecs.BOM_UTF8) else b""
        data = mark + text.encode("utf-8")
        if data == before:
            return False
        try:
            self._replace(target, data)
        except OSError as error:
            raise UserError(f"this document cannot be written: {error.strerror or error}", path=path) from None
        return True

    @staticmethod
    def _replace(target: Path, data: bytes) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
            mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
            Path(name).chmod(mode)
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def _umask() -> int:
    # The mask can only be read by setting it.
    mask = os.umask(0)
    os.umask(mask)
    return mask
