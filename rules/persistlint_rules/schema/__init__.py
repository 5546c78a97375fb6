"""The contract's tables against those that a fresh install has."""
