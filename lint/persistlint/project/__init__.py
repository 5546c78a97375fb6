"""Phase two: the facts of all files, linked into one frozen model of the project."""
