"""The example to break: one copy for all tests, which each leaves as it was."""

from __future__ import annotations

import pytest

from .board import Board, copied


@pytest.fixture(scope="session")
def board(tmp_path_factory: pytest.TempPathFactory) -> Board:
    """Read by the rules of schema, contracts and stores."""
    return Board(copied(tmp_path_factory.mktemp("board")))


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Board:
    """Read by all rules."""
    return Board(copied(tmp_path_factory.mktemp("whole")), families=None)
