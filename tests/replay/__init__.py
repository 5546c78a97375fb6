"""Whole small projects whose upgrades are replayed."""
