"""Phase one: text in, facts out. Pure, so that it can be cached and run in parallel."""
