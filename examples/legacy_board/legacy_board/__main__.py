"""python -m legacy_board COMMAND BOARD"""

import argparse

from legacy_board import admin, exchange, reports
from legacy_board.db import get_engine
from legacy_board.migrations import add_color


def main():
    parser = argparse.ArgumentParser(prog="legacy_board")
    parser.add_argument("command", choices=["open", "upgrade", "import", "export", "reset"])
    parser.add_argument("board")
    args = parser.parse_args()

    if args.command == "open":
        for row in reports.open_tasks(args.board):
            print(row["id"], row["urgency"], row["name"])
    elif args.command == "upgrade":
        add_color(get_engine(args.board))
    elif args.command == "import":
        print(exchange.import_tasks(args.board), "imported")
    elif args.command == "export":
        print(exchange.export_tasks(args.board))
    elif args.command == "reset":
        exchange.backup_database(args.board)
        admin.reset_board(args.board)


if __name__ == "__main__":
    main()
