"""Housekeeping: deleting and resetting boards."""

import os
import shutil

from legacy_board.config import board_dir, db_path
from legacy_board.db import close_engine, get_engine


def delete_board(board):
    """Remove a board with everything in it."""
    shutil.rmtree(board_dir(board))


def reset_board(board):
    """Start over with an empty database."""
    path = db_path(board)
    if os.path.exists(path):
        os.remove(path)
    close_engine(board)
    get_engine(board)
