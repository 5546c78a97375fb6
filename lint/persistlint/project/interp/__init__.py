"""An abstract interpreter for the facts of Python files: what module-level code and functions evaluate to."""
