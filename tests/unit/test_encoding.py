from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persistlint.encoding import UndecodableError, decode_python, decode_utf8


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"x = 1\n", "x = 1\n"),
        ("é = 1\r\n".encode(), "é = 1\r\n"),
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
        (b"\xef\xbb\xbf# coding: utf-8\nx = 1\n", "# coding: utf-8\nx = 1\n"),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'\n", "# -*- coding: latin-1 -*-\nx = 'é'\n"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\nx = '\x80'\n", None),
        (b"\r\n# coding=iso-8859-15\r\n'\xa4'\r\n", "\r\n# coding=iso-8859-15\r\n'€'\r\n"),
        (b"x = 1\n\n# coding: no-such-codec\n", "x = 1\n\n# coding: no-such-codec\n"),
        (b"x = 'coding: no-such-codec'\n", "x = 'coding: no-such-codec'\n"),
        (b"", ""),
    ],
)
def test_python_is_decoded_as_python_does(data: bytes, text: str | None) -> None:
    decoded = decode_python(data)

    assert decoded == (text if text is not None else data.decode("cp1252"))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"x = 1\n\xff\n", "it is not UTF-8: byte 0xff in line 2"),
        (b"x = 1\n\ny = '\0'\n", "it holds a NUL byte in line 3"),
        ("x = 1".encode("utf-16"), "it holds a NUL byte in line 1"),
        (b"# coding: klingon\n", "its encoding cookie names `klingon`, which no Python knows"),
        (b"# coding: ascii\n'\xe9'\n", "its bytes are not `ascii`, the encoding that its cookie names"),
        (b"# coding: hex\nzz\n", "its bytes are not `hex`, the encoding that its cookie names"),
        (b"# coding: latin-1\n'\0'\n", "it holds a NUL byte in line 2"),
    ],
)
def test_what_python_refuses_is_refused_in_words(data: bytes, reason: str) -> None:
    with pytest.raises(UndecodableError) as caught:
        decode_python(data)

    assert str(caught.value) == reason


@given(st.binary(max_size=200) | st.binary(max_size=60).map(lambda tail: b"# coding: " + tail))
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    for decode in (decode_python, decode_utf8):
        with suppress(UndecodableError):
            assert isinstance(decode(data), str)
