"""Paths through single functions."""
