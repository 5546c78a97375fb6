"""Measurements over real projects that are not part of this repository; opt-in with `-m corpus`."""
