"""Where the boards live."""

import os
from pathlib import Path

DATA_DIR = Path(os.environ.get("LEGACY_BOARD_HOME", Path.home() / ".legacy_board"))


def board_dir(board):
    folder = DATA_DIR / board
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def db_path(board):
    # 2.0 started over with a new file; board.db belongs to 1.x
    return board_dir(board) / "board2.db"
