"""The example that agrees with its contract, with one promise broken at a time."""
