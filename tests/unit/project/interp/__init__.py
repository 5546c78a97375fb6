"""What module-level code and functions evaluate to."""
